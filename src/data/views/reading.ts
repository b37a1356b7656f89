/**
 * Views as they are read: pixels by their places, what is known beside them, and a digest of it all.
 * @module
 */
import { sha256, sha256Hex } from "../../base/digest/mod.ts";
import { canonicalJson } from "../../base/text/mod.ts";
import {
  CAMERA,
  type PointCloud,
  type ViewMaps,
  type ViewSet,
  type ViewSpec,
  type ViewTruth,
} from "../../kinds/view/mod.ts";
import { DECODER } from "../decoding/mod.ts";
import type { RawSamples } from "../split_dataset.ts";
import { VERSION } from "./config.ts";
import type { Light } from "./pictures/light.ts";
import type { Making } from "./pictures/picture.ts";
import type { PictureFile, PictureStore } from "./pictures/store.ts";

/** Bytes of numbers. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** sha256 over all that fixes views: files by their bytes, cameras, points, and how pictures are made. */
export async function digestOf(files: readonly PictureFile[], parts: {
  readonly cameras: Float32Array;
  readonly points: PointCloud | null;
  readonly spec: ViewSpec;
  readonly light: Light;
  readonly making: (place: number) => Making;
}): Promise<string> {
  const { cameras, points, spec, light, making } = parts;
  const cloud = points === null ? [] : [points.positions, points.colours];
  return sha256Hex(canonicalJson({
    name: "views",
    version: VERSION,
    decoder: DECODER,
    files: files.map(({ sha256 }) => sha256),
    cameras: await sha256(bytesOf(cameras)),
    points: await Promise.all(cloud.map((numbers) => sha256(bytesOf(numbers)))),
    spec,
    light,
    making: files.map((_, place) => {
      const { lens, cut, downscale } = making(place);
      return { lens, cut, downscale };
    }),
  }));
}

/** Sets of views by their places. */
export function samplesOf(
  store: PictureStore,
  { cameras, spec: { height, width } }: { readonly cameras: Float32Array; readonly spec: ViewSpec },
): RawSamples<"view"> {
  return {
    count: cameras.length / CAMERA,
    async gather(places: ArrayLike<number>): Promise<ViewSet> {
      const count = places.length, found = await store.get(places);
      const pictures = new Uint8Array(count * height * width * 3);
      const own = new Float32Array(count * CAMERA);
      found.forEach(({ rgb }, i) => {
        pictures.set(rgb, i * rgb.length);
        own.set(cameras.subarray(places[i] * CAMERA, (places[i] + 1) * CAMERA), i * CAMERA);
      });
      return { count, height, width, pictures, cameras: own };
    },
  };
}

/** What is known beside pictures: cameras, points, opacity, names. */
export function truthOf(parts: {
  readonly cameras: Float32Array;
  readonly points: PointCloud | null;
  /** Null: no picture has opacity. */
  readonly store: PictureStore | null;
  readonly names: readonly string[];
  readonly splits: Readonly<Partial<Record<string, Uint32Array>>>;
  readonly pixels: number;
}): ViewTruth {
  const { cameras, points, store, names, splits, pixels } = parts;
  const places = (split: string) => splits[split] ?? new Uint32Array();
  return {
    ...(points !== null && { points }),
    cameras(split) {
      const own = places(split), found = new Float32Array(own.length * CAMERA);
      own.forEach((place, i) =>
        found.set(cameras.subarray(place * CAMERA, (place + 1) * CAMERA), i * CAMERA)
      );
      return found;
    },
    names: (split) => Array.from(places(split), (place) => names[place]),
    ...(store !== null && {
      async maps(split: string, indices: ArrayLike<number>): Promise<ViewMaps> {
        const own = places(split);
        const bad = Array.from(indices).find((i) => own[i] === undefined);
        if (bad !== undefined) {
          throw new RangeError(`views: view ${bad} of split ${split}; it has ${own.length}`);
        }
        const found = await store.get(Array.from(indices, (i) => own[i]));
        const alpha = new Uint8Array(found.length * pixels).fill(255);
        found.forEach((picture, i) => picture.alpha && alpha.set(picture.alpha, i * pixels));
        return { alpha };
      },
    }),
  };
}
