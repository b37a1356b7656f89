/**
 * `tokenizer.json` of byte-level BPE, as Hugging Face's tokenizers write it: read into parts.
 * @module
 */
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { addedSchema, type AddedToken } from "../added.ts";
import { type BpeParts, type NormalForm, normalForms } from "../bpe/parts.ts";
import { type Stage, stageSchema } from "../split/stage.ts";
import { aroundOf } from "./around.ts";

const merge = z.union([z.tuple([z.string(), z.string()]), z.string()]);

/** Of a model: what byte-level BPE has. What would make it another kind of BPE is refused. */
const model = z.object({
  type: z.literal("BPE").default("BPE"),
  vocab: z.record(z.string(), z.int().min(0)),
  merges: z.array(merge),
  dropout: z.literal(0).nullish(),
  continuing_subword_prefix: z.literal("").nullish(),
  end_of_word_suffix: z.literal("").nullish(),
  byte_fallback: z.literal(false).nullish(),
  ignore_merges: z.boolean().nullish(),
});

/** Of a whole file: what is read. */
const file = z.object({
  added_tokens: z.array(addedSchema).default([]),
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  post_processor: z.unknown(),
  model,
});

/** Steps of a `Sequence`, whatever its key for them; a step that is none is the only one. */
function steps(value: unknown, key: string): unknown[] {
  if (value === null || value === undefined) return [];
  const { type, [key]: inner } = value as Record<string, unknown>;
  return type === "Sequence" && Array.isArray(inner)
    ? inner.flatMap((one) => steps(one, key))
    : [value];
}

/** What a file holds that isn't read as byte-level BPE. */
class OtherKind extends Error {}

function stagesOf(value: unknown): Stage[] {
  const stages = steps(value, "pretokenizers").map((one) => {
    const read = stageSchema.safeParse(one);
    if (read.success) return read.data;
    throw new OtherKind(`the pre-tokenizer ${String((one as { type?: unknown }).type)}`);
  });
  const at = stages.findIndex(({ type }) => type === "ByteLevel");
  if (at < 0) throw new OtherKind("a pre-tokenizer that isn't byte-level");
  if (at < stages.length - 1) throw new OtherKind("steps that come after ByteLevel");
  return stages;
}

function normalOf(value: unknown): NormalForm[] {
  return steps(value, "normalizers").map((one) => {
    const { type } = one as { type?: unknown };
    const form = normalForms.find((form) => form === type);
    if (form === undefined) throw new OtherKind(`the normalizer ${String(type)}`);
    return form;
  });
}

function split(pair: z.output<typeof merge>): [string, string] {
  if (typeof pair !== "string") return pair;
  const [left, right, ...more] = pair.split(" ");
  if (right === undefined || more.length > 0) {
    throw new DataError(`the merge ${JSON.stringify(pair)} of tokenizer.json is no pair`);
  }
  return [left, right];
}

/** Parts, or in what the file is no byte-level BPE that is read here. */
export type ByteLevel = { readonly parts: BpeParts } | { readonly other: string };

/** Reads what JSON.parse gave. */
export function byteLevelOf(value: unknown): ByteLevel {
  const read = file.safeParse(value);
  if (!read.success) {
    const { path, message } = read.error.issues[0];
    return { other: `at ${path.join(".") || "its top"}: ${message}` };
  }
  const { added_tokens: added, normalizer, pre_tokenizer, post_processor, model } = read.data;
  try {
    const stages = stagesOf(pre_tokenizer), normal = normalOf(normalizer);
    const tokens: (string | undefined)[] = [];
    for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
    return {
      parts: {
        tokens: Array.from(tokens),
        merges: model.merges.map(split),
        stages,
        added: added satisfies AddedToken[],
        normal,
        ignoreMerges: model.ignore_merges ?? false,
        ...aroundOf(post_processor, added),
      },
    };
  } catch (error) {
    if (error instanceof OtherKind) return { other: error.message };
    throw error;
  }
}
