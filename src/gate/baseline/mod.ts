/**
 * Baselines: the numbers that a reviewer accepted.
 * @module
 */
export { baselinesFrom } from "./accepted.ts";
export {
  type Baseline,
  baselinePath,
  type BaselineUpdate,
  checkBaselinesFolder,
  readBaselines,
  readEach,
  writeBaseline,
} from "./baseline.ts";
export { planUpdate, type RowChange, type Unreplaced } from "./update.ts";
