/**
 * What is read before a model is built: the tokenizer, and the data as windows of its tokens.
 * @module
 */
import { UsageError } from "../../../base/mod.ts";
import type { Dataset } from "../../../data/mod.ts";
import {
  dialogueWindows,
  judgedRows,
  pairRows,
  promptRows,
  tokenWindows,
} from "../../../data/text/mod.ts";
import { endsOf, templateOf } from "../../../tokenizers/chat/mod.ts";
import { bytesTokenizer, readTokenizer, type Tokenizer } from "../../../tokenizers/mod.ts";
import type { OpenContext, Opened } from "../../family.ts";
import { adapterSize, type HostAdapter, readPeft } from "../adapters/mod.ts";
import { openCheckpoint, type Opened as Checkpoint } from "../checkpoint/mod.ts";
import { type Config, shapeOf, shapeWithin } from "../config.ts";
import { adapterIn, sizeOf } from "../model.ts";
import type { View } from "../objectives/objective.ts";
import { answerRoom } from "../objectives/policy/settings.ts";
import { objectiveOf } from "../objectives/table.ts";

/** What `open` gives to `build`. */
export interface LanguageOpened {
  readonly tokenizer: Tokenizer;
  readonly checkpoint?: Checkpoint;
  /** The adapter of the file that the config names. */
  readonly adapter?: HostAdapter;
  /** How dialogues are written, where it is trained on such or asked to. */
  readonly chat?: Chat;
}

/** A chat template, and the special token that ends an answer; left out where a text does. */
export interface Chat {
  readonly template: string;
  readonly end?: number;
}

/** How a model of this config writes dialogues; undefined where it was never told. */
export function chatOf(
  { objective, template: wanted }: Config,
  tokenizer: Tokenizer,
): Chat | undefined {
  if (objective === undefined && wanted === undefined) return undefined;
  const template = templateOf(tokenizer, wanted);
  const { text, tokens: [end] } = endsOf({ tokenizer, template });
  return { template, ...(tokenizer.special[text] === end && { end }) };
}

/** What a view is made with. */
interface Seeing {
  readonly config: Config;
  readonly tokenizer: Tokenizer;
  /** T: a row has at most T + 1 tokens. */
  readonly length: number;
  readonly template?: string;
  readonly cache: string;
  readonly say?: (note: string) => void;
}

const views: Readonly<
  Record<View, (dataset: Dataset<"text">, seeing: Seeing) => Promise<Dataset<"text">>>
> = {
  windows: (dataset, { config: { packing }, ...seeing }) =>
    tokenWindows(dataset, { ...seeing, packing }),
  dialogues: dialogueWindows,
  pairs: pairRows,
  judged: judgedRows,
  prompts: (dataset, { config, ...seeing }) =>
    promptRows(dataset, { ...seeing, room: answerRoom(config, seeing.length) }),
};

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

/** Says how much of a model an adapter trains. */
function tellSize(
  setting: Parameters<typeof adapterIn>[0],
  say: OpenContext["say"],
): void {
  const adapter = adapterIn(setting);
  if (adapter === undefined) return;
  const trained = adapterSize(adapter, setting.shape);
  const share = 100 * trained / (sizeOf(setting.shape) + trained);
  say?.(
    `adapter ${adapter.kind}: ${trained.toLocaleString("en")} numbers are trained, ` +
      `${share.toPrecision(2)} % of all; the others stay as they are`,
  );
}

/**
 * The tokenizer of the checkpoint or of the role `tokenizer`, bytes without one; windows of `context`
 * tokens, or whatever the objective sees of the data.
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
  const shape = checkpoint
    ? shapeWithin(config, checkpoint.shape)
    : shapeOf(config, tokenizer.vocabulary);
  const { context: positions } = shape, file = config.adapter?.file;
  const objective = objectiveOf(config);
  // What judges sees a row's last token too; all else is asked for it.
  const length = objective.judge === undefined ? positions : positions - 1;
  const adapter = file === undefined ? undefined : await readPeft(path(file), shape);
  tellSize({ config, shape, adapter: adapter?.adapter }, say);
  const chat = chatOf(config, tokenizer);
  const opened: LanguageOpened = {
    tokenizer,
    ...(checkpoint && { checkpoint }),
    ...(adapter && { adapter }),
    ...(chat && { chat }),
  };
  const seeing = { config, tokenizer, length, template: chat?.template, cache, say };
  return { dataset: await views[objective.view](dataset, seeing), opened };
}
