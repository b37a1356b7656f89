/**
 * Samples of a scene to a picture with its maps.
 * @module
 */
import type { Camera } from "../../kinds/view/mod.ts";
import { sampleCamera } from "./band.ts";

/** What a sample sees. */
export interface Sample {
  /** Linear red, green, blue; above 1 is shown as 1. */
  readonly colour: Float64Array;
  /** Unit normal of the surface in the world, on the side that is seen. */
  readonly normal: Float64Array;
  /** Distance along the camera's axis. */
  depth: number;
}

/** Fills a sample at a column and row, or says that nothing is there. */
export type Sampler = (x: number, y: number, sample: Sample) => boolean;

/** A scene that can be looked at. */
export interface Scene {
  /** What a camera sees; its pixels, `width` a side, are the samples. */
  look(camera: Camera, width: number): Sampler;
}

/** A picture with its maps, row-major. See `ViewMaps`. */
export interface RenderedView {
  /** size × size × 3. */
  readonly picture: Uint8Array;
  readonly alpha: Uint8Array;
  readonly depth: Float32Array;
  /** size × size × 3. */
  readonly normals: Float32Array;
}

/** How a view is rendered. */
export interface ViewOptions {
  /** Pixels a side. */
  readonly size: number;
  /** Samples a pixel and axis. */
  readonly supersample: number;
  /** Red, green, blue, 0 to 255. */
  readonly background: readonly [number, number, number];
}

/**
 * Renders what a camera sees. Samples are shown by gamma 2 before they are averaged, and lie on the
 * background by their share: a pixel is α·colour + (1 − α)·background in shown values, as fields of
 * radiance are composited.
 */
export function renderView(
  scene: Scene,
  camera: Camera,
  { size, supersample, background }: ViewOptions,
): RenderedView {
  const width = size * supersample, each = supersample * supersample;
  const seen = scene.look(sampleCamera(camera, supersample), width);
  const view: RenderedView = {
    picture: new Uint8Array(size * size * 3),
    alpha: new Uint8Array(size * size),
    depth: new Float32Array(size * size),
    normals: new Float32Array(size * size * 3),
  };
  const sample: Sample = {
    colour: new Float64Array(3),
    normal: new Float64Array(3),
    depth: 0,
  };
  const shown = new Float64Array(3), normal = new Float64Array(3);
  for (let y = 0, pixel = 0; y < size; y++) {
    for (let x = 0; x < size; x++, pixel++) {
      shown.fill(0);
      normal.fill(0);
      let covered = 0, depth = 0;
      for (let s = 0; s < each; s++) {
        const column = x * supersample + s % supersample;
        const row = y * supersample + Math.floor(s / supersample);
        if (!seen(column, row, sample)) continue;
        covered++;
        depth += sample.depth;
        for (let k = 0; k < 3; k++) {
          shown[k] += Math.sqrt(Math.min(1, Math.max(0, sample.colour[k])));
          normal[k] += sample.normal[k];
        }
      }
      const bare = 1 - covered / each;
      for (let k = 0; k < 3; k++) {
        const value = 255 * shown[k] / each + bare * background[k];
        view.picture[3 * pixel + k] = Math.floor(value + 0.5);
      }
      if (covered === 0) continue;
      view.alpha[pixel] = Math.floor(255 * covered / each + 0.5);
      view.depth[pixel] = depth / covered;
      view.normals.set(unit(normal), 3 * pixel);
    }
  }
  return view;
}

function unit(v: Float64Array): Float64Array {
  const length = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  return length > 0 ? v.map((value) => value / length) : v;
}
