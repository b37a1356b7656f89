/**
 * The engine on WebGPU.
 * @module
 */
export { profileWebgpu } from "./engine.ts";
