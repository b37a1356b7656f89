/**
 * Texts as rows of tokens: made, picked, joined, padded, and back to text.
 * @module
 */
import type { Tokenizer } from "../../tokenizers/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { Samples } from "../kind_map.ts";
import type { TextSet } from "./text_set.ts";

/** No token: what follows the last one of a row that is shorter than its window. */
export const PADDING = -1;

/** What the rows of a set share. */
export type TextForm = Pick<TextSet, "tokenizer" | "length">;

/**
 * Rows of tokens as a set.
 * @param marks which tokens of each row are targets, as many as it has; left out: rows don't say
 * @throws RangeError where a row has more or fewer marks than tokens
 */
export function textSet(
  rows: readonly ArrayLike<number>[],
  { tokenizer, length }: TextForm,
  marks?: readonly ArrayLike<number>[],
): TextSet {
  const ends = new Uint32Array(rows.length);
  let at = 0;
  rows.forEach((row, i) => {
    ends[i] = at += row.length;
    if (marks !== undefined && marks[i]?.length !== row.length) {
      throw new RangeError(`text ${i}: ${marks[i]?.length ?? "no"} marks of ${row.length} tokens`);
    }
  });
  const tokens = new Int32Array(at), scored = marks && new Uint8Array(at);
  rows.forEach((row, i) => {
    tokens.set(row, ends[i] - row.length);
    scored?.set(marks![i], ends[i] - row.length);
  });
  return {
    count: rows.length,
    tokens,
    ends,
    tokenizer,
    ...(length !== undefined && { length }),
    ...(scored && { scored }),
  };
}

/** Texts, each a row of a tokenizer's tokens. */
export function tokenised(
  texts: readonly (string | Uint8Array)[],
  tokenizer: Tokenizer,
): TextSet {
  return textSet(texts.map((text) => tokenizer.encode(text)), { tokenizer });
}

/** Where row i begins. */
const startOf = ({ ends }: TextSet, i: number) => i === 0 ? 0 : ends[i - 1];

/** Tokens of a row, sharing memory. @throws RangeError where there is no such row */
export function rowOf(texts: TextSet, i: number): Int32Array {
  if (!Number.isInteger(i) || i < 0 || i >= texts.count) {
    throw new RangeError(`no text ${i} among ${texts.count}`);
  }
  return texts.tokens.subarray(startOf(texts, i), texts.ends[i]);
}

/** Which of a row's tokens are targets, sharing memory; undefined where rows don't say. */
export function marksOf(texts: TextSet, i: number): Uint8Array | undefined {
  return texts.scored?.subarray(startOf(texts, i), texts.ends[i]);
}

/** The bytes of a row's text. Separators and padding have none. */
export function bytesOfRow(texts: TextSet, i: number): Uint8Array {
  return texts.tokenizer.decode(rowOf(texts, i));
}

const utf8 = new TextDecoder();

/** Rows as text; bytes that are no UTF-8 become U+FFFD. [count] */
export function stringsOf(texts: TextSet): string[] {
  return Array.from({ length: texts.count }, (_, i) => utf8.decode(bytesOfRow(texts, i)));
}

/** Rows [from, to), sharing the tokens. @throws RangeError outside 0 ≤ from ≤ to ≤ count */
export function sliceTexts(texts: TextSet, { from = 0, to = texts.count } = {}): TextSet {
  const { count, tokens, ends, scored, ...form } = texts;
  if (!(0 <= from && from <= to && to <= count)) {
    throw new RangeError(`sliceTexts: [${from}, ${to}) of ${count} texts`);
  }
  const start = startOf(texts, from), end = to === 0 ? 0 : ends[to - 1];
  const stop = Math.max(start, end);
  return {
    count: to - from,
    tokens: tokens.subarray(start, stop),
    ends: ends.slice(from, to).map((place) => place - start),
    ...form,
    ...(scored && { scored: scored.subarray(start, stop) }),
  };
}

/** The rows at `indices`, in that order. @throws RangeError outside [0, count) */
export function gatherTexts(texts: TextSet, indices: ArrayLike<number>): TextSet {
  const rows = Array.from(indices, (i) => rowOf(texts, i));
  const marks = texts.scored && Array.from(indices, (i) => marksOf(texts, i)!);
  return textSet(rows, texts, marks);
}

/**
 * All rows of the sets, in order.
 * @throws RangeError where there is none, tokenizers or windows differ, or some say which tokens are
 * targets and others don't
 */
export function concatTexts(sets: readonly TextSet[]): TextSet {
  if (sets.length === 0) throw new RangeError("concatTexts: no sets of texts, so no tokenizer");
  const [{ tokenizer, length, scored }] = sets;
  if (sets.some((set) => (set.scored === undefined) !== (scored === undefined))) {
    throw new RangeError(
      "concatTexts: some texts say which of their tokens are targets, others don't",
    );
  }
  if (sets.some((set) => set.length !== length)) {
    throw new RangeError("concatTexts: windows of several lengths, or documents among them");
  }
  const other = sets.find((set) => set.tokenizer.digest !== tokenizer.digest);
  if (other !== undefined) {
    throw new RangeError(
      `texts of the tokenizer ${other.tokenizer.name} (${other.tokenizer.digest}) among those of ` +
        `${tokenizer.name} (${tokenizer.digest})`,
    );
  }
  const each = <T>(of: (set: TextSet, i: number) => T) =>
    sets.flatMap((set) => Array.from({ length: set.count }, (_, i) => of(set, i)));
  return textSet(each(rowOf), sets[0], scored && each((set, i) => marksOf(set, i)!));
}

/** Numbers of rows, one a token, with `filling` after the last of each: int32 [count, columns]. */
function paddedRows(
  rows: readonly ArrayLike<number>[],
  { length, filling }: { readonly length?: number; readonly filling: number },
): Int32Array {
  const columns = length === undefined
    ? rows.reduce((most, { length }) => Math.max(most, length), 0)
    : length + 1;
  const padded = new Int32Array(rows.length * columns).fill(filling);
  rows.forEach((row, i) => {
    if (row.length > columns) {
      throw new RangeError(`text ${i} has ${row.length} tokens where ${columns} have room`);
    }
    padded.set(row, i * columns);
  });
  return padded;
}

/**
 * Rows with `PADDING` after their last tokens: int32 [count, T + 1], of documents as wide as the
 * longest.
 * @throws RangeError for a row that is longer than its window
 */
export function paddedTokens(texts: TextSet): Int32Array {
  const rows = Array.from({ length: texts.count }, (_, i) => rowOf(texts, i));
  return paddedRows(rows, { length: texts.length, filling: PADDING });
}

/** Likewise which tokens are targets, 0 after a row's last one. @throws RangeError where rows don't say */
export function paddedMarks(texts: TextSet): Int32Array {
  if (texts.scored === undefined) {
    throw new RangeError("these texts don't say which tokens are targets");
  }
  const rows = Array.from({ length: texts.count }, (_, i) => marksOf(texts, i)!);
  return paddedRows(rows, { length: texts.length, filling: 0 });
}

/** Samples that are texts. @throws MetricUnavailable where they are of another kind */
export function textsOf(samples: Samples): TextSet {
  if ("tokenizer" in samples) return samples;
  throw new MetricUnavailable("not-defined", "these samples are no texts");
}

/** Padded rows, as `paddedTokens` makes them, as texts. @throws RangeError where they aren't whole rows */
export function fromPadded(
  tokens: ArrayLike<number>,
  form: TextForm & { length: number },
): TextSet {
  const columns = form.length + 1, count = tokens.length / columns;
  if (!Number.isInteger(count)) {
    throw new RangeError(`${tokens.length} tokens are no whole rows of ${columns}`);
  }
  const rows = Array.from({ length: count }, (_, i) => {
    const row = Int32Array.from({ length: columns }, (_, t) => tokens[i * columns + t]);
    const end = row.indexOf(PADDING);
    return end < 0 ? row : row.subarray(0, end);
  });
  return textSet(rows, form);
}
