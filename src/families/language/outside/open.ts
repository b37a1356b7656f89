/**
 * What is read before a model is built: the tokenizer, and the data as windows of its tokens.
 * @module
 */
import { UsageError } from "../../../base/mod.ts";
import { tokenWindows } from "../../../data/text/mod.ts";
import { bytesTokenizer, readTokenizer, type Tokenizer } from "../../../tokenizers/mod.ts";
import type { OpenContext, Opened } from "../../family.ts";
import { openCheckpoint, type Opened as Checkpoint } from "../checkpoint/mod.ts";
import { type Config, shapeOf, shapeWithin } from "../config.ts";

/** What `open` gives to `build`. */
export interface LanguageOpened {
  readonly tokenizer: Tokenizer;
  readonly checkpoint?: Checkpoint;
}

async function tokenizerOf(
  checkpoint: Checkpoint | undefined,
  { needed, cache }: Pick<OpenContext<"text">, "needed" | "cache">,
): Promise<Tokenizer> {
  const given = needed?.tokenizer;
  if (checkpoint !== undefined) {
    if (given === undefined) return checkpoint.words.tokenizer;
    throw new UsageError(
      "language: `checkpoint` has a tokenizer of its own; leave the role `tokenizer` out",
    );
  }
  return given === undefined ? bytesTokenizer : await readTokenizer(await given.bytes(), { cache });
}

/**
 * The tokenizer of the checkpoint or of the role `tokenizer`, bytes without one; windows of `context`
 * tokens.
 * @throws UsageError for data that are windows of tokens already; DataError where the checkpoint
 * can't be read
 */
export async function openLanguage(
  config: Config,
  { dataset, path, ...context }: OpenContext<"text">,
): Promise<Opened<"text">> {
  const { cache, say } = context;
  if (dataset.sample.length !== undefined) {
    throw new UsageError(
      `language: ${dataset.name} holds windows of tokens; whole documents were expected`,
    );
  }
  const checkpoint = config.checkpoint === undefined
    ? undefined
    : await openCheckpoint(config.checkpoint, { path, ...context });
  for (const note of checkpoint?.notes ?? []) say?.(note);
  const tokenizer = await tokenizerOf(checkpoint, context);
  const shape = checkpoint && shapeWithin(config, checkpoint.shape);
  const { context: length } = shape ?? shapeOf(config, tokenizer.vocabulary);
  const { packing } = config;
  const opened: LanguageOpened = { tokenizer, ...(checkpoint && { checkpoint }) };
  return {
    dataset: await tokenWindows(dataset, { tokenizer, length, packing, cache, say }),
    opened,
  };
}
