/**
 * The process of a contender, which stays alive and answers line by line.
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { z } from "zod";
import { UsageError } from "../../../base/mod.ts";
import type { EngineName } from "../../../engine/mod.ts";
import { LineProcess } from "../line_process.ts";
import { answers, type Command, failure } from "./messages.ts";
import { allowedProcessors, processorSeconds } from "./processors.ts";
import { type PeerDevice, WORKER } from "./python.ts";

/**
 * Who may be measured. `ours` runs each step the way that suits it; `ours-graph` and `ours-xla` are
 * the two ways of engine tensorflow, to see what that choice is worth.
 */
export const CONTENDERS = [
  "ours",
  "ours-graph",
  "ours-xla",
  "torch-eager",
  "torch-compile",
  "jax",
] as const;
/** One of `CONTENDERS`. */
export type ContenderName = typeof CONTENDERS[number];

/** How contenders are started. */
export interface StartOptions {
  /** The engine of `ours`. */
  readonly engine: EngineName;
  readonly device: PeerDevice;
  /** Processors that each may run on. */
  readonly threads: number;
  /** Which these are, by number. Default: the first that this process may run on. */
  readonly processors?: readonly number[];
  /** The Python of the others. */
  readonly python: string | null;
  /** Compiled code of earlier runs may be used: for tests, where compile time isn't told. */
  readonly reuse?: boolean;
}

/** Set by the environment for its own libraries; the peers decide for themselves. */
const UNSET = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NVPL_BLAS_DEBUG_CPU_TYPE"];

/** The answer to a command. */
export type Answer<K extends keyof typeof answers> = z.output<typeof answers[K]>;

/** How our steps are run, by contender. */
const MODES: Readonly<Partial<Record<ContenderName, string>>> = {
  "ours": "auto",
  "ours-graph": "graph",
  "ours-xla": "xla",
};

/** Command and arguments of a contender's process. */
function commandOf(name: ContenderName, options: StartOptions): string[] {
  const mode = MODES[name];
  if (mode !== undefined) {
    const script = fromFileUrl(new URL("ours.ts", import.meta.url));
    const words = [options.engine, mode, String(options.threads)];
    return [Deno.execPath(), "run", "-A", "--no-check", script, ...words];
  }
  if (options.python === null) {
    throw new UsageError(`${name} needs Python; \`deno task peers:speed\` installs it`);
  }
  return [options.python, "-u", WORKER, name, options.device, String(options.threads)];
}

function environment({ threads, device, reuse = false }: StartOptions): Record<string, string> {
  const env = { ...Deno.env.toObject() };
  for (const name of UNSET) delete env[name];
  env.OMP_NUM_THREADS = env.MKL_NUM_THREADS = String(threads);
  env.PYTHONDONTWRITEBYTECODE = "1";
  env.LIKENESS_TENSORFLOW_DEVICE = device;
  // The same type for all: NVIDIA's libraries would else round float32 to TF32 where they may.
  env.NVIDIA_TF32_OVERRIDE = "0";
  // Compile time is of a first run: nothing may be found that an earlier one compiled.
  if (!reuse) env.TORCHINDUCTOR_FORCE_DISABLE_CACHES = "1";
  return env;
}

/** A running contender. */
export class Contender {
  readonly name: ContenderName;
  readonly #process: LineProcess;
  #ready!: Answer<"ready">;

  private constructor(name: ContenderName, child: Deno.ChildProcess) {
    this.name = name;
    this.#process = new LineProcess(child);
  }

  /**
   * Starts the process and waits until its libraries are loaded.
   * @throws Error with its last words if it ends before
   */
  static async start(name: ContenderName, options: StartOptions): Promise<Contender> {
    const words = commandOf(name, options);
    // One rule for all libraries: they see as many processors as they may use.
    const few = options.threads < navigator.hardwareConcurrency;
    const processors = options.processors ??
      (few ? (await allowedProcessors()).slice(0, options.threads) : null);
    const pinned = processors === null ? words : ["taskset", "-c", processors.join(), ...words];
    const child = new Deno.Command(pinned[0], {
      args: pinned.slice(1),
      env: environment(options),
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const contender = new Contender(name, child);
    contender.#ready = await contender.#answer("ready");
    return contender;
  }

  /** Who computes, and the memory that loading the libraries took. */
  get ready(): Answer<"ready"> {
    return this.#ready;
  }

  /** Seconds that processors have worked for it so far; null where the system doesn't tell. */
  processorSeconds(): number | null {
    return processorSeconds(this.#process.pid);
  }

  async #answer<K extends keyof typeof answers>(what: K): Promise<Answer<K>> {
    const next = await this.#process.next();
    if ("ended" in next) {
      const { code, signal, words } = next.ended;
      throw new Error(
        `${this.name} ended with ${signal ?? `code ${code}`} instead of an answer to ${what}:\n  ` +
          words.slice(-6).join("\n  "),
      );
    }
    const { json } = next;
    const failed = failure.safeParse(json);
    if (failed.success) throw new Error(`${this.name}, ${what}: ${failed.data.error}`);
    return answers[what].parse(json) as Answer<K>;
  }

  /**
   * Asks and waits for the answer.
   * @throws Error with what the contender said went wrong
   */
  async ask<K extends Exclude<Command["do"], "quit">>(
    command: Command & { readonly do: K },
  ): Promise<Answer<K>> {
    await this.#process.send(command);
    return await this.#answer<K>(command.do);
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#process.close();
  }
}
