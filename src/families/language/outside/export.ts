/**
 * A finished run's weights as a folder for other programs.
 * @module
 */
import { bytesJson, bytesTokenizer, readTokenizer, type Tokenizer } from "../../../tokenizers/mod.ts";
import type { ExportContext } from "../../family.ts";
import { openCheckpoint, type Words, writeFolder } from "../checkpoint/mod.ts";
import { type Config, shapeOf } from "../config.ts";

/** How a model that was trained here reads text: its separator begins texts and ends them. */
function wordsOf(tokenizer: Tokenizer, json: string): Words {
  const { separator, chatTemplate } = tokenizer;
  return {
    tokenizer,
    json,
    bos: separator,
    ends: [separator],
    ...(chatTemplate !== undefined && { chatTemplate }),
    separated: "the token that this model has seen between documents",
  };
}

async function trainedWords({ needed, cache }: ExportContext): Promise<Words> {
  const given = needed?.tokenizer;
  if (given === undefined) return wordsOf(bytesTokenizer, bytesJson());
  const bytes = await given.bytes();
  return wordsOf(await readTokenizer(bytes, { cache }), new TextDecoder().decode(bytes));
}

/**
 * Writes a Hugging Face folder: the average of the weights where one is kept, as in evaluation.
 * @throws UsageError for a shape that no form of transformers has
 */
export async function exportLanguage(config: Config, context: ExportContext): Promise<void> {
  const { state, folder, say } = context;
  const checkpoint = config.checkpoint === undefined
    ? undefined
    : await openCheckpoint(config.checkpoint, context);
  const words = checkpoint?.words ?? await trainedWords(context);
  const shape = checkpoint?.shape ?? shapeOf(config, words.tokenizer.vocabulary);
  const part = state.tensors.has("ema/tokens/weight") ? "ema" : "params";
  await writeFolder(folder, {
    shape,
    words,
    parameter: (path) => state.read(`${part}/${path}`),
  }, { say });
}
