/**
 * The builds of TensorFlow that are pinned, and where they are installed.
 * @module
 */
export {
  buildFolder,
  cacheFolder,
  choosePlace,
  deviceOf,
  type Environment,
  inspect,
  locate,
  type LocateOptions,
  type Manifest,
  type ManifestFile,
  manifestName,
  type Place,
  placeOf,
  tensorflowObstacle,
} from "./place.ts";
export { type Machine, platformObstacle, thisMachine } from "./platform.ts";
export { foreignBytes, readForeign, type Source, sourceOf } from "./source.ts";
export { type Build, builds, sizeOf, type Wheel } from "./wheels.ts";
