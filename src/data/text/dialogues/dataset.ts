/**
 * What the datasets of dialogues share: documents made as they are read, and what is given with each.
 * @module
 */
import type { z } from "zod";
import { sha256Hex } from "../../../base/digest/mod.ts";
import { tokenised } from "../../../kinds/text/mod.ts";
import { bytesTokenizer } from "../../../tokenizers/mod.ts";
import { type DatasetDefinition, defineDataset, type Factor, type Split } from "../../dataset.ts";
import { DOCUMENT } from "../in_memory.ts";
import { TASKS } from "./facts.ts";
import type { Item, SharedConfig } from "./items.ts";

/** A dialogue as a dataset has it. */
export interface Sample {
  readonly document: string;
  /** Texts given with it, by name. */
  readonly given: Readonly<Record<string, string>>;
  /** Labels beside those of all dialogues. */
  readonly labels: Readonly<Record<string, number>>;
}

/** A dataset of dialogues. */
export interface DialogueData<C extends SharedConfig> {
  readonly name: string;
  /** Raised whenever the same settings give other dialogues. */
  readonly version: number;
  readonly about: string;
  readonly config: z.ZodType<C>;
  /** Names of what is given. */
  readonly given: readonly string[];
  readonly factors: readonly Factor[];
  item(config: C, address: { readonly split: Split; readonly index: number }): Item<Sample>;
}

/** Factors of all dialogues. */
const FACTORS: readonly Factor[] = [
  { name: "task", kind: "class", classes: TASKS },
  { name: "combination", kind: "class", classes: ["seen", "held-out"] },
];

/** Makes the definition. */
export function dialogueDataset<C extends SharedConfig>(
  { name, version, about, config, ...parts }: DialogueData<C>,
): DatasetDefinition<C, "text"> {
  const factors = [...FACTORS, ...parts.factors];
  const given = Object.fromEntries(parts.given.map((name) => [name, DOCUMENT]));
  return defineDataset<C, "text">({
    name,
    version,
    about,
    licence: "none needed: written here",
    config,
    status: () => Promise.resolve("ready"),
    outline: ({ train, test, judge, judge_test }) => ({
      sample: DOCUMENT,
      given,
      factors,
      sizes: { train, test, judge, judge_test },
    }),
    load: (config) =>
      Promise.resolve({
        name,
        version,
        digest: sha256Hex(JSON.stringify([name, version, config])),
        sample: DOCUMENT,
        given,
        factors,
        notes: config.heldOut.length === 0 ? [] : [
          `no training dialogue shows ${config.heldOut.join(", ")}; of the held-out ones ` +
          "`combination` tells which do",
        ],
        size: (split) => config[split],
        read(split, indices) {
          const items = Array.from(indices, (index) => {
            if (Number.isInteger(index) && index >= 0 && index < config[split]) {
              return parts.item(config, { split, index });
            }
            throw new RangeError(
              `${name}: no dialogue ${index} in ${split}, which has ${config[split]}`,
            );
          });
          const texts = (of: (item: Item<Sample>) => string) =>
            tokenised(items.map(of), bytesTokenizer);
          const column = (of: (item: Item<Sample>) => number) => Float32Array.from(items, of);
          return Promise.resolve({
            samples: texts(({ answers }) => answers.document),
            labels: {
              task: column(({ facts }) => TASKS.indexOf(facts.task)),
              combination: column(({ heldOut }) => heldOut ? 1 : 0),
              ...Object.fromEntries(
                parts.factors.map(({ name }) => [
                  name,
                  column(({ answers }) => answers.labels[name]),
                ]),
              ),
            },
            given: Object.fromEntries(
              parts.given.map((name) => [name, texts(({ answers }) => answers.given[name])]),
            ),
          });
        },
      }),
  });
}
