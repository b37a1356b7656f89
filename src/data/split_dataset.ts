/**
 * A dataset made of raw samples, columns of labels and a list of indices a split.
 * @module
 */
import { createHash } from "node:crypto";
import type { Dataset, Factor, Split } from "./dataset.ts";
import type { KindName, Samples, SampleSpec, SpecOf } from "../kinds/mod.ts";

/** Samples by index. */
export interface RawSamples<K extends KindName = KindName> {
  readonly count: number;
  /** The samples at these indices, in that order. @throws RangeError outside [0, count) */
  gather(indices: ArrayLike<number>): Promise<Samples<K>>;
}

/** What a dataset of that form is made of. Index lists point into `samples` and the label columns. */
export interface SplitParts<K extends KindName = KindName> {
  readonly name: string;
  readonly version: number;
  /** Of all that fixes the samples; what is made of them is added to it. */
  readonly digest: string;
  readonly sample: SpecOf<K>;
  readonly decoding?: Dataset["decoding"];
  readonly factors: readonly Factor[];
  readonly notes: readonly string[];
  readonly samples: RawSamples<K>;
  readonly labels: Readonly<Record<string, Float32Array>>;
  readonly captions?: readonly string[];
  /** What is given with each sample, by name; its digest covers it. */
  readonly given?: {
    readonly [name: string]: { readonly sample: SampleSpec; readonly samples: RawSamples };
  };
  readonly splits: Partial<Readonly<Record<Split, Uint32Array>>>;
}

/** Joins the parts to a `Dataset`. */
export function splitDataset<K extends KindName>(parts: SplitParts<K>): Dataset<K> {
  const { name, version, sample, decoding, factors, notes, samples, labels, splits, given } = parts;
  const givenSpecs = given &&
    Object.fromEntries(Object.entries(given).map(([name, { sample }]) => [name, sample]));
  const none = new Uint32Array(0);
  const members = (split: Split) => splits[split] ?? none;
  const captions = parts.captions;
  return {
    name,
    version,
    digest: digestOf(parts),
    sample,
    ...(decoding && { decoding }),
    ...(givenSpecs && { given: givenSpecs }),
    factors,
    notes,
    size: (split) => members(split).length,
    async read(split, indices) {
      const own = members(split);
      const global = Uint32Array.from(indices as ArrayLike<number>, (i) => {
        if (!Number.isInteger(i) || i < 0 || i >= own.length) {
          throw new RangeError(
            `${name}: sample ${i} of split ${split} was asked for; it has ${own.length}`,
          );
        }
        return own[i];
      });
      const columns: Record<string, Float32Array> = {};
      for (const [factor, column] of Object.entries(labels)) {
        columns[factor] = Float32Array.from(global, (i) => column[i]);
      }
      const batch = { samples: await samples.gather(global), labels: columns };
      if (given === undefined) return batch;
      const gathered: Record<string, Samples> = {};
      for (const [name, { samples }] of Object.entries(given)) {
        gathered[name] = await samples.gather(global);
      }
      return { ...batch, given: gathered };
    },
    ...(captions && { captions: (split: Split) => Array.from(members(split), (i) => captions[i]) }),
  };
}

/** The samples' digest with that of their labels and splits: the same samples may be split otherwise. */
function digestOf(
  { digest, factors, labels, splits }: Pick<SplitParts, "digest" | "factors" | "labels" | "splits">,
): string {
  const hash = createHash("sha256").update(`${digest} ${JSON.stringify(factors)}`);
  const add = (columns: Readonly<Record<string, Float32Array | Uint32Array>>) => {
    for (const name of Object.keys(columns).sort()) {
      const { buffer, byteOffset, byteLength, length } = columns[name];
      hash.update(` ${JSON.stringify(name)} ${length} `);
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  };
  add(labels);
  add(splits);
  return hash.digest("hex");
}

/** FNV-1a, 32 bits, with a final avalanche: a whole number below 2³². */
export function hashOf(bytes: Uint8Array): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) h = Math.imul(h ^ bytes[i], 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The hash of a name as a fraction in [0, 1). */
function hashed(name: string): number {
  return hashOf(new TextEncoder().encode(name)) / 2 ** 32;
}

/**
 * Whether the item of this name is held out, by a hash of its name alone, so that adding items
 * never moves another one between the splits.
 */
export function heldOut(name: string, share: number): boolean {
  return hashed(name) < share;
}

/**
 * Train and test indices of items with these names, each in the order of another hash of the name:
 * files sorted by name or class would make the first N of a split, which metrics read, no fair
 * sample of it.
 */
export function splitByHeld(
  names: readonly string[],
  held: readonly boolean[],
): { train: Uint32Array; test: Uint32Array } {
  const rank = names.map((name) => hashed(`order ${name}`));
  const order = [...names.keys()].sort((a, b) =>
    rank[a] - rank[b] || (names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : 0)
  );
  const side = (wanted: boolean) => Uint32Array.from(order.filter((i) => held[i] === wanted));
  return { train: side(false), test: side(true) };
}
