/**
 * A program's start and end; apart, since it must load where nothing else does.
 * @module
 */
export { runProgram } from "./program.ts";
