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
export { executeSpeed } from "./speed.ts";
export { modelSubject, samplesOf, subjectParts } from "./subject.ts";
export { timedWork } from "./timed.ts";
