/**
 * Where runs are executed.
 * @module
 */
export * from "./default.ts";
export type { Launcher } from "./launcher.ts";
export {
  defaultJobs,
  launch,
  type LaunchEvent,
  type LaunchOptions,
  type LaunchResult,
  trial,
  type Turn,
} from "./schedule.ts";
export { speedMetrics } from "./speed_metrics.ts";
export type { WorkerSettings } from "./transport/messages.ts";
export { processesOf } from "./transport/processes.ts";
