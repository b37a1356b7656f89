/**
 * Dialogues one a row: pairs of answers, answers that are judged, prompts.
 * @module
 */
import { sha256Hex } from "../../../base/digest/mod.ts";
import type { TextSet, TextSpec } from "../../../kinds/text/mod.ts";
import { dialogueTokens, promptTokens, templateOf } from "../../../tokenizers/chat/mod.ts";
import type { Dataset, Factor, Split } from "../../dataset.ts";
import { CHOSEN, FACTS, PROMPT, REJECTED } from "../chat.ts";
import type { TokenRow } from "../files/tokens.ts";
import { type DialogueOptions, type Fit, fitOf, requireLength } from "./fit.ts";
import { lastAnswer, pairsOf, promptsOf, requireGiven, wholeDialogues } from "./given.ts";
import { type DialogueSource, keptDialogues, readMarked, startsOf, VERSION } from "./kept.ts";

const SPLITS = ["train", "test"] as const satisfies readonly Split[];
type Seen = typeof SPLITS[number];
const isSeen = (split: Split): split is Seen => SPLITS.some((one) => one === split);

/** The label of a row that is its number: what is kept of each is kept by it. */
export const NUMBER = "number";

/** What a view of rows shows. */
interface View extends DialogueSource {
  /** Names of a sample's dialogues after the first, which is the sample itself. */
  readonly given: readonly string[];
  /** What the dataset gives that is given on, as it is. */
  readonly passed: readonly string[];
  /** Whether rows have targets. */
  readonly scored: boolean;
  /** Tokens of a row that are left free. */
  readonly room: number;
}

interface Held {
  readonly row: TokenRow;
  readonly starts: Float64Array;
  readonly fit: Fit;
}

async function rowsOf(
  dataset: Dataset<"text">,
  { template: wanted, ...options }: DialogueOptions,
  view: View,
): Promise<Dataset<"text">> {
  const { tokenizer, length } = options, { each, given, passed, scored, room } = view;
  requireLength(length);
  const template = templateOf(tokenizer, wanted);
  const held: Partial<Record<Seen, Held>> = {};
  for (const split of SPLITS) {
    const row = await keptDialogues(dataset, view, { ...options, template, split });
    const where = `${dataset.name}, ${split}`;
    const fit = fitOf(row.lengths, { ...options, each, most: length - room, where });
    held[split] = { row, starts: startsOf(row), fit };
  }
  const size = (split: Split) => isSeen(split) ? held[split]!.fit.shown.length : 0;
  const sample: TextSpec = { kind: "text", tokenizer, length, ...(scored && { scored }) };
  const number: Factor = {
    name: NUMBER,
    kind: "number",
    unit: "1",
    minimum: 0,
    maximum: Math.max(...SPLITS.map(size), 1) - 1,
  };
  return {
    name: dataset.name,
    version: dataset.version,
    digest: sha256Hex(
      JSON.stringify(
        [view.view, VERSION, dataset.digest, tokenizer.digest, template, length, room],
      ),
    ),
    sample,
    ...(given.length + passed.length > 0 && {
      given: Object.fromEntries([
        ...given.map((name) => [name, sample]),
        ...passed.map((name) => [name, dataset.given![name]]),
      ]),
    }),
    factors: [...dataset.factors, number],
    notes: [
      ...dataset.notes,
      ...SPLITS.map((split) => {
        const { shown, note } = held[split]!.fit;
        return `${split}: ${shown.length.toLocaleString("en")} ${view.view}` +
          (note === undefined ? "" : `; ${note}`);
      }),
    ],
    size,
    async read(split, indices) {
      const wanted = Uint32Array.from(indices, (i) => {
        if (Number.isInteger(i) && i >= 0 && i < size(split)) return i;
        throw new RangeError(
          `${dataset.name}: row ${i} of split ${split} was asked for; it has ${size(split)}`,
        );
      });
      const { row, starts, fit } = held[isSeen(split) ? split : "test"]!;
      const own = wanted.map((i) => fit.shown[i]);
      const part = async (at: number): Promise<TextSet> => {
        const rows = Array.from(own, (sample) => {
          const document = sample * each + at;
          return [{ from: starts[document], length: row.lengths[document] + 1 }];
        });
        const { scored: marks, ...texts } = await readMarked(row, rows, { tokenizer, length });
        return scored ? { ...texts, scored: marks } : texts;
      };
      const batch = await dataset.read(split, own);
      const more: Record<string, TextSet> = {};
      for (const [i, name] of given.entries()) more[name] = await part(i + 1);
      for (const name of passed) more[name] = batch.given![name] as TextSet;
      return {
        samples: await part(0),
        labels: { ...batch.labels, [NUMBER]: Float32Array.from(wanted) },
        ...(given.length + passed.length > 0 && { given: more }),
      };
    },
  };
}

/**
 * Pairs of answers to a prompt: a sample is the prompt with the chosen answer, and `rejected` is given
 * with it, the prompt with the other. Only the answers after the prompt are targets. Labels are the
 * dataset's, and `number`: a row's number.
 */
export async function pairRows(
  dataset: Dataset<"text">,
  options: DialogueOptions,
): Promise<Dataset<"text">> {
  requireGiven(dataset, [PROMPT, CHOSEN, REJECTED]);
  const { tokenizer } = options, template = templateOf(tokenizer, options.template);
  return await rowsOf(dataset, options, {
    view: "pairs",
    each: 2,
    *dialogues(batch) {
      for (const { prompt, chosen, rejected } of pairsOf(batch)) {
        const form = { tokenizer, template, from: prompt.length };
        yield dialogueTokens([...prompt, ...chosen], form);
        yield dialogueTokens([...prompt, ...rejected], form);
      }
    },
    given: [REJECTED],
    passed: dataset.given?.[FACTS] === undefined ? [] : [FACTS],
    scored: true,
    room: 0,
  });
}

/**
 * Dialogues that are judged by their last answer: one a row, of which that answer is the target. Labels
 * are the dataset's, attributes among them, and `number`.
 */
export async function judgedRows(
  dataset: Dataset<"text">,
  options: DialogueOptions,
): Promise<Dataset<"text">> {
  const read = wholeDialogues(dataset);
  const { tokenizer } = options, template = templateOf(tokenizer, options.template);
  return await rowsOf(dataset, options, {
    view: "judged dialogues",
    each: 1,
    *dialogues(batch) {
      for (const messages of read(batch)) {
        yield dialogueTokens(messages, { tokenizer, template, from: lastAnswer(messages) });
      }
    },
    given: [],
    passed: dataset.given?.[FACTS] === undefined ? [] : [FACTS],
    scored: true,
    room: 0,
  });
}

/**
 * Prompts: one a row, ended by the generation prompt, to be answered by a model. Where the dataset gives
 * `facts`, they are given on, and so are the prompts' messages, as documents for the host.
 * @param options `room`: tokens of T that are left for an answer; default 0
 */
export async function promptRows(
  dataset: Dataset<"text">,
  options: DialogueOptions & { readonly room?: number },
): Promise<Dataset<"text">> {
  const read = promptsOf(dataset);
  const { tokenizer } = options, template = templateOf(tokenizer, options.template);
  return await rowsOf(dataset, options, {
    view: "prompts",
    each: 1,
    *dialogues(batch) {
      for (const messages of read(batch)) {
        const tokens = promptTokens(messages, { tokenizer, template });
        yield { tokens, scored: new Uint8Array(tokens.length) };
      }
    },
    given: [],
    passed: [FACTS, PROMPT].filter((name) => dataset.given?.[name] !== undefined),
    scored: false,
    room: options.room ?? 0,
  });
}
