/**
 * The lifecycle of one run.
 * @module
 */
export { keepArtefact } from "./artefact.ts";
export { checkpointFile, parameterCount } from "./checkpoint.ts";
export { DATA_ROLE, dataOf } from "./data.ts";
export type { Estimate, Outcome, RunEvent } from "./events.ts";
export { exportRun } from "./export.ts";
export { isFinal, recordFailure } from "./failure.ts";
export {
  begin,
  type Ending,
  now,
  type Run,
  type RunHost,
  timed,
  untrained,
  writeRecord,
} from "./job.ts";
export { runKeys } from "./keys.ts";
export { canBeTaken, givenTo, neededRuns, takenBy, unmetText, wholeArtefact } from "./needs.ts";
export { BusyError } from "./status_file.ts";
export { supposedSteps } from "./supposed_steps.ts";
