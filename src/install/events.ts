/**
 * What an installation reports while it runs, and how it fails.
 * @module
 */
import { EngineError } from "../base/mod.ts";

/** The steps that take time, in their order. */
export const phases = ["download", "verify", "unpack", "smoke"] as const;

/** One of the steps. */
export type Phase = typeof phases[number];

/** News for a person who waits. */
export type InstallEvent =
  | {
    readonly kind: "progress";
    readonly phase: Phase;
    /** What is worked on. */
    readonly what: string;
    /** Bytes, in the whole phase. */
    readonly done: number;
    readonly total: number;
    /** Since the phase began. */
    readonly seconds: number;
  }
  | {
    readonly kind: "ended";
    readonly phase: Phase;
    readonly bytes: number;
    readonly seconds: number;
  }
  | { readonly kind: "note"; readonly text: string };

/** Takes the news. */
export type Listener = (event: InstallEvent) => void;

/** Counts the bytes of a phase, and its seconds. */
export class PhaseMeter {
  readonly #begun = performance.now();
  #done = 0;
  #what = "";

  constructor(
    readonly phase: Phase,
    readonly total: number,
    readonly listener: Listener,
  ) {}

  /** Says what the next bytes are of. */
  on(what: string): void {
    this.#what = what;
    this.#tell(this.#done);
  }

  /** Adds bytes that are done for good. */
  add(bytes: number): void {
    this.#done += bytes;
    this.#tell(this.#done);
  }

  /** Shows bytes on their way, without counting them. */
  show(bytes: number): void {
    this.#tell(this.#done + bytes);
  }

  /** Ends the phase. @returns its seconds */
  end(): number {
    const seconds = this.#seconds();
    this.listener({ kind: "ended", phase: this.phase, bytes: this.#done, seconds });
    return seconds;
  }

  #seconds(): number {
    return (performance.now() - this.#begun) / 1000;
  }

  #tell(done: number): void {
    const { phase, total } = this;
    const seconds = this.#seconds();
    this.listener({
      kind: "progress",
      phase,
      what: this.#what,
      done: Math.min(done, total),
      total,
      seconds,
    });
  }
}

/** What is installed, for messages. */
export interface Product {
  /** Whose words they are: "engine tensorflow". */
  readonly owner: string;
  /** What is downloaded: "TensorFlow". */
  readonly title: string;
}

/** The engine's library. */
export const tensorflow: Product = { owner: "engine tensorflow", title: "TensorFlow" };

/** A failure to install: what was asked, what was found, what to do. Exit code 3. */
export function failure(message: string, cause?: unknown, product = tensorflow): EngineError {
  return new EngineError(`${product.owner}: ${message}`, { cause });
}

/** Faults of the file system in words; all others are thrown as they are. */
export function inWords(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof EngineError) return error;
  const code = (error as { code?: string }).code;
  if (code === "ENOSPC" || /no space left/i.test(error.message)) {
    return failure(
      `the disk of ${folder} is full; make room, or set LIKENESS_CACHE to a folder on another`,
      error,
    );
  }
  const denied = error instanceof Deno.errors.PermissionDenied || code === "EROFS";
  if (denied || error instanceof Deno.errors.NotADirectory) {
    return failure(
      `cannot write in ${folder}: ${error.message}; set LIKENESS_CACHE to a folder where you can write`,
      error,
    );
  }
  return error;
}
