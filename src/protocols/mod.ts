/**
 * What a run does.
 * @module
 */
export { executeRun } from "./execute.ts";
export {
  type Absence,
  defineProtocol,
  type Entry,
  type EntryContext,
  type EntryPart,
  type Protocol,
  type ProtocolDefinition,
  type Row,
  type UnknownCosts,
} from "./protocol.ts";
export type { Flow, FlowAmount, FlowStage, FlowValues } from "./flow.ts";
export { splitsRead } from "./reads.ts";
export { protocolOf, protocols, runName } from "./table.ts";
