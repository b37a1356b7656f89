/**
 * The command line: arguments, help and the terminal.
 * @module
 */
export type { Arguments, Command, Main, Option, Terminal } from "./command.ts";
export { dispatch } from "./dispatch.ts";
export { columns, wrap } from "./help.ts";
export { Meter } from "./meter.ts";
export { MOST_SEED, type Takes } from "./option_values.ts";
export {
  allowInconclusive,
  baselines,
  json,
  out,
  quiet,
  seeds,
  showLeftOut,
  suites,
  usage,
} from "./shared_options.ts";
export { systemTerminal } from "./terminal.ts";
