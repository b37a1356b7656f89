/**
 * What other rooms may use of engine/tensorflow/install.
 * @module
 */
export { install, type Installation } from "./install.ts";
