/**
 * Workers as processes of their own, so that none can take the others with it.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import type { Outcome, RunEvent } from "../run/events.ts";
import type { LaunchedWorker, Launcher } from "./launcher.ts";
import { lines } from "./lines.ts";
import { Pending } from "./pending.ts";
import type { FromWorker, Task, ToWorker, WorkerSettings } from "./protocol.ts";

class ProcessWorker implements LaunchedWorker {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #done: Promise<void>;
  readonly #pending = new Pending();

  constructor(settings: WorkerSettings, entry: string) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", entry],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#done = this.#listen();
    this.#post({ kind: "settings", settings, stop: null });
  }

  get broken(): boolean {
    return this.#pending.broken;
  }

  run(task: Task, onEvent: (event: RunEvent) => void): Promise<Outcome> {
    return this.#pending.start(() => this.#post({ kind: "task", task }), onEvent);
  }

  stop(): void {
    this.#post({ kind: "stop" });
  }

  async end(): Promise<void> {
    if (!this.#pending.broken) {
      this.#pending.break();
      try {
        this.#child.kill("SIGKILL");
      } catch {
        // it has gone by itself
      }
    }
    await this.#done;
  }

  async #listen(): Promise<void> {
    const errors = this.#errors();
    for await (const line of lines(this.#child.stdout)) {
      this.#pending.receive(JSON.parse(line) as FromWorker);
    }
    const [{ code, signal }, said] = await Promise.all([this.#child.status, errors]);
    this.#pending.break();
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    const memory = signal === "SIGKILL" || /out of memory|OOM/i.test(said)
      ? " (out of memory?)"
      : "";
    const why = said === "" ? "" : `; it said: ${said}`;
    this.#pending.finish({
      kind: "failed",
      cause: `the worker process ended by ${how}${memory}${why}`,
    });
    await this.#input.close().catch(() => {});
  }

  /** The last words of the process, from its standard error. */
  async #errors(): Promise<string> {
    const kept: string[] = [];
    for await (const line of lines(this.#child.stderr)) {
      kept.push(line);
      if (kept.length > 12) kept.shift();
    }
    return kept.join("\n").trim();
  }

  #post(message: ToWorker): void {
    const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
    this.#input.write(bytes).catch(() => {}); // its end is reported by #listen
  }
}

/** Runs in processes: a fraction of a second more to start each, and one that dies dies alone. */
export const processes: Launcher = {
  name: "processes",
  start: (settings) =>
    new ProcessWorker(settings, fromFileUrl(new URL("./process_worker.ts", import.meta.url))),
};

/** Runs in processes of another checkout of this project, at `root`. */
export function processesOf(root: string): Launcher {
  const entry = join(root, "src", "launch", "process_worker.ts");
  return { name: `processes of ${root}`, start: (settings) => new ProcessWorker(settings, entry) };
}
