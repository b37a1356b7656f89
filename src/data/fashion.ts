/**
 * Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747, MIT): 60,000 + 10,000 pictures of 28×28 in
 * ten classes, from IDX files. Any data in that form can be named by its folder.
 * @module
 */
import { z } from "zod";
import { join } from "@std/path";
import { placed } from "../content/mod.ts";
import { type DatasetOutline, defineDataset } from "./dataset.ts";
import { DataError } from "../base/mod.ts";
import { sha256 } from "../base/digest/mod.ts";
import { pathText } from "../base/schema/mod.ts";
import { fairOrder, liesByClass } from "./fair_order.ts";
import { readIdx } from "./idx.ts";
import { imagesInMemory } from "./raw_images.ts";
import { splitDataset } from "./split_dataset.ts";

/** Where Debian's package `dataset-fashion-mnist` puts the files. */
const DEBIAN = "/usr/share/datasets/fashion-mnist";
const CLASSES = [
  "T-shirt",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
] as const;
/** The four files, without their endings. */
const STEMS = ["train", "t10k"].flatMap((half) => [
  `${half}-images-idx3-ubyte`,
  `${half}-labels-idx1-ubyte`,
]);
const GET =
  "install Debian's package (apt-get install dataset-fashion-mnist), or give the folder " +
  "of the four IDX files as `path`";

const config = z.strictObject({
  path: pathText().default(DEBIAN).describe(
    "folder with the four IDX files, gzipped or plain, relative to the suite's file",
  ),
  size: z.union([z.literal(28), z.literal(32)]).default(32).describe(
    "28, or 32 with a black frame",
  ),
});

async function find(folder: string, stem: string): Promise<string> {
  for (const ending of [".gz", ""]) {
    const path = join(folder, stem + ending);
    if (await Deno.stat(path).then((s) => s.isFile, () => false)) return path;
  }
  throw new DataError(`fashion: ${stem}(.gz) is not in ${folder}; ${GET}`);
}

/** Lays [n, 28, 28] bytes in the middle of black frames of `size`. */
export function framed(data: Uint8Array, { count, side, size }: {
  count: number;
  side: number;
  size: number;
}): Uint8Array {
  if (side === size) return data;
  const out = new Uint8Array(count * size * size);
  const margin = (size - side) >> 1;
  for (let i = 0; i < count; i++) {
    for (let y = 0; y < side; y++) {
      const from = (i * side + y) * side;
      out.set(data.subarray(from, from + side), (i * size + y + margin) * size + margin);
    }
  }
  return out;
}

async function half(folder: string, stem: string, size: number) {
  const imagePath = await find(folder, `${stem}-images-idx3-ubyte`);
  const labelPath = await find(folder, `${stem}-labels-idx1-ubyte`);
  const images = await readIdx(imagePath, 3), labels = await readIdx(labelPath, 1);
  const [count, height, width] = images.shape;
  if (height !== 28 || width !== 28) {
    throw new DataError(`${imagePath}: pictures of ${height}×${width}; 28×28 was expected`);
  }
  if (labels.shape[0] !== count) {
    throw new DataError(
      `${imagePath} has ${count} pictures, ${labelPath} ${labels.shape[0]} labels`,
    );
  }
  const wrong = labels.data.findIndex((label) => label >= CLASSES.length);
  if (wrong >= 0) {
    throw new DataError(
      `${labelPath}: label ${wrong} is ${labels.data[wrong]}; 0 to 9 were expected`,
    );
  }
  return { count, data: framed(images.data, { count, side: 28, size }), labels: labels.data };
}

/** Sizes are known of Debian's files; other folders in that form may hold other numbers. */
function outline({ path, size }: z.output<typeof config>): DatasetOutline<"image"> {
  return {
    sample: { kind: "image", height: size, width: size, channels: 1 },
    factors: [{ name: "class", kind: "class", classes: CLASSES }],
    ...(path === DEBIAN && {
      sizes: { train: 60_000, test: 10_000, judge: 0, judge_test: 0 },
    }),
  };
}

/** The `fashion` dataset. */
export const fashion = defineDataset({
  name: "fashion",
  version: 1,
  about: "Fashion-MNIST: 60,000 + 10,000 grey pictures in ten classes, from IDX files",
  licence: "MIT",
  config,
  status: () =>
    find(DEBIAN, "train-images-idx3-ubyte").then(() => "ready", () => `needs files: ${GET}`),
  async content(config, { path, files }) {
    const folder = path(config.path);
    const found = await Promise.all(
      STEMS.map(async (name) => ({ name, path: await find(folder, name).catch(() => null) })),
    );
    if (found.some(({ path }) => path === null)) return undefined;
    return await files(found.map(({ name, path }) => ({ name, path: path! })));
  },
  outline,
  async load(config, { progress, base }) {
    const { path, size } = config;
    progress?.(0, 2, "reading IDX files");
    const folder = placed(base, path);
    const train = await half(folder, "train", size), test = await half(folder, "t10k", size);
    progress?.(2, 2, "reading IDX files");
    const data = new Uint8Array(train.data.length + test.data.length);
    data.set(train.data);
    data.set(test.data, train.data.length);
    const byClass = liesByClass(train.labels) || liesByClass(test.labels);
    const { sample, factors } = outline(config);
    return splitDataset({
      name: "fashion",
      version: 1,
      digest: await sha256(data),
      sample,
      factors,
      notes: byClass ? [`${path}: its files lie by class; read in a fixed random order`] : [],
      samples: imagesInMemory(data, sample),
      labels: { class: Float32Array.from([...train.labels, ...test.labels]) },
      splits: { train: fairOrder(train.labels, 0), test: fairOrder(test.labels, train.count) },
    });
  },
});
