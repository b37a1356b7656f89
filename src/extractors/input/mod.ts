/**
 * What other rooms may use of extractors/input.
 * @module
 */
export { type InputOptions, inputOptions } from "./input_options.ts";
