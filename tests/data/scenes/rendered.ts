/**
 * Views of scenes for tests, without a cache.
 * @module
 */
import { bandCameras, camerasOf, type CameraSplit } from "../../../src/data/scenes/band.ts";
import { type SceneConfig, sceneConfig } from "../../../src/data/scenes/config.ts";
import { type RenderedView, renderView } from "../../../src/data/scenes/render_view.ts";
import { sceneFor } from "../../../src/data/scenes/worker.ts";
import { type Camera, pixelRay, projectPoint, type Vector } from "../../../src/kinds/view/mod.ts";

/** A view with its camera. */
export interface Seen extends RenderedView {
  readonly size: number;
  readonly camera: Camera;
}

/** The settings that a few keys stand for. */
export function settings(keys: Partial<Record<keyof SceneConfig, unknown>>): SceneConfig {
  return sceneConfig.parse(keys);
}

/** Views of a split, rendered here and now. */
export async function seen(
  config: SceneConfig,
  { split = "train", indices }: { split?: CameraSplit; indices: readonly number[] },
): Promise<Seen[]> {
  const scene = await sceneFor(config), cameras = camerasOf(bandCameras(config, split));
  return indices.map((i) => ({
    ...renderView(scene, cameras[i], config),
    size: config.size,
    camera: cameras[i],
  }));
}

/** The point that the middle of a pixel sees. */
export function pointAt({ camera, depth, size }: Seen, x: number, y: number): Vector {
  const { origin, direction } = pixelRay(camera, x, y), d = depth[y * size + x];
  return [0, 1, 2].map((k) => origin[k] + d * direction[k]) as unknown as Vector;
}

/** Pixels whose neighbours are covered too and as far as a surface that isn't seen aslant. */
export function inner({ alpha, depth, size }: Seen, slope: number): [x: number, y: number][] {
  const found: [number, number][] = [];
  for (let y = 1; y < size - 1; y++) {
    for (let x = 1; x < size - 1; x++) {
      const at = y * size + x;
      const around = [at, at - 1, at + 1, at - size, at + size];
      const flat = around.every((i) => alpha[i] === 255 && Math.abs(depth[i] - depth[at]) < slope);
      if (flat) found.push([x, y]);
    }
  }
  return found;
}

/** A pixel of another view that is to see what one of the first view saw. */
export interface Pair {
  /** Pixel of the first view, and of the second, y · size + x. */
  readonly from: number;
  readonly to: number;
  /** Distance along the second camera's axis of what the first saw, and of what the second sees. */
  readonly expected: number;
  readonly found: number;
  /** The least that the second sees in that pixel or beside it; Infinity where nothing is. */
  readonly nearest: number;
  /** Distance of what the first saw from the plane through what the second sees, along its normal. */
  readonly off: number;
  /** Cosine between the normals of both. */
  readonly alike: number;
}

/** Inner pixels of a view with those of another on which what they see falls. */
export function pairs(a: Seen, b: Seen, slope: number): Pair[] {
  return inner(a, slope).flatMap(([x, y]) => {
    const point = pointAt(a, x, y), from = y * a.size + x;
    const { x: u, y: v, depth: expected } = projectPoint(b.camera, point);
    const column = Math.floor(u), row = Math.floor(v);
    if (column < 1 || row < 1 || column > b.size - 2 || row > b.size - 2) return [];
    const to = row * b.size + column, there = pointAt(b, column, row);
    let off = 0, alike = 0;
    for (let k = 0; k < 3; k++) {
      off += (point[k] - there[k]) * b.normals[3 * to + k];
      alike += a.normals[3 * from + k] * b.normals[3 * to + k];
    }
    const around = [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x) => b.depth[to + y * b.size + x]));
    const nearest = Math.min(...around.filter((d) => d > 0));
    return [{ from, to, expected, found: b.depth[to], nearest, off: Math.abs(off), alike }];
  });
}
