/**
 * One side with its features: extracted, read from a file, or known by their moments only.
 * @module
 */
import { join } from "@std/path";
import { concatImages, type ImageSet, resizeArea } from "../kinds/image/mod.ts";
import { DataError } from "../base/mod.ts";
import { listSkipped } from "../data/mod.ts";
import type { EngineIdentity } from "../engine/mod.ts";
import { kept } from "../base/digest/mod.ts";
import { decoderVersion, type Reading } from "./extract/decode.ts";
import { extract, type ExtractOptions, named, type Timing } from "./extract/extract.ts";
import { type Moments, momentsOf } from "./moments/moments.ts";
import type { Network } from "./extract/network.ts";
import { type FeatureBits, type FeatureRows, firstRows, positionOf } from "./moments/rows.ts";
import type { Side } from "./sides.ts";
import type { PictureSource } from "./source.ts";
import type { Origin } from "./moments/statistics.ts";
import { FeatureStore, type Manifest } from "./extract/store.ts";

/** What metrics are computed from. */
export interface Measured {
  readonly label: string;
  /** Pictures that count; null where a file of statistics doesn't say. */
  readonly count: number | null;
  readonly dimension: number;
  /** `count` of them; null: only moments are known. */
  readonly rows: FeatureRows | null;
  readonly bits: FeatureBits;
  /** Names the pictures; null where they aren't known. */
  readonly digest: string | null;
  readonly timing: Timing | null;
  readonly notes: readonly string[];
  readonly origin: Origin | null;
  /** Moments of all rows that count. */
  moments(progress?: (note: string) => void): Promise<Moments>;
  /** The pictures of these rows; null where there are none to be had. */
  readonly pixels: ((rows: ArrayLike<number>) => Promise<ImageSet>) | null;
  /** Closes what measuring opened; the side itself stays its opener's. */
  close(): void;
}

/** What measuring a side takes. */
export interface MeasureOptions extends ExtractOptions {
  /** null where no side has pictures to extract. */
  readonly network: Network | null;
  readonly engine: EngineIdentity | null;
  readonly cache: string;
  /** Told what a person should hear at once. */
  readonly say?: (line: string) => void;
  /** Side of the square that pixels are resized to; default: the pictures' own, which must be one. */
  readonly size?: number;
}

/** Brings a side to features. @throws DataError where it can't be, with what to do */
export async function measure(side: Side, options: MeasureOptions): Promise<Measured> {
  const { label } = side;
  const common = { label, timing: null, digest: null, notes: [], close: () => {} };
  if (side.kind === "statistics") {
    const { moments, origin } = side;
    return {
      ...common,
      count: moments.count,
      dimension: moments.dimension,
      rows: null,
      bits: 64,
      origin,
      moments: () => Promise.resolve(moments),
      pixels: null,
    };
  }
  if (side.kind === "features") {
    requireSamples(label, side.rows.count, options.samples);
    const rows = firstRows(side.rows, options.samples ?? side.rows.count), { count } = rows;
    return {
      ...common,
      count,
      dimension: rows.dimension,
      rows,
      bits: 64,
      origin: null,
      moments: once((progress) => passes(rows, label, progress)),
      pixels: null,
    };
  }
  return await measurePictures(side.source, options);
}

async function measurePictures(
  source: PictureSource,
  options: MeasureOptions,
): Promise<Measured> {
  const { network, engine, cache, reading, samples } = options;
  if (network === null || engine === null) throw new TypeError("pictures need a network");
  const manifest: Manifest = {
    format: 2,
    extractor: network.name,
    extractorDigest: network.extractor.digest ?? null,
    dimension: network.dimension,
    bits: network.bits,
    batch: network.batch,
    preparation: preparationOf(network, reading),
    decoder: source.decoded ? null : await decoderVersion(),
    pictures: source.digest,
    count: source.count,
    engine: JSON.stringify([engine.name, engine.versions, engine.device]),
  };
  const store = await FeatureStore.open(join(cache, "evaluate"), manifest, {
    waiting: () => options.say?.(`${source.label}: another process extracts it; waiting`),
    say: options.say,
  });
  let timing: Timing;
  try {
    timing = await extract(source, { network, store }, options);
    requireSamples(source.label, store.kept, samples);
    await store.release();
  } catch (error) {
    store.close();
    throw error;
  }
  const all = store.rows(), rows = firstRows(all, Math.min(all.count, samples ?? all.count));
  const { count } = rows;
  const origin: Origin = {
    format: 1,
    extractor: manifest.extractor,
    extractorDigest: manifest.extractorDigest,
    preparation: manifest.preparation,
    count,
    of: source.label,
  };
  const place = {
    path: join(store.folder, `moments-${count}.sealed`),
    purpose: JSON.stringify([manifest, "moments", count]),
    say: options.say,
  };
  return {
    label: source.label,
    count,
    dimension: network.dimension,
    rows,
    bits: network.bits,
    digest: source.digest,
    timing,
    origin,
    notes: [
      ...source.notes,
      ...store.skipped.length === 0 ? [] : [
        `${source.label}: ${store.skipped.length} of ${store.done} files skipped:\n` +
        listSkipped(named(store.skipped, source), { most: options.named }),
      ],
    ],
    moments: once((progress) =>
      keptMoments(
        place,
        { count, dimension: network.dimension },
        () => passes(rows, source.label, progress),
      )
    ),
    pixels: (wanted) => readPixels(source, positionsOf(wanted, store), options),
    close: () => store.close(),
  };
}

/** How pictures become what the network sees, all of it. */
export function preparationOf(network: Network, { decoding, crop }: Reading): string {
  return JSON.stringify({ decoding, crop, input: network.input });
}

function requireSamples(label: string, readable: number, samples: number | undefined): void {
  if (readable < 2) {
    throw new DataError(`${label} has ${readable} readable pictures; a distance needs 2 or more`);
  }
  if (samples === undefined || readable >= samples) return;
  throw new DataError(
    `--samples ${samples}: ${label} has ${readable.toLocaleString("en")} readable pictures`,
  );
}

function once(
  make: (progress?: (note: string) => void) => Promise<Moments>,
): Measured["moments"] {
  let made: Promise<Moments> | undefined;
  return (progress) => made ??= make(progress);
}

async function passes(
  rows: FeatureRows,
  label: string,
  progress?: (note: string) => void,
): Promise<Moments> {
  return await momentsOf(rows, rows.count, {
    progress: (done, total) =>
      progress?.(`moments of ${label} ${Math.floor(100 * done / total)} %`),
  });
}

/** Moments kept beside the rows that they are of. */
async function keptMoments(
  { path, purpose, say }: { path: string; purpose: string; say?: (line: string) => void },
  { count, dimension }: { count: number; dimension: number },
  make: () => Promise<Moments>,
): Promise<Moments> {
  const bytes = await kept(path, {
    purpose,
    say,
    async make() {
      const { mean, covariance } = await make();
      const both = new Float64Array(mean.length + covariance.length);
      both.set(mean);
      both.set(covariance, mean.length);
      return new Uint8Array(both.buffer);
    },
  });
  const both = new Float64Array(bytes.buffer, bytes.byteOffset, dimension * (dimension + 1));
  const mean = both.slice(0, dimension), covariance = both.slice(dimension);
  return { count, dimension, mean, covariance };
}

/** Places of rows in the source's order: those that were skipped have none. */
function positionsOf(rows: ArrayLike<number>, { skipped }: FeatureStore): Uint32Array {
  const left = skipped.map(({ position }) => position);
  return Uint32Array.from(rows, (row) => positionOf(row, left));
}

/** Pictures at one size. @throws DataError where sizes differ */
async function readPixels(
  source: PictureSource,
  positions: Uint32Array,
  { threads, reading, size }: MeasureOptions,
): Promise<ImageSet> {
  const found: ImageSet[] = [];
  const each = 64;
  for (let from = 0; from < positions.length; from += each) {
    const places = positions.subarray(from, from + each);
    const task = { ...reading, crop: true, from: await source.batch(places), input: null };
    const { decoded, skipped } = await threads.ask(task);
    if (!("pictures" in decoded)) throw new TypeError("decoded pictures were expected");
    if (skipped.length > 0) {
      const { at, reason } = skipped[0];
      throw new DataError(
        `${source.label}: ${
          source.names([places[at]])[0]
        } could be read before and can't be now: ` +
          `${reason}; run again`,
      );
    }
    decoded.pictures.forEach((picture, at) => {
      const sized = size === undefined ? picture! : resizeArea(picture!, size);
      if (found.length > 0 && sized.height !== found[0].height) {
        throw new DataError(
          `${source.label}: pixels are compared, and the pictures have different sides: ` +
            `${found[0].height} pixels before ${source.names([places[at]])[0]}, which has ` +
            `${sized.height}; --size PIXELS resizes all of them to one`,
        );
      }
      found.push(sized);
    });
  }
  return concatImages(found);
}
