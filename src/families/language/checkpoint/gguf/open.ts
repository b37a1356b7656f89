/**
 * A GGUF file as a checkpoint: weights, tokenizer and chat template in one.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import { type GgufFile, metadataOf, openBytes, openGguf } from "../../../../nn/files/mod.ts";
import { makeBpe, partsOfGguf } from "../../../../tokenizers/mod.ts";
import { type Opened, parametersOf } from "../checkpoint.ts";
import { type Words, wordsOf } from "../words.ts";
import { type GgufModel, readModel } from "./read_shape.ts";

/** Metadata of the tokenizer that make no difference to how texts are read. */
const tokenKeys = ["eos_token_id", "eot_token_id", "eom_token_id"];

function wordsIn(file: GgufFile, { shape }: GgufModel, what: string): Words {
  const ask = metadataOf(file.metadata);
  const model = ask("tokenizer.ggml.model", "string");
  if (model !== "gpt2") {
    throw new DataError(
      `${what}: tokenizer.ggml.model is ${model ?? "missing"}; gpt2, which is byte-level BPE, is ` +
        "read here",
    );
  }
  const tokens = ask("tokenizer.ggml.tokens", "strings");
  const merges = ask("tokenizer.ggml.merges", "strings");
  if (tokens === undefined || merges === undefined) {
    throw new DataError(
      `${what}: tokenizer.ggml.${tokens === undefined ? "tokens" : "merges"} is missing`,
    );
  }
  const bos = ask("tokenizer.ggml.bos_token_id", "number");
  const ends = tokenKeys.map((key) => ask(`tokenizer.ggml.${key}`, "number"))
    .filter((id) => id !== undefined);
  const separator = bos ?? ends[0];
  const { tokenizer, json } = makeBpe(partsOfGguf({
    tokens,
    merges,
    types: ask("tokenizer.ggml.token_type", "numbers"),
    pre: ask("tokenizer.ggml.pre", "string"),
    ...(separator !== undefined && { separator }),
  }));
  return wordsOf(
    { tokenizer, json, chatTemplate: ask("tokenizer.chat_template", "string") },
    {
      shape,
      around: { ...(bos !== undefined && { bos }), ends: [...new Set(ends)] },
      what,
    },
  );
}

/**
 * Opens a file; of tensors only their places are read.
 * @throws DataError where it can't be read as a model of text; GgufError where it is broken
 */
export async function openGgufModel(path: string): Promise<Opened> {
  const open = async () => {
    const source = await openBytes(path);
    try {
      return await openGguf(source);
    } catch (error) {
      source.close();
      throw error;
    }
  };
  const file = await open();
  try {
    const model = await readModel(file, path);
    return await parametersOf(open, {
      shape: model.shape,
      naming: model.naming,
      what: path,
      title: `${model.architecture} in GGUF`,
      words: wordsIn(file, model, path),
      notes: [],
    });
  } finally {
    file.close();
  }
}
