/**
 * What other rooms may use of engine/webgpu.
 * @module
 */
export { profileWebgpu } from "./engine.ts";
