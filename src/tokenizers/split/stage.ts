/**
 * How text is cut into words before tokens are made of them: steps one after another, in the form in
 * which `tokenizer.json` writes them (`pre_tokenizer`).
 * @module
 */
import { z } from "zod";

/** What becomes of the matches of a pattern. */
export const behaviors = [
  "Removed",
  "Isolated",
  "MergedWithPrevious",
  "MergedWithNext",
  "Contiguous",
] as const;

const split = z.object({
  type: z.literal("Split"),
  pattern: z.union([z.object({ Regex: z.string() }), z.object({ String: z.string() })]),
  behavior: z.enum(behaviors),
  invert: z.boolean().default(false),
});

const digits = z.object({
  type: z.literal("Digits"),
  individual_digits: z.boolean().default(false),
});

const byteLevel = z.object({
  type: z.literal("ByteLevel"),
  add_prefix_space: z.boolean().default(true),
  trim_offsets: z.boolean().default(true),
  use_regex: z.boolean().default(true),
});

/** One step. */
export const stageSchema = z.discriminatedUnion("type", [split, digits, byteLevel]);
/** One step. */
export type Stage = z.output<typeof stageSchema>;
/** What becomes of the matches of a pattern. */
export type Behavior = typeof behaviors[number];
