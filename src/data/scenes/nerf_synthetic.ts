/**
 * Views as files in the layout of NeRF's synthetic scenes (Mildenhall et al. 2020), which most
 * programs for radiance fields read.
 * @module
 */
import { join } from "@std/path";
import { atan } from "../../numeric/mod.ts";
import { DataError, writeAtomic } from "../../base/mod.ts";
import { type Camera, cameraAt, type ViewMaps, viewsOf } from "../../kinds/view/mod.ts";
import type { Dataset } from "../dataset.ts";
import { npyHeader } from "../numpy/mod.ts";

/** Views that are read at a time. */
const AT_ONCE = 8;

/** Splits of the dataset by the files that are written; readers that want `val` find the test views. */
const FILES = { train: "train", test: "test", val: "test" } as const;

/** A frame of `transforms_*.json`. */
export interface Frame {
  /** Path of the picture without its ending, from the folder. */
  readonly file_path: string;
  /** Path of the distances along the camera's axis, float32 [height, width] of numpy's, 0: nothing. */
  readonly depth_file_path?: string;
  /** Camera to world, 4×4; the camera's x to the right, y up, z backwards (OpenGL's). */
  readonly transform_matrix: readonly (readonly number[])[];
}

/** A file `transforms_*.json`. */
export interface Transforms {
  /** Angle that a picture spans from left to right, radians. */
  readonly camera_angle_x: number;
  readonly frames: readonly Frame[];
}

/** The pose of a camera as files have it. */
export function openGlPose({ rotation: r, position: t }: Camera): number[][] {
  return [
    [r[0], -r[1], -r[2], t[0]],
    [r[3], -r[4], -r[5], t[1]],
    [r[6], -r[7], -r[8], t[2]],
    [0, 0, 0, 1],
  ];
}

/**
 * Red, green, blue and alpha of a pixel, not premultiplied: laid on the background they are the
 * picture's bytes again, within one level.
 * @param rgba where four bytes go
 */
export function straightPixel(
  picture: Uint8Array,
  { alpha, background }: { readonly alpha: number; readonly background: readonly number[] },
  rgba: Uint8Array,
): void {
  const share = alpha / 255;
  for (let k = 0; k < 3; k++) {
    const own = alpha === 0 ? 0 : (picture[k] - (1 - share) * background[k]) / share;
    rgba[k] = Math.min(255, Math.max(0, Math.floor(own + 0.5)));
  }
  rgba[3] = alpha;
}

/** A PNG of one view: RGBA where its alpha is known, else RGB. */
async function pngOf(
  picture: Uint8Array,
  { width, height, background, alpha }: {
    readonly width: number;
    readonly height: number;
    readonly background: readonly number[];
    readonly alpha?: Uint8Array;
  },
): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const channels = alpha === undefined ? 3 : 4, pixels = width * height;
  let data = picture;
  if (alpha !== undefined) {
    data = new Uint8Array(4 * pixels);
    for (let p = 0; p < pixels; p++) {
      const rgb = picture.subarray(3 * p, 3 * p + 3);
      straightPixel(rgb, { alpha: alpha[p], background }, data.subarray(4 * p, 4 * p + 4));
    }
  }
  const png = await sharp(data, { raw: { width, height, channels } })
    .png({ compressionLevel: 9 }).toBuffer();
  return new Uint8Array(png);
}

/** The one focal length of all cameras. @throws DataError where files of this layout can't say them */
function sharedFocal(
  cameras: readonly Camera[],
  { width, height }: { readonly width: number; readonly height: number },
): number {
  const [{ fx }] = cameras;
  cameras.forEach((camera, i) => {
    const { fy, cx, cy } = camera;
    const off = camera.fx !== fx || fy !== fx || cx !== width / 2 || cy !== height / 2;
    if (!off) return;
    throw new DataError(
      `camera ${i} has the focal lengths ${camera.fx}, ${fy} and the centre ${cx}, ${cy}; NeRF's ` +
        `synthetic layout has one focal length (here ${fx}) and the middle of the picture ` +
        `(${width / 2}, ${height / 2}) for all: write this scene with a program that keeps them`,
    );
  });
  return fx;
}

/** What is told and kept while a scene is written. */
export interface WriteOptions {
  /** A folder that is there, and empty. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  /** Called with views written of all. */
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Writes a dataset of views: `transforms_train.json`, `transforms_test.json`, and a folder of PNG files
 * each, with depths as `.npy` where they are known. `transforms_val.json` names the test views again,
 * for readers that ask for it. Alpha is straight.
 * @throws DataError where a camera can't be written in this layout
 */
export async function writeScene(
  dataset: Dataset<"view">,
  { folder, signal, progress }: WriteOptions,
): Promise<void> {
  const { width, height, background } = dataset.sample;
  const total = dataset.size("train") + dataset.size("test");
  const written: Record<string, Frame[]> = {};
  const cameras: Camera[] = [];
  let done = 0;
  for (const split of ["train", "test"] as const) {
    const frames: Frame[] = written[split] = [], size = dataset.size(split);
    await Deno.mkdir(join(folder, split), { recursive: true });
    for (let from = 0; from < size; from += AT_ONCE) {
      signal?.throwIfAborted();
      const indices = Array.from(
        { length: Math.min(AT_ONCE, size - from) },
        (_, i) => from + i,
      );
      const views = viewsOf((await dataset.read(split, indices)).samples);
      const maps: ViewMaps = await dataset.truth?.().maps?.(split, indices) ?? {};
      for (const [i, index] of indices.entries()) {
        const pixels = width * height, own = [i * pixels, (i + 1) * pixels] as const;
        const name = `${split}/r_${index}`, depth = maps.depth?.subarray(...own);
        const png = await pngOf(views.pictures.subarray(3 * own[0], 3 * own[1]), {
          width,
          height,
          background,
          alpha: maps.alpha?.subarray(...own),
        });
        await writeAtomic(join(folder, `${name}.png`), png, { sync: false });
        if (depth !== undefined) {
          const body = new Uint8Array(depth.slice().buffer);
          const parts = [npyHeader("<f4", [height, width]), body];
          await writeAtomic(join(folder, `${name}_depth.npy`), parts, { sync: false });
        }
        const camera = cameraAt(views.cameras, i);
        cameras.push(camera);
        frames.push({
          file_path: `./${name}`,
          ...(depth !== undefined && { depth_file_path: `./${name}_depth.npy` }),
          transform_matrix: openGlPose(camera),
        });
        progress?.(++done, total);
      }
    }
  }
  if (cameras.length === 0) throw new DataError("there is no view to write");
  // Focal length f sees width w under the angle 2·atan(w / 2f).
  const camera_angle_x = 2 * atan(width / (2 * sharedFocal(cameras, dataset.sample)));
  for (const [name, split] of Object.entries(FILES)) {
    const transforms: Transforms = { camera_angle_x, frames: written[split] };
    const text = JSON.stringify(transforms, null, 2) + "\n";
    await writeAtomic(join(folder, `transforms_${name}.json`), text);
  }
}
