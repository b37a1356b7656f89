/**
 * An extractor as a stream of pictures needs it. Evaluations open extractors only here.
 * @module
 */
import { concatImages, type ImageSet } from "../../kinds/image/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import { type Extractor, type ExtractorOptions, openExtractor } from "../../extractors/mod.ts";
import type { InputSpec } from "../../extractors/prepare/mod.ts";
import type { Decoded } from "./decode.ts";
import type { FeatureBits } from "../moments/rows.ts";

/** A network that is fed batches of one size. */
export interface Network {
  /** With its version, as it stands in metric names. */
  readonly name: string;
  readonly extractor: Extractor;
  readonly dimension: number;
  readonly bits: FeatureBits;
  /** Pictures a batch. */
  readonly batch: number;
  /** What threads make of a picture; null: they only decode it. */
  readonly input: InputSpec | null;
  /** Features of the pictures of one batch, [count, dimension]; anything for one that isn't there. */
  run(decoded: Decoded, count: number): Promise<ArrayLike<number>>;
}

/** Pictures a batch of an extractor that takes any number: few, since they come in their own size. */
const batch = 16;

/** Opens an extractor by name on an engine. @throws MetricUnavailable where it can't be had */
export async function openNetwork(
  name: string,
  engine: Engine,
  options: ExtractorOptions = {},
): Promise<Network> {
  return networkOf(await openExtractor(name, engine, options));
}

/** An extractor, fed by batches: by its halves where it has them, else as it is. */
export function networkOf(extractor: Extractor): Network {
  const { name, dimension, network: halved } = extractor;
  const common = { name, extractor, dimension };
  if (halved !== undefined) {
    const each = halved.batch * halved.input.side * halved.input.side * 3;
    return {
      ...common,
      bits: extractor.whitened ? 64 : 32, // whitening is the host's, in float64
      batch: halved.batch,
      input: halved.input,
      async run(decoded, count) {
        if (!("pixels" in decoded)) throw new TypeError("prepared pixels were expected");
        let { pixels } = decoded;
        if (pixels.length < each) { // the last batch is filled up with zeros
          const filled = new Float32Array(each);
          filled.set(pixels);
          pixels = filled;
        }
        const { features } = await halved.run(pixels);
        return Float64Array.from({ length: count * dimension }, (_, i) => features[i]);
      },
    };
  }
  return {
    ...common,
    bits: 64,
    batch,
    input: null,
    async run(decoded) {
      if (!("pictures" in decoded)) throw new TypeError("decoded pictures were expected");
      return await inGroups(extractor, decoded.pictures);
    },
  };
}

/** Features of pictures of any sizes, those of one size together; zeros where there is none. */
async function inGroups(
  extractor: Extractor,
  pictures: readonly (ImageSet | null)[],
): Promise<Float64Array> {
  const { dimension } = extractor;
  const out = new Float64Array(pictures.length * dimension);
  for (const places of bySize(pictures)) {
    const { data } = await extractor.extract(concatImages(places.map((i) => pictures[i]!)));
    places.forEach((place, row) => {
      out.set(data.subarray(row * dimension, (row + 1) * dimension), place * dimension);
    });
  }
  return out;
}

/** Places of the pictures that are there, a list for each size. */
function bySize(pictures: readonly (ImageSet | null)[]): number[][] {
  const groups = new Map<string, number[]>();
  pictures.forEach((picture, place) => {
    if (picture === null) return;
    const key = `${picture.height}×${picture.width}`;
    const group = groups.get(key);
    if (group) group.push(place);
    else groups.set(key, [place]);
  });
  return [...groups.values()];
}
