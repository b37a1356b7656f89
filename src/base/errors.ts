/**
 * Errors that a user can fix, and the exit codes of the command line. This file imports nothing, so
 * that `--help` stays quick.
 * @module
 */

/** A mistake in what was asked: a wrong option, a wrong key, a file that isn't there. Exit code 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/**
 * What can't be had or done here, for a reason that lies outside of Likeness: the message says what,
 * where and what to do. Exit code 3.
 */
export class ToldError extends Error {
  override readonly name: string = "ToldError";
}

/** A mistake in data that the user can mend: the message says what, where and what to do. */
export class DataError extends ToldError {
  override readonly name = "DataError";
}

/** An engine that was named and can't start, with what to do. Never another engine in silence. */
export class EngineError extends ToldError {
  override readonly name = "EngineError";
}

/** Thrown by whatever a metric needs and can't have; becomes `value: null` with this reason. */
export class MetricUnavailable extends ToldError {
  override readonly name = "MetricUnavailable";
  constructor(readonly status: "not-defined" | "not-measured", reason: string) {
    super(reason);
  }
}

/** Exit codes, as in every command's help. */
export const exitCodes = {
  pass: 0,
  regressed: 1,
  usage: 2,
  failed: 3,
  inconclusive: 4,
} as const;

/** Exit code of a program that was interrupted: 128 + SIGINT, as shells have it. */
export const interruptedExit = 130;

/** Which code wins where several apply, strongest first. */
const strength: readonly number[] = [2, 3, 1, 4, 0];

/** The one exit code of several outcomes: 2 > 3 > 1 > 4 > 0. No outcome at all is a pass. */
export function worstExit(codes: readonly number[]): number {
  return strength.find((code) => codes.includes(code)) ?? 0;
}
