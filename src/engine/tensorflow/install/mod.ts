/**
 * Getting TensorFlow and trying it.
 * @module
 */
export { install, type Installation } from "./install.ts";
