/**
 * A model at work: programs, sampling, timing.
 * @module
 */
export {
  buildContext,
  compilePrograms,
  initialState,
  openFamily,
  sampleContext,
} from "./programs.ts";
export { type FinishedModel, finishedModel, takes } from "./finished.ts";
export { executeSpeed } from "./speed.ts";
export { modelSubject, samplesOf, subjectParts } from "./subject.ts";
export { timedWork } from "./timed.ts";
