/**
 * Scenes made here, seen by cameras.
 * @module
 */
export { bandCameras, depthBounds } from "./band.ts";
export { type SceneConfig, sceneConfig } from "./config.ts";
export {
  type Frame,
  openGlPose,
  straightPixel,
  type Transforms,
  type WriteOptions,
  writeScene,
} from "./nerf_synthetic.ts";
export { scene } from "./scene.ts";
export { renderViews } from "./worker.ts";
