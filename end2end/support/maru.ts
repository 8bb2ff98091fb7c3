// The built server, one node or several, with a folder and a database of its own, and a line to it
// that can be cut.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

const program = resolve(
  process.env.MARU_BIN ?? join(import.meta.dirname, "../../target/maru/debug/maru"),
);

/** How many nodes a deployment has; more than one need PostgreSQL and Redis. */
const NODES = Number(process.env.E2E_NODES ?? 1);
const POSTGRES = process.env.TEST_POSTGRES_URL;
const REDIS = process.env.TEST_REDIS_URL;

/** A port where nothing listens. None of those that the system gives to outgoing connections: one of
 * them could take it before a server does, or between two starts. */
export async function freePort(): Promise<number> {
  const port = randomInt(10_000, 30_000);
  const server = net.createServer().listen(port, "127.0.0.1");
  const isFree = await once(server, "listening").then(() => true, () => false);
  if (!isFree) return freePort();
  server.close();
  await once(server, "close");
  return port;
}

/** Ends a process, and waits until it is gone. */
export async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  const deadline = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await ended;
  clearTimeout(deadline);
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/ready`).catch(() => undefined);
  return answer?.ok ?? false;
}

/**
 * A way to the nodes that can be cut: what is open breaks, and nothing new gets through. Like a
 * proxy it sends nobody to a node that is not ready.
 */
export class Line {
  readonly url: string;
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;
  #isCut = false;
  #turn = 0;

  constructor(readonly port: number, readonly targets: number[]) {
    this.url = `http://127.0.0.1:${port}`;
    this.#server = net.createServer((near) => void this.#pass(near));
    this.#server.listen(port, "127.0.0.1");
  }

  async #pass(near: net.Socket): Promise<void> {
    this.#sockets.add(near);
    near.on("error", () => near.destroy());
    near.on("close", () => this.#sockets.delete(near));
    const to = await this.#target();
    if (this.#isCut || to === undefined || near.destroyed) {
      near.destroy();
      return;
    }
    const far = net.connect(to, "127.0.0.1");
    this.#sockets.add(far);
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  /** The next node in turn that takes somebody; the only one whether it does or not. */
  async #target(): Promise<number | undefined> {
    if (this.targets.length === 1) return this.targets[0];
    const turn = this.#turn++;
    for (let n = 0; n < this.targets.length; n++) {
      const port = this.targets[(turn + n) % this.targets.length]!;
      if (await isReady(port)) return port;
    }
    return undefined;
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

/** One process. */
export class Node {
  readonly url: string;
  /** What it last said of a panic. */
  panicked?: string;
  #process?: ChildProcess;

  constructor(readonly port: number, readonly folder: string, readonly env: NodeJS.ProcessEnv) {
    this.url = `http://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    const child = spawn(program, ["serve"], {
      cwd: this.folder,
      stdio: ["ignore", "inherit", "pipe"],
      env: { ...process.env, ...this.env, MARU_LISTEN: `127.0.0.1:${this.port}` },
    });
    createInterface(child.stderr).on("line", (line) => {
      process.stderr.write(`${line}\n`);
      if (line.includes("panicked at")) this.panicked = line;
    });
    this.#process = child;
    for (let tries = 0; tries < 1_000; tries++) {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
      if (await isReady(this.port)) return;
      await pause(20);
    }
    throw new Error("the server is not ready");
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await end(this.#process, "SIGKILL");
  }

  /** Ends it in an orderly way. */
  async stop(): Promise<void> {
    await end(this.#process, "SIGTERM");
  }
}

/** Settings of the server, as variables. */
export type Settings = Record<`MARU_${string}`, string>;

/** What a deployment is made of, where it is not the usual. */
export interface Wish {
  nodes?: number;
  redis?: string;
  settings?: Settings;
}

/** A running deployment. */
export class Maru {
  /** Straight to the first node. */
  readonly url: string;
  /** To a node that is ready, by a line that can be cut. */
  readonly line: Line;
  readonly nodes: Node[];
  readonly #folder = mkdtempSync(join(tmpdir(), "maru-e2e-"));
  readonly #database?: string;

  private constructor(ports: number[], linePort: number, { redis, settings }: Wish) {
    this.line = new Line(linePort, ports);
    const urls = ports.map((port) => `http://127.0.0.1:${port}`);
    const unlimited = ["LOGINS_PER_MIN", "SIGN_UPS_PER_HOUR", "GUESTS_PER_HOUR", "REQUESTS_PER_SEC"];
    const env: NodeJS.ProcessEnv = {
      MARU_DATA_DIR: join(this.#folder, "data"),
      MARU_ORIGINS: [...urls, this.line.url].join(","),
      MARU_METRICS_LISTEN: "off",
      MARU_LOG: "warn",
      ...Object.fromEntries(unlimited.map((it) => [`MARU_LIMITS__${it}`, "0"])),
      ...settings,
    };
    if (ports.length > 1) {
      if (!POSTGRES || !redis) throw new Error("several nodes need scripts/services.sh");
      this.#database = `e2e_${randomBytes(6).toString("hex")}`;
      this.#ask(`create database ${this.#database}`);
      const url = new URL(POSTGRES);
      url.pathname = this.#database;
      env.MARU_DATABASE_URL = url.href;
      env.MARU_REDIS_URL = redis;
    }
    this.nodes = ports.map((port) => new Node(port, this.#folder, env));
    this.url = urls[0]!;
  }

  static async start({ nodes = NODES, redis = REDIS, settings }: Wish = {}): Promise<Maru> {
    const ports = [];
    for (let n = 0; n < nodes; n++) ports.push(await freePort());
    const maru = new Maru(ports, await freePort(), { redis, settings });
    await maru.start();
    return maru;
  }

  /** Straight to a node, in turn. */
  urlOf(turn: number): string {
    return this.nodes[turn % this.nodes.length]!.url;
  }

  async start(): Promise<void> {
    for (const node of this.nodes) await node.start();
  }

  /** Ends every node as a power cut would. */
  async kill(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  /** Ends every node in an orderly way. A test in which one of them panicked has failed. */
  async stop(): Promise<void> {
    this.line.close();
    await Promise.all(this.nodes.map((node) => node.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
    if (this.#database) this.#ask(`drop database ${this.#database} with (force)`);
    const panicked = this.nodes.find((node) => node.panicked);
    if (panicked) throw new Error(`a server panicked: ${panicked.panicked}`);
  }

  #ask(sql: string): void {
    execFileSync("psql", ["-qX", "-v", "ON_ERROR_STOP=1", "-c", sql, POSTGRES!]);
  }
}
