/**
 * The commands of the command line.
 * @module
 */
export { commands } from "./table.ts";
