/**
 * The kind `text`: whole documents as datasets have them, and windows of tokens as models do.
 * @module
 */
import { z } from "zod";
import { wholeSamples } from "../batch/batch.ts";
import { digestOf } from "../digest.ts";
import { defineKind, type HostValues } from "../kind.ts";
import type { Tokenizer } from "../../tokenizers/mod.ts";
import type { TextSet, TextSpec } from "./text_set.ts";
import {
  concatTexts,
  fromPadded,
  gatherTexts,
  paddedMarks,
  paddedTokens,
  sliceTexts,
} from "./texts.ts";

const spec: z.ZodType<TextSpec> = z.strictObject({
  kind: z.literal("text"),
  tokenizer: z.custom<Tokenizer>((value) =>
    typeof value === "object" && value !== null && "encode" in value && "digest" in value
  ).describe("makes tokens of text"),
  length: z.int().min(1).optional().describe("tokens of a window; left out: whole documents"),
  scored: z.literal(true).optional().describe(
    "rows say which of their tokens are targets; left out: all are",
  ),
});

/** Tokens that evaluation gives a program at a time, in rows of a window each. */
const TOKENS = 4096, MOST_ROWS = 64;

function fault(texts: TextSet, { spec, count }: { spec: TextSpec; count: number }): string | null {
  const { tokens, ends, tokenizer } = texts;
  if (!(tokens instanceof Int32Array && ends instanceof Uint32Array)) {
    return "no texts: tokens (Int32Array) and ends (Uint32Array) were expected";
  }
  if (texts.count !== count || ends.length !== count) {
    return `${texts.count} texts with ${ends.length} ends, not ${count}`;
  }
  if (tokenizer?.digest !== spec.tokenizer.digest) {
    return `tokens of the tokenizer ${tokenizer?.digest}, not of ${spec.tokenizer.digest}`;
  }
  const before = ends.findIndex((end, i) => end < (i === 0 ? 0 : ends[i - 1]));
  if (before >= 0) return `text ${before} that ends before it begins`;
  if ((ends.at(-1) ?? 0) !== tokens.length) {
    return `${tokens.length} tokens of which ${ends.at(-1) ?? 0} are in texts`;
  }
  const { vocabulary } = spec.tokenizer;
  const at = tokens.findIndex((token) => token < 0 || token >= vocabulary);
  if (at >= 0) return `${tokens[at]} among its tokens (number ${at}) of ${vocabulary}`;
  if (texts.length !== spec.length) {
    return `windows of ${texts.length ?? "no"} tokens, not of ${spec.length ?? "none: documents"}`;
  }
  const marks = texts.scored;
  if ((marks !== undefined) !== (spec.scored === true)) {
    return marks === undefined
      ? "texts that don't say which of their tokens are targets"
      : "marks of targets, which these texts don't have";
  }
  if (marks !== undefined && marks.length !== tokens.length) {
    return `${marks.length} marks of targets for ${tokens.length} tokens`;
  }
  const long = spec.length === undefined
    ? -1
    : ends.findIndex((end, i) => end - (i === 0 ? 0 : ends[i - 1]) > spec.length! + 1);
  return long < 0 ? null : `text ${long}, longer than a window of ${spec.length! + 1} tokens`;
}

/** Values of tokens, or −1 after the last one of a row. */
function valueFault(
  { tokenizer: { vocabulary } }: TextSpec,
  { tokens_BT }: HostValues,
): string | null {
  const at = tokens_BT.findIndex((v) => !(Number.isInteger(v) && v >= -1 && v < vocabulary));
  return at < 0
    ? null
    : `${
      tokens_BT[at]
    } among its tokens (value ${at}); they are whole numbers below ${vocabulary}, ` +
      "and −1 after a row's last";
}

/**
 * Texts: int32 tokens_BT [B, T + 1], −1 after a row's last token, to programs; and scored_BT likewise
 * where rows say which tokens are targets: 1 for these.
 */
export const textKind = defineKind<"text">({
  name: "text",
  about: "texts: documents, or windows of their tokens",
  unit: { one: "text", many: "texts" },
  part: { unit: { one: "token", many: "tokens" }, of: ({ length = 1 }) => length },
  spec,
  describe: ({ length, tokenizer: { vocabulary, name } }) =>
    length === undefined ? `documents in ${name}` : `${length} of ${vocabulary} tokens`,
  // What is a target concerns training alone: samples are the same texts.
  same: (a, b) => a.tokenizer.digest === b.tokenizer.digest && a.length === b.length,
  numbers: ({ length = 1 }) => length,
  fault,
  slice: sliceTexts,
  gather: gatherTexts,
  concat: concatTexts,
  digest: ({ count, tokens, ends, tokenizer, length, scored }) => {
    const words = new Int32Array(ends.length + tokens.length + (scored?.length ?? 0));
    words.set(ends);
    words.set(tokens, ends.length);
    words.set(scored ?? [], ends.length + tokens.length);
    return digestOf(
      `text ${count} ${length ?? "documents"} ${tokenizer.digest}`,
      new Uint8Array(words.buffer),
    );
  },
  tensors: ({ length }) => ({ tokens_BT: [length === undefined ? -1 : length + 1] }),
  upload: (engine, texts) => {
    const padded = (values: Int32Array) =>
      engine.tensor(values, [texts.count, values.length / texts.count], "int32");
    return {
      tokens_BT: padded(paddedTokens(texts)),
      ...(texts.scored && { scored_BT: padded(paddedMarks(texts)) }),
    };
  },
  valueFault,
  download: ({ tokenizer, length }, { tokens_BT }) => {
    if (length === undefined) throw new RangeError("programs give windows, no documents");
    return fromPadded(tokens_BT, { tokenizer, length });
  },
  rowsAtOnce: ({ length = TOKENS }) =>
    Math.min(MOST_ROWS, Math.max(1, Math.floor(TOKENS / length))),
  batchers: { samples: wholeSamples() },
  augmentations: {},
  shower: "text",
});
