// A Redis of one test, which can be stopped and started again.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { end, freePort } from "./maru.ts";

export class Redis {
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "maru-redis-"));
  #process?: ChildProcess;

  private constructor(readonly port: number) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async start(): Promise<Redis> {
    const redis = new Redis(await freePort());
    await redis.start();
    return redis;
  }

  async start(): Promise<void> {
    const options = ["--bind", "127.0.0.1", "--port", String(this.port), "--save", "", "--appendonly", "no"];
    this.#process = spawn("redis-server", options, { cwd: this.#folder, stdio: "ignore" });
    for (let tries = 0; tries < 500; tries++) {
      if (await this.#answers()) return;
      await pause(20);
    }
    throw new Error("redis-server does not answer");
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = net.connect(this.port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
  }

  /** Ends it, and all that it knew. */
  async kill(): Promise<void> {
    await end(this.#process, "SIGKILL");
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
