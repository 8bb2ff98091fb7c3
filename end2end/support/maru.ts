// The built server with a folder of its own, and a line to it that can be cut.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const program = resolve(
  process.env.MARU_BIN ?? join(import.meta.dirname, "../../target/maru/debug/maru"),
);

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A way to the server that can be cut: what is open breaks, and nothing new gets through. */
export class Line {
  readonly url: string;
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;
  #isCut = false;

  constructor(readonly port: number, to: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#server = net.createServer((near) => {
      if (this.#isCut) {
        near.destroy();
        return;
      }
      const far = net.connect(to, "127.0.0.1");
      for (const [one, other] of [[near, far], [far, near]] as const) {
        this.#sockets.add(one);
        one.pipe(other);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
    this.#server.listen(port, "127.0.0.1");
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

/** A running server. */
export class Maru {
  /** Straight to the server. */
  readonly url: string;
  /** To the same server, by a line that can be cut. */
  readonly line: Line;
  readonly #folder = mkdtempSync(join(tmpdir(), "maru-e2e-"));
  #process?: ChildProcess;

  private constructor(readonly port: number, linePort: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.line = new Line(linePort, port);
  }

  static async start(): Promise<Maru> {
    const maru = new Maru(await freePort(), await freePort());
    await maru.start();
    return maru;
  }

  async start(): Promise<void> {
    const unlimited = ["LOGINS_PER_MIN", "SIGN_UPS_PER_HOUR", "GUESTS_PER_HOUR", "REQUESTS_PER_SEC"];
    const child = spawn(program, ["serve"], {
      cwd: this.#folder,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        MARU_LISTEN: `127.0.0.1:${this.port}`,
        MARU_DATA_DIR: join(this.#folder, "data"),
        MARU_ORIGINS: `${this.url},${this.line.url}`,
        MARU_METRICS_LISTEN: "off",
        MARU_LOG: "warn",
        ...Object.fromEntries(unlimited.map((it) => [`MARU_LIMITS__${it}`, "0"])),
      },
    });
    this.#process = child;
    for (let tries = 0; tries < 500; tries++) {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
      const answer = await fetch(`${this.url}/api/v1/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await pause(20);
    }
    throw new Error("the server is not ready");
  }

  /** Ends the server as a power cut would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    this.line.close();
    await this.#end("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    const deadline = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(deadline);
  }
}
