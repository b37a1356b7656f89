/**
 * Views of a scene as samples.
 * @module
 */
export {
  type Camera,
  cameraAt,
  cameraNumbers,
  lookAt,
  pixelRay,
  projectPoint,
  toCamera,
  type Vector,
} from "./cameras.ts";
export {
  camerasOf,
  type CameraSource,
  linesOfSight,
  nearestCameras,
  sceneCentre,
} from "./sight.ts";
export {
  cameraAxis,
  camerasIn,
  centreOf,
  type Orbit,
  ORBIT_VIEWS,
  orbitCamera,
  orbitOf,
} from "./orbit.ts";
export {
  CAMERA,
  type PointCloud,
  type ViewMaps,
  type ViewSet,
  type ViewSpec,
  type ViewTruth,
} from "./view_set.ts";
export { concatViews, gatherViews, sliceViews, viewSet, viewsOf } from "./views.ts";
