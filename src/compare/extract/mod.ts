/**
 * Features of many pictures in constant memory.
 * @module
 */
export type { DecodeReply, DecodeTask } from "./decode.ts";
export type { Progress, Timing } from "./extract.ts";
export { type Network, openNetwork } from "./network.ts";
export { Threads } from "./threads.ts";
