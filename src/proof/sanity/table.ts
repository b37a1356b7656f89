/**
 * The sanity table: an extractor's Fréchet distance for sets whose quality is known. An extractor
 * must put near-identical data near zero and missing modes far away.
 * @module
 */
import type { Dataset, Split } from "../../data/mod.ts";
import {
  concatImages,
  gatherImages,
  type ImageSet,
  imagesOf,
  sliceImages,
} from "../../kinds/image/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import { hostFold, type HostKey } from "../../random/host/mod.ts";
import { controls } from "../../protocols/control/mod.ts";
import { mixed, withBlur, withCopies, withJpeg, withNoise, withShuffledBlocks } from "./degrade.ts";
import { coarsePixels, frechetDistance, normalisedDistance } from "../../metrics/features/mod.ts";
import { duplicateShares } from "../../metrics/copies/mod.ts";
import type { SanityClaim, SanityRow, SanityTable } from "../../extractors/sanity/mod.ts";
import type { Extractor } from "../../extractors/mod.ts";
import { fitWhitening, whiten } from "../../algebra/mod.ts";

/** What a table is made from. */
export interface SanityOptions {
  readonly dataset: Dataset;
  readonly extractor: Extractor;
  readonly engine: Engine;
  readonly key: HostKey;
  /** Pictures a set; the dataset's test and judge_test must hold about 2.3 times as many beside. */
  readonly samples: number;
  /** Training pictures looked through for copies. */
  readonly train?: number;
  readonly progress?: (note: string) => void;
}

interface Named {
  readonly name: string;
  readonly about: string;
  readonly images: ImageSet;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

async function read(dataset: Dataset, split: Split, from: number, to: number) {
  const { samples, labels } = await dataset.read(split, range(from, to));
  return { images: imagesOf(samples), labels };
}

/** Held-out pictures other than the reference, with labels. */
async function poolOf({ dataset, samples }: SanityOptions) {
  const parts = [
    await read(dataset, "judge_test", 0, dataset.size("judge_test")),
    await read(dataset, "test", samples, Math.max(samples, dataset.size("test"))),
  ].filter((part) => part.images.count > 0);
  const labels = (factor: string) => parts.flatMap((part) => [...part.labels[factor]]);
  return { images: concatImages(parts.map((p) => p.images)), labels };
}

type Pool = Awaited<ReturnType<typeof poolOf>>;

/** The first N pictures of the pool whose class is not among `absent`. */
function without(pool: Pool, options: { factor: string; absent: number[]; samples: number }) {
  const labels = pool.labels(options.factor);
  const kept = [...labels.keys()].filter((i) => !options.absent.includes(labels[i]));
  if (kept.length < options.samples) {
    throw new RangeError(
      `sanity table: ${kept.length} held-out pictures without ${options.factor} ` +
        `${options.absent}, ${options.samples} needed; enlarge test or judge_test`,
    );
  }
  return gatherImages(pool.images, kept.slice(0, options.samples));
}

async function setsOf(options: SanityOptions): Promise<Named[]> {
  const { dataset, engine, samples } = options;
  const key = (purpose: string) => hostFold(options.key, purpose);
  const pool = await poolOf(options);
  if (pool.images.count < samples) {
    throw new RangeError(`sanity table: ${pool.images.count} held-out pictures, ${samples} needed`);
  }
  const held = sliceImages(pool.images, { to: samples });
  const control = async (name: string) =>
    imagesOf(await controls[name].open({ dataset, engine, key: key(name) }).sample(samples));
  const gaussian = await control("gaussian");
  const sets: Named[] = [
    { name: "held-out", about: "other held-out pictures", images: held },
    {
      name: "noise 2",
      about: "noise of σ 2/255 added: imperceptible",
      images: withNoise(held, 2, { key: key("noise") }),
    },
    {
      name: "JPEG 98",
      about: "through JPEG at quality 98, errors of σ 2/255: imperceptible",
      images: await withJpeg(held, 98),
    },
    {
      name: "JPEG 90",
      about: "through JPEG at quality 90, errors of σ 5/255 at this size",
      images: await withJpeg(held, 90),
    },
    { name: "blur 0.5", about: "blurred by σ 0.5 pixels", images: withBlur(held, 0.5) },
    { name: "blur 1", about: "blurred by σ 1 pixel", images: withBlur(held, 1) },
    {
      name: "a tenth copied",
      about: "a tenth are copies of others",
      images: withCopies(held, 0.1),
    },
    { name: "training copy", about: "training pictures", images: await control("training-copy") },
  ];
  const classes = (name: string) => {
    const factor = dataset.factors.find((f) => f.name === name);
    return factor?.kind === "class" ? factor.classes : undefined;
  };
  if (classes("expression")) {
    sets.push({
      name: "two expressions missing",
      about: "no face is happy or surprised",
      images: without(pool, {
        factor: "expression",
        absent: ["happy", "surprised"].map((c) => classes("expression")!.indexOf(c)),
        samples,
      }),
    });
  }
  if (classes("gender")) {
    sets.push({
      name: "one gender missing",
      about: `only ${classes("gender")![1]} faces`,
      images: without(pool, { factor: "gender", absent: [0], samples }),
    });
  }
  sets.push(
    {
      name: "a quarter Gaussian",
      about: "a quarter from the pixel Gaussian",
      images: mixed(held, gaussian, 0.25),
    },
    { name: "pixel Gaussian", about: "full-covariance pixel Gaussian", images: gaussian },
    {
      name: "blocks shuffled",
      about: "sixteen blocks of each picture change places",
      images: withShuffledBlocks(held, { key: key("blocks") }),
    },
  );
  return sets;
}

/** The statements that a trustworthy extractor makes true. `d` is the normalised distance. */
export function sanityClaims(rows: readonly SanityRow[]): SanityClaim[] {
  const d = (name: string) => rows.find((r) => r.name === name)?.normalised;
  const row = (name: string) => rows.find((r) => r.name === name);
  const claims: SanityClaim[] = [];
  const claim = (text: string, holds: boolean | undefined) => {
    if (holds !== undefined) claims.push({ claim: text, holds });
  };
  const near = 0.05;
  for (const name of ["noise 2", "JPEG 98", "training copy"]) {
    claim(`${name} is near held-out data: |d| < ${near}`, Math.abs(d(name)!) < near);
  }
  claim(
    "a tenth copied hardly moves the distance: |d| < 0.1",
    Math.abs(d("a tenth copied")!) < 0.1,
  );
  const invisible = Math.max(d("noise 2")!, d("JPEG 98")!);
  for (const name of ["two expressions missing", "one gender missing"]) {
    if (d(name) === undefined) continue;
    claim(`${name} is far from it: d > ${near}`, d(name)! > near);
    claim(`${name} is worse than twice what no eye sees`, d(name)! > 2 * Math.max(0, invisible));
  }
  claim("blur 1 is worse than blur 0.5", d("blur 1")! > d("blur 0.5")!);
  claim("blur 0.5 is worse than what no eye sees", d("blur 0.5")! > invisible);
  claim(
    "a quarter Gaussian lies between held-out data and the Gaussian",
    d("a quarter Gaussian")! > 0 && d("a quarter Gaussian")! < 1,
  );
  claim("blocks shuffled is worse than the Gaussian", d("blocks shuffled")! > 1);
  claim(
    "the near-duplicate share sees copies of training pictures, and no others",
    row("training copy")!.copies > 0.95 && row("held-out")!.copies < 0.05,
  );
  claim(
    "the near-duplicate share sees repeats, which no distance does",
    row("a tenth copied")!.repeats > 0.1 && row("held-out")!.repeats < 0.05,
  );
  return claims;
}

/**
 * Computes an extractor's table on a dataset.
 * @throws RangeError where the dataset has too few held-out pictures.
 */
export async function sanityTable(options: SanityOptions): Promise<SanityTable> {
  const { dataset, extractor, samples, progress } = options;
  const reference = await extractor.extract((await read(dataset, "test", 0, samples)).images);
  const trainCount = Math.min(options.train ?? 2000, dataset.size("train"));
  const trainPixels = coarsePixels((await read(dataset, "train", 0, trainCount)).images);
  const whitening = fitWhitening(trainPixels, { components: 64 });
  const train = whiten(trainPixels, whitening);
  const measured: Omit<SanityRow, "normalised">[] = [];
  for (const { name, about, images } of await setsOf(options)) {
    progress?.(`sanity of ${extractor.name}: ${name}`);
    const distance = frechetDistance(await extractor.extract(images), reference);
    const pixels = whiten(coarsePixels(images), whitening);
    const { train: copies, within: repeats } = duplicateShares({ samples: pixels, train }, 0.01);
    measured.push({ name, about, distance, copies, repeats });
  }
  const at = (name: string) => measured.find((m) => m.name === name)!.distance;
  const floor = { heldOut: at("held-out"), gaussian: at("pixel Gaussian") };
  const rows = measured.map((m) => ({
    ...m,
    normalised: normalisedDistance(m.distance, floor) ?? Number.NaN,
  }));
  return {
    extractor: extractor.name,
    dataset: dataset.name,
    digest: dataset.digest,
    samples,
    rows,
    claims: sanityClaims(rows),
  };
}
