/**
 * Records of runs: their form, identity, provenance and store.
 * @module
 */
export { placeless } from "./command_line.ts";
export { failedRecord, type Failure } from "./failed.ts";
export { groupId, runId } from "./identity.ts";
export { hostName, isAlive, processFields, processStart } from "./process_state.ts";
export { dataKey, dataNames, type Labelled, labels, onData } from "./label.ts";
export {
  type HostProvenance,
  hostProvenance,
  instructionSet,
  machineClass,
  provenanceOf,
} from "./provenance.ts";
export {
  type Artefact,
  type ArtefactKind,
  type Look,
  type Need,
  type NeededRun,
  type PlannedRun,
  type Provenance,
  type RunRecord,
  type RunSpec,
  type RunState,
  type SamplesTaken,
  type Series,
  SHOWN,
  type Shows,
  type Taken,
  type Timings,
  type TrainedBy,
} from "./record.ts";
export { shownBy, shownName } from "./shows.ts";
export { defaultOut, openStore, type RunStatus, type Store, UnreadableRecord } from "./store.ts";
export type { MetricValue } from "./value.ts";
