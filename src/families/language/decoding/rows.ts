/**
 * Rows of tokens by programs of a few fixed shapes: buckets of lengths, filled up with what is no token.
 * @module
 */
import type { LanguageContext, TensorRecord } from "../../family.ts";
import type { Setting } from "../model.ts";

/** What reading and writing goes on with. */
export interface Reading {
  readonly state: TensorRecord;
  readonly context: LanguageContext;
  readonly setting: Setting;
}

/** Targets of the shortest bucket that rows are scored in; each next one has twice as many. */
const LEAST_TARGETS = 32;
/** Positions, logits and rows at most that are scored together. */
const MOST_POSITIONS = 2048, MOST_LOGITS = 1 << 25, MOST_ROWS = 32;
/** Choices of the shortest bucket of them. */
const LEAST_CHOICES = 8;
/** Columns of the shortest bucket of prompts. */
const LEAST_PROMPT = 16;

/** A bucket's targets: 32, 64, 128, … or all. */
export function scoreBucket(targets: number, context: number): number {
  let bucket = LEAST_TARGETS;
  while (bucket < targets) bucket *= 2;
  return Math.min(context, bucket);
}

/** Rows of a bucket that are scored together. */
export function scoreRows(bucket: number, vocabulary: number): number {
  const most = Math.min(
    MOST_ROWS,
    Math.floor(MOST_POSITIONS / bucket),
    Math.floor(MOST_LOGITS / (bucket * vocabulary)),
  );
  return Math.max(1, most);
}

/** Choices of a bucket: 8, 16, 32, … */
export function choiceBucket(choices: number): number {
  let bucket = LEAST_CHOICES;
  while (bucket < choices) bucket *= 2;
  return bucket;
}

/** A prompt's columns: 16, 24, 32, 48, 64, 96, … */
export function promptBucket(tokens: number): number {
  let bucket = LEAST_PROMPT;
  for (let half = true; bucket < tokens; half = !half) {
    bucket = half ? bucket * 3 / 2 : bucket * 4 / 3;
  }
  return bucket;
}

/** What is to be looked at together, by the name of what they share, in order. */
export function grouped<T>(items: readonly T[], nameOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item), group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Items by `size` at a time. */
export function* partsOf<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

/** Rows of one width, −1 where a row has no token, more rows of −1 to `count`. */
export function padded(
  rows: readonly Int32Array[],
  { count, width, left = false }: { count: number; width: number; left?: boolean },
): Int32Array {
  const values = new Int32Array(count * width).fill(-1);
  rows.forEach((row, i) => values.set(row, i * width + (left ? width - row.length : 0)));
  return values;
}
