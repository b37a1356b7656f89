/**
 * What a model knows of a scene beside its pictures: its box, its orbit, its background. Read off the
 * training cameras.
 * @module
 */
import {
  type Camera,
  cameraAxis,
  camerasIn,
  camerasOf,
  centreOf,
  type Orbit,
  orbitCamera,
  orbitOf,
  type Vector,
  type ViewSpec,
} from "../../kinds/view/mod.ts";
import type { OpenContext, Opened } from "../family.ts";
import type { Config } from "./config.ts";

/** A cube. */
export interface Box {
  readonly centre: Vector;
  /** Half its side. */
  readonly half: number;
}

/** See the module. */
export interface Scene {
  readonly box: Box;
  readonly orbit: Orbit;
  /** Red, green, blue, 0 to 1. */
  readonly background: readonly [number, number, number];
  readonly near: number;
  readonly far: number;
  readonly height: number;
  readonly width: number;
}

/** Mean axes longer than this are of cameras that all look one way. */
const ONE_WAY = 0.75;

/** The corners of what a camera sees from near to far. */
function frustum(camera: Camera, { near, far, height, width }: ViewSpec): Vector[] {
  const { fx, fy, cx, cy, position } = camera;
  const axes = ([0, 1, 2] as const).map((k) => cameraAxis(camera, k));
  return [near, far].flatMap((depth) =>
    [0, width].flatMap((x) =>
      [0, height].map((y) => {
        const place = [depth * (x - cx) / fx, depth * (y - cy) / fy, depth];
        return [0, 1, 2].map((k) =>
          position[k] + axes.reduce((sum, axis, a) => sum + place[a] * axis[k], 0)
        ) as unknown as Vector;
      })
    )
  );
}

/**
 * A cube that the scene is in, from cameras and near and far. Cameras around a scene look at its middle
 * (`centreOf`), and what all of them see between near and far is no farther from it than the larger of
 * d − near and far − d, d a camera's distance from it along its axis. Cameras that look one way see what is in their
 * frusta, and the cube holds those.
 */
export function boxOf(cameras: readonly Camera[], spec: ViewSpec): Box {
  const axes = cameras.map((camera) => cameraAxis(camera, 2));
  const mean = [0, 1, 2].map((k) => axes.reduce((sum, z) => sum + z[k], 0) / axes.length);
  if (Math.sqrt(mean.reduce((sum, v) => sum + v * v, 0)) > ONE_WAY) {
    const corners = cameras.flatMap((camera) => frustum(camera, spec));
    const [low, high] = [Math.min, Math.max].map((f) =>
      [0, 1, 2].map((k) => corners.reduce((found, corner) => f(found, corner[k]), corners[0][k]))
    );
    const centre = [0, 1, 2].map((k) => (low[k] + high[k]) / 2) as unknown as Vector;
    return { centre, half: Math.max(...[0, 1, 2].map((k) => (high[k] - low[k]) / 2)) };
  }
  const centre = centreOf(cameras, spec);
  const reach = cameras.map((camera, i) => {
    const distance = [0, 1, 2].reduce(
      (sum, k) => sum + (centre[k] - camera.position[k]) * axes[i][k],
      0,
    );
    return Math.max(distance - spec.near, spec.far - distance);
  });
  return { centre, half: reach.reduce((most, r) => Math.max(most, r), 0) };
}

/** A scene by its training cameras; a config's own box goes before theirs. */
export function sceneOf(
  cameras: readonly Camera[],
  { spec, config }: { readonly spec: ViewSpec; readonly config: Pick<Config, "box"> },
): Scene {
  const { near, far, height, width, background } = spec;
  const own = config.box;
  return {
    box: own === undefined
      ? boxOf(cameras, spec)
      : { centre: own.centre as unknown as Vector, half: own.half },
    orbit: orbitOf(cameras, spec),
    background: background.map((level) => level / 255) as [number, number, number],
    near,
    far,
    height,
    width,
  };
}

/**
 * What stands in for a scene where its cameras haven't been read: when a suite is checked, and shapes
 * alone are asked for. One camera's orbit around the origin, in the middle of near and far.
 */
export function unreadScene(spec: ViewSpec, config: Pick<Config, "box">): Scene {
  const { near, far, height, width } = spec, radius = (near + far) / 2;
  const orbit: Orbit = {
    centre: [0, 0, 0],
    up: [0, 1, 0],
    start: [0, 0, 1],
    radius,
    height: 0,
    fx: width,
    fy: width,
    cx: width / 2,
    cy: height / 2,
  };
  const cameras = Array.from({ length: 8 }, (_, i) => orbitCamera(orbit, 8 * i));
  return sceneOf(cameras, { spec, config });
}

/** Reads the training cameras. */
export async function openScene(
  config: Config,
  { dataset }: Pick<OpenContext<"view">, "dataset">,
): Promise<Opened<"view">> {
  const cameras = camerasIn(await camerasOf(dataset));
  return { opened: sceneOf(cameras, { spec: dataset.sample, config }) };
}
