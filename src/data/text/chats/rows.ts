/**
 * Dialogues one a row: pairs of answers, answers that are judged, prompts.
 * @module
 */
import { sha256Hex } from "../../../base/digest/mod.ts";
import type { TextSet, TextSpec } from "../../../kinds/text/mod.ts";
import { dialogueTokens, promptTokens } from "../../../tokenizers/chat/mod.ts";
import type { Dataset, Factor, Split } from "../../dataset.ts";
import { FACTS, PROMPT, REJECTED } from "../chat.ts";
import type { TokenRow } from "../files/tokens.ts";
import { chatFormOf, type DialogueOptions, type Fit, fitOf, requireLength } from "./fit.ts";
import { dialoguesOf, lastAnswer, pairsOf, promptsOf } from "./given.ts";
import { type DialogueSource, keptDialogues, readMarked, startsOf, VERSION } from "./kept.ts";

const SPLITS = ["train", "test"] as const satisfies readonly Split[];
type Seen = typeof SPLITS[number];
const isSeen = (split: Split): split is Seen => SPLITS.some((one) => one === split);

/** The label of a row that is its number: what is kept of each is kept by it. */
export const NUMBER = "number";

/** What a view of rows shows. */
interface View<T> extends DialogueSource<T> {
  /** Names of a sample's dialogues after the first, which is the sample itself. */
  readonly given: readonly string[];
  /** What is given on as documents, where all splits have it. */
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

type Options = DialogueOptions & { readonly template: string };

async function hold<T>(
  dataset: Dataset<"text">,
  split: Seen,
  { view, options }: { readonly view: View<T>; readonly options: Options },
): Promise<Held> {
  const row = await keptDialogues(dataset, view, { ...options, split });
  const where = `${dataset.name}, ${split}`, most = options.length - view.room;
  const fit = fitOf(row.lengths, { ...options, each: view.each, most, where });
  return { row, starts: startsOf(row), fit };
}

/** Which of these documents all splits with rows give. */
async function passedOf(
  dataset: Dataset<"text">,
  names: readonly string[],
  held: Readonly<Record<Seen, Held>>,
): Promise<string[]> {
  const shown = SPLITS.filter((split) => held[split].fit.shown.length > 0);
  const first = await Promise.all(shown.map((split) => dataset.read(split, [0])));
  return names.filter((name) =>
    dataset.given?.[name] !== undefined && first.every(({ given }) => given?.[name] !== undefined)
  );
}

async function rowsOf<T>(
  dataset: Dataset<"text">,
  options: Options,
  view: View<T>,
): Promise<Dataset<"text">> {
  const { tokenizer, length, template } = options, { each, given, scored, room } = view;
  requireLength(length);
  const held: Record<Seen, Held> = {
    train: await hold(dataset, "train", { view, options }),
    test: await hold(dataset, "test", { view, options }),
  };
  const passed = await passedOf(dataset, view.passed, held);
  const size = (split: Split) => isSeen(split) ? held[split].fit.shown.length : 0;
  const sample: TextSpec = { kind: "text", tokenizer, length, ...(scored && { scored }) };
  const maximum = Math.max(1, ...SPLITS.map(size)) - 1;
  const number: Factor = { name: NUMBER, kind: "number", unit: "1", minimum: 0, maximum };
  const specs = [
    ...given.map((name) => [name, sample]),
    ...passed.map((name) => [name, dataset.given![name]]),
  ];
  return {
    name: dataset.name,
    version: dataset.version,
    digest: sha256Hex(
      JSON.stringify(
        [view.view, VERSION, dataset.digest, tokenizer.digest, template, length, room],
      ),
    ),
    sample,
    ...(specs.length > 0 && { given: Object.fromEntries(specs) }),
    factors: [...dataset.factors, number],
    notes: [
      ...dataset.notes,
      ...SPLITS.map((split) => {
        const { note } = held[split].fit;
        return `${split}: ${size(split).toLocaleString("en")} ${view.view}` +
          (note === undefined ? "" : `; ${note}`);
      }),
    ],
    size,
    async read(split, indices) {
      const numbers = Uint32Array.from(indices, (i) => {
        if (Number.isInteger(i) && i >= 0 && i < size(split)) return i;
        throw new RangeError(
          `${dataset.name}: row ${i} of split ${split} was asked for; it has ${size(split)}`,
        );
      });
      const { row, starts, fit } = held[isSeen(split) ? split : "test"];
      const own = numbers.map((i) => fit.shown[i]);
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
        labels: { ...batch.labels, [NUMBER]: Float32Array.from(numbers) },
        ...(specs.length > 0 && { given: more }),
      };
    },
  };
}

const templated = (options: DialogueOptions): Options => ({ ...options, ...chatFormOf(options) });

/**
 * Pairs of answers to a prompt: a sample is the prompt with the chosen answer, and `rejected` is given
 * with it, the prompt with the other. Only the answers after the prompt are targets. Labels are the
 * dataset's, and `number`: a row's number in its split. A pair of which one side doesn't fit is left
 * out.
 * @throws DataError, RangeError as `dialogueWindows` does
 */
export async function pairRows(
  dataset: Dataset<"text">,
  options: DialogueOptions,
): Promise<Dataset<"text">> {
  const form = templated(options);
  return await rowsOf(dataset, form, {
    view: "pairs",
    reader: pairsOf,
    what: "pairs of answers (`prompt`, `chosen`, `rejected`)",
    each: 2,
    dialogues: ({ prompt, chosen, rejected }) =>
      [chosen, rejected].map((answer) =>
        dialogueTokens([...prompt, ...answer], { ...form, from: prompt.length })
      ),
    given: [REJECTED],
    passed: [],
    scored: true,
    room: 0,
  });
}

/**
 * Dialogues that are judged by their last answer: one a row, of which that answer is the target. Labels
 * are the dataset's, attributes among them, and `number`.
 * @throws DataError, RangeError as `dialogueWindows` does
 */
export async function judgedRows(
  dataset: Dataset<"text">,
  options: DialogueOptions,
): Promise<Dataset<"text">> {
  const form = templated(options);
  return await rowsOf(dataset, form, {
    view: "judged dialogues",
    reader: dialoguesOf,
    what: "dialogues (`messages`)",
    each: 1,
    dialogues: (
      messages,
    ) => [dialogueTokens(messages, { ...form, from: lastAnswer(messages) })],
    given: [],
    passed: [],
    scored: true,
    room: 0,
  });
}

/**
 * Prompts: one a row, ended by the generation prompt, to be answered by a model. `facts` and the
 * prompts' messages are given on, where they are there, as documents for the host. Labels are the
 * dataset's, and `number`.
 * @param options `room`: tokens of T that are left for an answer; default 0
 * @throws DataError, RangeError as `dialogueWindows` does
 */
export async function promptRows(
  dataset: Dataset<"text">,
  options: DialogueOptions & { readonly room?: number },
): Promise<Dataset<"text">> {
  const form = templated(options);
  return await rowsOf(dataset, form, {
    view: "prompts",
    reader: promptsOf,
    what: "prompts (`prompt`, or `messages`)",
    each: 1,
    dialogues(messages) {
      const tokens = promptTokens(messages, form);
      return [{ tokens, scored: new Uint8Array(tokens.length) }];
    },
    given: [],
    passed: [FACTS, PROMPT],
    scored: false,
    room: options.room ?? 0,
  });
}
