/**
 * Mistakes in a suite: each with its place, told all at once.
 * @module
 */
import { UsageError } from "../base/mod.ts";

/** One mistake. */
export interface Problem {
  /** "suites/mine.yaml:9:7", or the `--set` that made it. */
  readonly at: string;
  /** Sorts problems as they stand in the file. */
  readonly order: number;
  readonly message: string;
  /** Lines below the message, indented. */
  readonly hints?: readonly string[];
}

/** The order of problems that stand in no file: after all that do, by option. */
export const afterFile = 1e12;

/** A suite that can't be used. Its message holds every mistake. Exit code 2. */
export class SuiteError extends UsageError {
  override readonly name = "SuiteError";
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    const lines = new Set(
      [...problems].sort((a, b) => a.order - b.order).map((p) =>
        [`${p.at}: ${p.message}`, ...(p.hints ?? []).map((h) => `  ${h}`)].join("\n")
      ),
    );
    super([...lines].join("\n"));
    this.problems = problems;
  }
}
