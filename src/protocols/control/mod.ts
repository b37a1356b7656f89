/**
 * What other rooms may use of protocols/control.
 * @module
 */
export { controls } from "./controls.ts";
export { control } from "./protocol.ts";
