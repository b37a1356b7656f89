/**
 * A finished run's weights as a folder for other programs.
 * @module
 */
import { join } from "@std/path";
import type { DecoderShape } from "../../../backbones/mod.ts";
import { formatBytes } from "../../../base/text/mod.ts";
import {
  bytesJson,
  bytesTokenizer,
  readTokenizer,
  type Tokenizer,
} from "../../../tokenizers/mod.ts";
import type { ExportContext } from "../../family.ts";
import { type Adapter, adapterOf, mergeable, readPeft, writePeft } from "../adapters/mod.ts";
import { openCheckpoint, type Words, writeFolder } from "../checkpoint/mod.ts";
import { type Config, shapeOf } from "../config.ts";
import { adapterAlone, parameterOf } from "./held.ts";
import { chatOf } from "./open.ts";

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

/** The adapter that a run trained; undefined: it trained the weights. */
async function adapterOfRun(
  { adapter }: Config,
  { shape, path }: { readonly shape: DecoderShape; readonly path: ExportContext["path"] },
): Promise<Adapter | undefined> {
  if (adapter === undefined) return undefined;
  if (adapter.file !== undefined) return (await readPeft(path(adapter.file), shape)).adapter;
  return adapterOf(adapter, shape);
}

/**
 * Writes a Hugging Face folder: the average of the weights where one is kept, as in evaluation, with an
 * adapter merged into them. Where the config says `separate`, PEFT's folder of the adapter alone; what
 * it belongs to is then the checkpoint, or else is written beside it, into `base`.
 * @throws UsageError for a shape that no form of transformers has, or an adapter that can't be merged
 */
export async function exportLanguage(config: Config, context: ExportContext): Promise<void> {
  const { state: file, folder, say = () => {}, path } = context;
  const checkpoint = config.checkpoint === undefined
    ? undefined
    : await openCheckpoint(config.checkpoint, context);
  const own = checkpoint?.words ?? await trainedWords(context);
  const chat = chatOf(config, own.tokenizer);
  const words: Words = chat === undefined ? own : {
    ...own,
    chatTemplate: chat.template,
    ends: [...new Set([...own.ends, ...chat.end === undefined ? [] : [chat.end]])],
  };
  const shape = checkpoint?.shape ?? shapeOf(config, words.tokenizer.vocabulary);
  const adapter = await adapterOfRun(config, { shape, path });
  if (adapter !== undefined) mergeable(adapter);
  const separate = adapter !== undefined && config.adapter?.separate === true;
  if (separate) {
    const own = await adapterAlone({ file, shape, adapter });
    const bytes = await writePeft(folder, own, { shape, base: config.checkpoint });
    say(`adapter_model.safetensors: ${formatBytes(bytes)} in float32`);
    if (checkpoint !== undefined) return;
  }
  const to = separate ? join(folder, "base") : folder;
  await Deno.mkdir(to, { recursive: true });
  const held = { file, shape, ...(!separate && adapter && { adapter }) };
  await writeFolder(to, { shape, words, parameter: (path) => parameterOf(path, held) }, { say });
}
