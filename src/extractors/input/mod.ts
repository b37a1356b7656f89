/**
 * How an ONNX model takes pictures.
 * @module
 */
export { type InputOptions, inputOptions } from "./input_options.ts";
