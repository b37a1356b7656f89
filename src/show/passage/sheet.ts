/**
 * Texts that are shown, as data: what a run keeps of them, and what a report lays out.
 * @module
 */
import { z } from "zod";
import { StoreError } from "../../base/mod.ts";

const stretch = z.strictObject({
  /** As it stands; never markup. */
  text: z.string(),
  /** A special token, by its own text: no part of the text around it. */
  special: z.literal(true).optional(),
  /** −log₂ of the probability of what stands here, given all before it. */
  bits: z.number().optional(),
  /** Tokens that `bits` is of, where they are several: one character can take many. */
  tokens: z.int().min(2).optional(),
});

const block = z.strictObject({
  /** Whose words these are, where a passage has several blocks. */
  heading: z.string().optional(),
  stretches: z.array(stretch),
  note: z.string().optional(),
});

const passage = z.strictObject({
  title: z.string(),
  blocks: z.array(block),
});

const sheet = z.strictObject({
  format: z.literal(1),
  /** Whether stretches have bits, which are shown as shades. */
  shaded: z.boolean(),
  passages: z.array(passage),
});

/** A stretch of a text that is shown alike. */
export type Stretch = Readonly<z.infer<typeof stretch>>;
/** Text of one hand: a prompt, what a model wrote after it, what truly follows. */
export type Block = Readonly<z.infer<typeof block>>;
/** One text, or what belongs to one text, to be read together. */
export type Passage = Readonly<z.infer<typeof passage>>;
/** Texts that are shown together. */
export type TextSheet = Readonly<z.infer<typeof sheet>>;

/** A sheet as the bytes of a file. */
export function sheetBytes(made: TextSheet): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(sheet.parse(made), null, 1) + "\n");
}

/** The sheet of a file. @throws StoreError where it is none */
export function sheetOf(bytes: Uint8Array, file: string): TextSheet {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new StoreError(`${file} holds no texts: ${(error as Error).message}`);
  }
  const read = sheet.safeParse(found);
  if (read.success) return read.data;
  const [{ path, message }] = read.error.issues;
  throw new StoreError(`${file} holds no texts: ${path.join(".")}: ${message}`);
}
