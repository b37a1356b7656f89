/**
 * What stages did, in numbers: documents and bytes that came and went, by check how many were dropped,
 * a histogram of the values that it found, and samples. Tallies of parts add up to that of the whole,
 * in whatever parts it was made.
 * @module
 */
import { hostFold, type HostKey, hostKey, uniform01 } from "../../random/host/mod.ts";
import type { Provenance } from "../stage.ts";

/** Documents, and the bytes of their texts in UTF-8. */
export interface Amount {
  documents: number;
  bytes: number;
}

/** A dropped document that is shown. */
export interface Sample {
  /** Uniform in [0, 1), by the document's provenance and the check: the smallest are shown. */
  readonly draw: number;
  readonly from: Provenance;
  readonly value: number;
  readonly limit: number;
  readonly text: string;
}

/** What a check found. */
export interface CheckTally {
  readonly dropped: Amount;
  /** That the last dropped document was held against; null: it dropped none. */
  limit: number | null;
  /** How many documents had a value in each bucket of `bucketOf`. */
  readonly values: Record<string, number>;
  /** In the order of their draws. */
  samples: Sample[];
}

/** What a stage did. */
export interface StageTally {
  /** Its name; "unicode#2" where it is the second of this name. */
  readonly stage: string;
  readonly read: Amount;
  readonly kept: Amount;
  readonly rewritten: Amount;
  /** By name: "gopher_quality: mean_word_length". */
  readonly checks: Record<string, CheckTally>;
}

/** Samples of a check. */
export const SAMPLES = 5;
/** UTF-16 units of a text that a sample keeps. */
const SHOWN = 2000;

/** Nothing yet. */
export const emptyTally = (stage: string): StageTally => ({
  stage,
  read: { documents: 0, bytes: 0 },
  kept: { documents: 0, bytes: 0 },
  rewritten: { documents: 0, bytes: 0 },
  checks: {},
});

const emptyCheck = (): CheckTally => ({
  dropped: { documents: 0, bytes: 0 },
  limit: null,
  values: {},
  samples: [],
});

/** Bytes of a text in UTF-8. */
export function bytesOfText(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1;
    // A pair is two units and four bytes; half of one is written as U+FFFD, of three.
    if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
  }
  return bytes;
}

const VIEW = new DataView(new ArrayBuffer(8));
/** Bits of a number that name its bucket: the sign, 11 of the exponent and 4 of the mantissa. */
const BUCKET = 16;

/**
 * The bucket of a value: the first 16 bits of its float64, so 16 buckets between powers of two, the
 * same whatever the other values are.
 */
export function bucketOf(value: number): number {
  VIEW.setFloat64(0, value === 0 ? 0 : value);
  return VIEW.getUint32(0) >>> (32 - BUCKET);
}

/** The end of a bucket that is nearer to zero. */
export function bucketEdge(bucket: number): number {
  VIEW.setUint32(0, bucket << (32 - BUCKET));
  VIEW.setUint32(4, 0);
  return VIEW.getFloat64(0);
}

/** The value of a bucket that no other of it is above. */
export function bucketEnd(bucket: number): number {
  const negative = bucket >= 1 << (BUCKET - 1);
  return bucket === 0 ? 0 : bucketEdge(negative ? bucket : bucket + 1);
}

/** The check of a name in a tally. */
export function checkOf(tally: StageTally, name: string): CheckTally {
  return tally.checks[name] ??= emptyCheck();
}

/** Counts a value of a check. */
export function countValue(check: CheckTally, value: number): void {
  const bucket = bucketOf(value);
  check.values[bucket] = (check.values[bucket] ?? 0) + 1;
}

/** Adds to an amount. */
export function addTo(amount: Amount, { documents, bytes }: Amount): void {
  amount.documents += documents;
  amount.bytes += bytes;
}

const KEYS = new Map<string, HostKey>();

/** The draw of a document for a check: by where it came from alone, so in whatever order they come. */
function drawOf(check: string, { dataset, index }: Provenance): number {
  const name = JSON.stringify([check, dataset]);
  let key = KEYS.get(name);
  if (key === undefined) {
    key = hostFold(hostFold(hostKey(0, "dropped"), check), dataset);
    KEYS.set(name, key);
  }
  return uniform01(key, index);
}

const inOrder = (a: Sample, b: Sample) => a.draw - b.draw || a.from.index - b.from.index;

/**
 * Counts a dropped document, and keeps its text where it is among the samples: those of the smallest
 * draws, which is a reservoir sample (Efraimidis & Spirakis 2006, equal weights).
 */
export function countDropped(
  check: CheckTally,
  { why, text, ...sample }: Omit<Sample, "draw"> & { readonly why: string; readonly bytes: number },
): void {
  const { from, value, limit, bytes } = sample;
  addTo(check.dropped, { documents: 1, bytes });
  check.limit = limit;
  const draw = drawOf(why, from);
  if (check.samples.length === SAMPLES && draw >= check.samples[SAMPLES - 1].draw) return;
  check.samples = [...check.samples, {
    draw,
    from,
    value,
    limit,
    text: text.slice(0, SHOWN).toWellFormed(),
  }]
    .sort(inOrder).slice(0, SAMPLES);
}

/** Adds a tally of the same stage. */
export function addTally(into: StageTally, other: StageTally): void {
  for (const part of ["read", "kept", "rewritten"] as const) addTo(into[part], other[part]);
  for (const [name, found] of Object.entries(other.checks)) {
    const check = checkOf(into, name);
    addTo(check.dropped, found.dropped);
    check.limit = found.limit ?? check.limit;
    for (const [bucket, count] of Object.entries(found.values)) {
      check.values[bucket] = (check.values[bucket] ?? 0) + count;
    }
    check.samples = [...check.samples, ...found.samples].sort(inOrder).slice(0, SAMPLES);
  }
}
