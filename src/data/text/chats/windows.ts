/**
 * Dialogues as a model sees them that learns to answer: packed whole into windows, a separator before
 * each, with the marks of the answers.
 * @module
 */
import { sha256Hex } from "../../../base/digest/mod.ts";
import type { TextSpec } from "../../../kinds/text/mod.ts";
import { hostKey, hostPermutation } from "../../../random/host/mod.ts";
import { dialogueTokens, type Message } from "../../../tokenizers/chat/mod.ts";
import type { Dataset, Split } from "../../dataset.ts";
import type { TokenRow } from "../files/tokens.ts";
import { type Plan, wholePlan } from "../packing.ts";
import { chatFormOf, type DialogueOptions, fitOf, requireLength } from "./fit.ts";
import { dialoguesOf } from "./given.ts";
import { type DialogueSource, keptDialogues, readMarked, VERSION } from "./kept.ts";

const SPLITS = ["train", "test"] as const satisfies readonly Split[];
type Seen = typeof SPLITS[number];
const isSeen = (split: Split): split is Seen => SPLITS.some((one) => one === split);

interface Packed {
  readonly row: TokenRow;
  readonly plan: Plan;
  readonly order: Uint32Array;
  readonly note: string;
}

/**
 * The view of a dataset of dialogues that a model learns to answer from: its `train` and `test` as
 * windows of at most T + 1 tokens. Whole dialogues are packed by best fit; a separator stands before
 * each and after the last, so that attention, which never passes one, keeps them apart. Only answers,
 * and what ends them, are targets. It has no labels.
 * @throws DataError where the dataset gives no dialogues, the template doesn't do, or too many dialogues
 * don't fit; RangeError where T is no whole number from 1
 */
export async function dialogueWindows(
  dataset: Dataset<"text">,
  options: DialogueOptions,
): Promise<Dataset<"text">> {
  const { length } = options, form = chatFormOf(options), { tokenizer, template } = form;
  requireLength(length);
  const digest = sha256Hex(
    JSON.stringify(["dialogues", VERSION, dataset.digest, tokenizer.digest, template, length]),
  );
  const packed: Record<Seen, Packed> = {
    train: await pack(dataset, "train", { ...options, ...form, digest }),
    test: await pack(dataset, "test", { ...options, ...form, digest }),
  };
  const size = (split: Split) => isSeen(split) ? packed[split].plan.count : 0;
  const sample: TextSpec = { kind: "text", tokenizer, length, scored: true };
  return {
    name: dataset.name,
    version: dataset.version,
    digest,
    sample,
    factors: [],
    notes: [...dataset.notes, ...SPLITS.map((split) => packed[split].note)],
    size,
    async read(split, indices) {
      const { row, plan, order } = packed[isSeen(split) ? split : "test"];
      const end = { from: row.tokens - 1, length: 1 };
      const windows = Array.from(indices, (i) => {
        if (!Number.isInteger(i) || i < 0 || i >= size(split)) {
          throw new RangeError(
            `${dataset.name}: window ${i} of split ${split} was asked for; it has ${size(split)}`,
          );
        }
        const { pieces, ended } = plan.window(order[i]);
        return ended ? [...pieces, end] : pieces;
      });
      return { samples: await readMarked(row, windows, { tokenizer, length }), labels: {} };
    },
  };
}

/** The dialogues of a split in a fixed random order, packed. */
async function pack(
  dataset: Dataset<"text">,
  split: Seen,
  options: DialogueOptions & { readonly template: string; readonly digest: string },
): Promise<Packed> {
  const { tokenizer, template, length, digest } = options, count = dataset.size(split);
  const source: DialogueSource<readonly Message[]> = {
    view: "windows",
    reader: dialoguesOf,
    what: "dialogues (`messages`)",
    each: 1,
    dialogues: (messages) => [dialogueTokens(messages, { tokenizer, template })],
  };
  const order = hostPermutation(hostKey(0, "documents", dataset.digest, split), count);
  const row = await keptDialogues(dataset, source, { ...options, split, order });
  const where = `${dataset.name}, ${split}`;
  const { shown, note } = fitOf(row.lengths, { ...options, each: 1, most: length, where });
  const fits = new Uint8Array(row.lengths.length);
  for (const i of shown) fits[i] = 1;
  const plan = wholePlan(row.lengths, length, { shows: (document) => fits[document] === 1 });
  const tokens = shown.reduce((sum, i) => sum + row.lengths[i], 0);
  const number = (n: number) => n.toLocaleString("en");
  return {
    row,
    plan,
    // Packed windows are in the order of their longest dialogue.
    order: hostPermutation(hostKey(0, "windows", digest, split), plan.count),
    note: `${split}: ${number(shown.length)} dialogues, ${number(tokens)} tokens, ` +
      `in ${number(plan.count)} windows` + (note === undefined ? "" : `; ${note}`),
  };
}
