/**
 * Where the cameras of a scene stand: on a band of a sphere round it, all looking at its middle.
 * @module
 */
import { cos, sin } from "../../numeric/mod.ts";
import { hostKey, hostPermutation } from "../../random/host/mod.ts";
import { CAMERA, type Camera, cameraAt, cameraNumbers, lookAt } from "../../kinds/view/mod.ts";
import type { SceneConfig } from "./config.ts";
import { HEAD_REACH } from "./head/reach.ts";

/** Distance of the cameras from the middle, in units of the scene: head heights. */
export const RADIUS = 3;
const DEGREES = Math.PI / 180;
/** Elevations between which cameras stand. */
const LOWEST = -15, HIGHEST = 60;
/** The golden angle: points that turn by it from one to the next keep apart. */
const GOLDEN = Math.PI * (3 - Math.sqrt(5));
/** Room around the scene in a picture. */
const MARGIN = 1.02;

/** Radius about the middle within which everything of a scene lies. */
export function reachOf({ scene, hair }: Pick<SceneConfig, "scene" | "hair">): number {
  return scene === "solids" ? 0.8 : HEAD_REACH[hair];
}

/** Distances along a camera's axis between which everything lies. */
export function depthBounds(
  config: Pick<SceneConfig, "scene" | "hair">,
): { readonly near: number; readonly far: number } {
  const reach = reachOf(config);
  return { near: RADIUS - reach, far: RADIUS + reach };
}

/** The splits that have cameras. */
export type CameraSplit = "train" | "test";

/**
 * Place `i` of `count`: Fibonacci points of the band, evenly over its area (Swinbank & Purser 2006).
 * Those of `test` are turned by half a golden angle, so that none is ever one of `train`.
 */
function place(i: number, { count, split }: { count: number; split: CameraSplit }) {
  const low = sin(LOWEST * DEGREES), high = sin(HIGHEST * DEGREES);
  const rise = low + (high - low) * (i + 0.5) / count;
  const level = Math.sqrt(1 - rise * rise);
  const azimuth = (i + (split === "test" ? 0.5 : 0)) * GOLDEN;
  return [RADIUS * level * sin(azimuth), RADIUS * rise, RADIUS * level * cos(azimuth)] as const;
}

/**
 * The cameras of a split, 16 numbers each, as `ViewSet` has them: pinholes, square, the middle of the
 * scene at the middle of the picture, y upwards. The focal length is such that the whole scene is in
 * every picture. Places come in an order of their own, so that the first few are spread over the band.
 */
export function bandCameras(config: SceneConfig, split: CameraSplit): Float32Array {
  const { size } = config, count = config[split], reach = reachOf(config);
  // A ball of radius r at distance d is seen under the half-angle whose sine is r / d.
  const focal = 0.5 * size * Math.sqrt(RADIUS * RADIUS - reach * reach) / (MARGIN * reach);
  const order = hostPermutation(hostKey(0, "scene", "cameras", split), count);
  const cameras = new Float32Array(count * CAMERA);
  order.forEach((i, at) => {
    const position = place(i, { count, split });
    const rotation = lookAt(position, [0, 0, 0], [0, 1, 0]);
    const centre = size / 2;
    cameras.set(
      cameraNumbers({ rotation, position, fx: focal, fy: focal, cx: centre, cy: centre }),
      at * CAMERA,
    );
  });
  return cameras;
}

/** A camera whose pixels are the samples of another's: `supersample` of them a pixel and axis. */
export function sampleCamera(camera: Camera, supersample: number): Camera {
  const { fx, fy, cx, cy } = camera, by = (v: number) => supersample * v;
  return { ...camera, fx: by(fx), fy: by(fy), cx: by(cx), cy: by(cy) };
}

/** The cameras of a split by their parts, as their numbers have them. */
export function camerasOf(numbers: Float32Array): Camera[] {
  return Array.from({ length: numbers.length / CAMERA }, (_, i) => cameraAt(numbers, i));
}
