/**
 * What every room may use and nothing of ours is known to: errors, faults, files, locks, places.
 * @module
 */
export {
  DataError,
  EngineError,
  exitCodes,
  interruptedExit,
  MetricUnavailable,
  ToldError,
  UsageError,
  worstExit,
} from "./errors.ts";
export { asInstalled } from "./program/child.ts";
export { described, expectUserModules, explain, isSystemError } from "./fault.ts";
export { readBytes, readJson, requireWritable, StoreError, sweep, writeAtomic } from "./files.ts";
export { withLock } from "./lock.ts";
export { fromHome, projectRoot, shown, stand } from "./places.ts";
export { version } from "./version.ts";
