/**
 * Speed: noise floors, reruns, and measurements in turns with another commit.
 * @module
 */
export { defaultSessions, type FloorPlan, floorTable, planFloors } from "./calibrate.ts";
export { NoCheckout, projectRoot, resolveCommit } from "./checkout.ts";
export { confirmSpeed } from "./confirm.ts";
export { type Floors, isCalibrated, readCalibrated, readFloors, writeFloors } from "./floors.ts";
export { interleaver } from "./interleave.ts";
export { rerunSpeed } from "./rerun.ts";
export {
  appendLines,
  readSessions,
  type SessionEntry,
  sessionEntry,
  sessionsPath,
  type SessionTask,
  sessionTasks,
} from "./sessions.ts";
