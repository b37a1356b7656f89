/**
 * Two folders of pictures, real and generated, at one size: what `evaluate` compares.
 * @module
 */
import { resolve } from "@std/path";
import { DataError, type Dataset, type ImageSet, type ImageSpec } from "../dataset.ts";
import { decodeAll, judgeSkipped } from "../decode.ts";
import { sha256 } from "../../digest.ts";
import { imagesInMemory, type RawImages } from "../raw_images.ts";
import { splitDataset } from "../split_dataset.ts";
import { listPictures } from "./layout.ts";

/** How folders are read. */
export interface FolderOptions {
  /** Side to resize to; default: the pictures' own, which must then be one. */
  readonly size?: number;
  readonly jobs: number;
  readonly progress?: (done: number, total: number, note: string) => void;
}

/** Pictures of a folder, decoded. */
export interface FolderImages {
  readonly path: string;
  readonly images: RawImages;
  readonly notes: readonly string[];
  /** sha256 of the decoded bytes. */
  readonly digest: string;
}

/**
 * The side that pictures of these folders share, in pixels.
 * @throws DataError where they differ, with one file of each size
 */
export async function commonSide(paths: readonly string[]): Promise<number> {
  const { default: sharp } = await import("sharp");
  const first = new Map<number, string>();
  for (const path of paths) {
    const header = await sharp(path).metadata().catch(() => null);
    if (header === null) continue; // decoding tells what is wrong with it
    const side = Math.min(header.width, header.height);
    if (!first.has(side)) first.set(side, path);
    if (first.size > 3) break;
  }
  if (first.size === 1) return [...first.keys()][0];
  if (first.size === 0) throw new DataError("no picture of these folders can be read");
  const list = [...first].map(([side, path]) => `  ${side} pixels: ${path}`).join("\n");
  throw new DataError(
    `the pictures have different sides:\n${list}\n--size PIXELS resizes all of them to one ` +
      "(a feature distance between pictures of different sizes would mostly measure that)",
  );
}

/** The files of a folder and of those inside it, sorted. */
export async function pictureFiles(folder: string): Promise<readonly string[]> {
  const { paths } = await listPictures(resolve(folder), { layout: "plain", test: 0 });
  if (paths.length < 2) {
    throw new DataError(
      `${folder} has ${paths.length} pictures (PNG, JPEG, WebP); a distance needs 2 or more`,
    );
  }
  return paths;
}

/** Decodes a folder: RGB, central square, `size` pixels a side. */
export async function decodeFolder(
  { folder, paths, size }: { folder: string; paths: readonly string[]; size: number },
  { jobs, progress }: FolderOptions,
): Promise<FolderImages> {
  const decoded = await decodeAll(paths, {
    spec: specOf(size),
    jobs,
    progress: (done, total) => progress?.(done, total, `decoding ${folder}`),
  });
  return {
    path: folder,
    images: imagesInMemory(decoded.data, specOf(size)),
    notes: judgeSkipped(decoded, { total: paths.length, share: 0.01, where: folder }),
    digest: await sha256(decoded.data),
  };
}

function specOf(size: number): ImageSpec {
  return { kind: "image", height: size, width: size, channels: 3 };
}

/** The real pictures as a dataset: all of them in `train` and in `test`. */
export function realDataset(real: FolderImages, size: number): Dataset {
  const all = Uint32Array.from({ length: real.images.count }, (_, i) => i);
  return splitDataset({
    name: real.path,
    version: 1,
    digest: real.digest,
    sample: specOf(size),
    factors: [],
    notes: real.notes,
    images: real.images,
    labels: {},
    splits: { train: all, test: all },
  });
}

/** The first `count` pictures of a folder. */
export async function firstImages(folder: FolderImages, count: number): Promise<ImageSet> {
  return await folder.images.gather(Uint32Array.from({ length: count }, (_, i) => i));
}
