/**
 * What is fetched and unpacked for engines, metrics and peers.
 * @module
 */
export { bytesNeeded, checkRoom, freeBytes } from "./disk.ts";
export {
  failure,
  type InstallEvent,
  inWords,
  type Listener,
  type Phase,
  PhaseMeter,
  phases,
  type Product,
} from "./events.ts";
export { loadForGood } from "./load_library.ts";
export { downloadWheel, findPip, nextTime, wheelFault } from "./pip.ts";
export { unpackWheel } from "./unpack.ts";
