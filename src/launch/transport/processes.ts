/**
 * Workers as processes of their own, so that none can take the others with it.
 * @module
 */
import { stripAnsiCode } from "@std/fmt/colors";
import { fromFileUrl, join } from "@std/path";
import { asInstalled, UsageError } from "../../base/mod.ts";
import type { Outcome, RunEvent } from "../../run/mod.ts";
import type { LaunchedWorker, Launcher } from "../launcher.ts";
import { lines } from "../lines.ts";
import { Pending } from "./pending.ts";
import type { FromWorker, Task, ToWorker, WorkerSettings } from "./messages.ts";
import { hasWires, wired, wireFlag } from "./wire.ts";

/** Lines of what a worker printed that a failure quotes. */
const quoted = 12;

/** Seconds that are waited for words after the end: a child of its own may hold the pipe open. */
const linger = 1;

/** A worker's program. */
export interface Entry {
  readonly path: string;
  /** Whether it knows the wire; one that doesn't speaks on standard output. */
  readonly onWire: boolean;
  /** Whether its packages are this program's, and so installed; another checkout may want others. */
  readonly ours: boolean;
}

/** What a message begins with. */
const start = '{"kind":';

class ProcessWorker implements LaunchedWorker {
  readonly #onWire: boolean;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #done: Promise<void>;
  readonly #pending = new Pending();
  readonly #said: string[] = [];
  /** What is wrong with its messages. */
  #garbled: string | null = null;

  constructor(settings: WorkerSettings, { path, onWire, ours }: Entry) {
    this.#onWire = onWire;
    const words = [
      Deno.execPath(),
      "run",
      "--quiet",
      "--allow-all",
      ...ours ? [asInstalled] : [],
      path,
    ];
    const [program, args] = onWire ? wired([...words, wireFlag]) : [words[0], words.slice(1)];
    this.#child = new Deno.Command(program, {
      args,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#done = this.#follow();
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
      this.#kill();
    }
    await this.#done;
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has gone by itself
    }
  }

  /** Listens until the process has ended. Never rejects. */
  async #follow(): Promise<void> {
    const readers = [this.#child.stdout.getReader(), this.#child.stderr.getReader()] as const;
    const heard = Promise.all([this.#hear(readers[0]), this.#overhear(readers[1])]).catch(
      (error) => {
        this.#garbled ??= `its messages can't be read: ${(error as Error).message}`;
        this.#kill();
      },
    );
    const { code, signal } = await this.#child.status;
    this.#pending.break();
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([heard, new Promise((gone) => timer = setTimeout(gone, linger * 1000))]);
    clearTimeout(timer);
    await Promise.all(readers.map((reader) => reader.cancel().catch(() => {})));
    const how = this.#garbled !== null
      ? `: ${this.#garbled}`
      : signal === null
      ? ` by exit code ${code}`
      : ` by signal ${signal}`;
    const said = this.#said.slice(-quoted).join("\n").trim();
    const memory = (signal === "SIGKILL" && this.#garbled === null) ||
        /out of memory|OOM/i.test(said)
      ? " (out of memory?)"
      : "";
    const why = said === "" ? "" : `; it said: ${said}`;
    this.#pending.finish({
      kind: "failed",
      cause: `the worker process ended${how}${memory}${why}`,
    });
    await this.#input.close().catch(() => {});
  }

  /** Takes its messages. Without a wire, what else stands on a line was printed by something else. */
  async #hear(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    for await (const line of lines(reader)) {
      const at = this.#onWire ? 0 : line.indexOf(start);
      if (at !== 0) this.#note(at < 0 ? line : line.slice(0, at));
      if (at < 0) continue;
      const text = line.slice(at);
      if (!this.#pending.receive(JSON.parse(text) as FromWorker)) this.#note(text);
    }
  }

  /** Takes what it prints. */
  async #overhear(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    for await (const line of lines(reader)) this.#note(line);
  }

  /** Keeps a printed line for the cause of a failure, and passes it on for people to see. */
  #note(printed: string): void {
    const line = stripAnsiCode(printed).trimEnd();
    this.#said.push(line);
    if (this.#said.length > quoted) this.#said.shift();
    this.#pending.receive({ kind: "event", event: { kind: "printed", line } });
  }

  #post(message: ToWorker): void {
    const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
    this.#input.write(bytes).catch(() => {}); // its end is reported by #follow
  }
}

function launcherOf(name: string, entry: Entry): Launcher {
  return { name, start: (settings) => new ProcessWorker(settings, entry) };
}

/** Runs in processes: a fraction of a second more to start each, and one that dies dies alone. */
export const processes: Launcher = launcherOf("processes", {
  path: fromFileUrl(new URL("./process_worker.ts", import.meta.url)),
  onWire: hasWires,
  ours: true,
});

/** Folders in which the worker's program lies, the newest first: another checkout may be older. */
const homes = ["src/launch/transport", "src/launch"];

/**
 * The worker's program in a checkout of this project.
 * @throws UsageError where there is none
 */
export function workerIn(root: string): Entry {
  const home = homes.find((folder) => isFile(join(root, folder, "process_worker.ts")));
  if (home === undefined) {
    throw new UsageError(
      `${root} is no checkout of Likeness that can measure: it has no process_worker.ts in ` +
        homes.join(" or "),
    );
  }
  const at = (file: string) => join(root, home, file);
  const onWire = hasWires && isFile(at("wire.ts"));
  return { path: at("process_worker.ts"), onWire, ours: false };
}

/** Runs in processes of another checkout of this project, at `root`. @throws UsageError as `workerIn` does */
export function processesOf(root: string): Launcher {
  return launcherOf(`processes of ${root}`, workerIn(root));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
