/**
 * The `captions` dataset: the heads in words. Caption i of a split is of head i of that split of `heads`
 * with the same seed, so that pictures and words can be joined. Made as it is read, of any size.
 * @module
 */
import { z } from "zod";
import { sha256Hex } from "../../../base/digest/mod.ts";
import { hostIntegers, hostKey } from "../../../random/host/mod.ts";
import { tokenised } from "../../../kinds/text/mod.ts";
import { bytesTokenizer } from "../../../tokenizers/mod.ts";
import { type Dataset, defineDataset, type Factor, type Split } from "../../dataset.ts";
import { FACTORS as HEADS, headsConfig, sampleItem } from "../../heads/mod.ts";
import { DOCUMENT } from "../in_memory.ts";
import { FORMS, type Said, saidOf } from "./grammar.ts";

/** Raised whenever the same settings give other captions. */
const VERSION = 1;

const { train, test, judge, judge_test, pictures_per_person, seed } = headsConfig.shape;
const config = z.strictObject({
  train: train.describe("captions that fit generators"),
  test: test.describe("captions held out from generators, of other persons"),
  judge: judge.describe("captions of other persons again"),
  judge_test: judge_test.describe("captions of other persons again"),
  pictures_per_person: pictures_per_person.describe(
    "captions in a row that are of the same person",
  ),
  seed: seed.describe("fixes all heads, as that of `heads` does"),
});
type Config = z.output<typeof config>;

const NAMES = [
  "gender",
  "age",
  "age_years",
  "ethnicity",
  "hair",
  "hair_colour",
  "expression",
  "yaw",
  "light_azimuth",
] as const satisfies readonly (keyof Said)[];

/** What a caption says, as labels. Those of the heads that no words are of are left out. */
const FACTORS: readonly Factor[] = NAMES.map((name) => HEADS.find((of) => of.name === name)!);

function labelOf(said: Said, factor: Factor): number {
  const value = said[factor.name as typeof NAMES[number]];
  return factor.kind === "class" ? factor.classes.indexOf(value as string) : value as number;
}

/** What is said of item `index` of a split, and in which form. */
export function captionItem(
  { seed, pictures_per_person: pictures }: Pick<Config, "seed" | "pictures_per_person">,
  { split, index }: { split: Split; index: number },
): { said: Said; text: string } {
  const said = saidOf(sampleItem({ seed, split, index, pictures }));
  const [form] = hostIntegers(hostKey(seed, "captions", split, index), 1, FORMS.length);
  return { said, text: FORMS[form](said) };
}

function load(config: Config): Promise<Dataset<"text">> {
  return Promise.resolve({
    name: "captions",
    version: VERSION,
    digest: sha256Hex(JSON.stringify(["captions", VERSION, config])),
    sample: DOCUMENT,
    factors: FACTORS,
    notes: [
      "numbers are said in whole years and degrees, and labels are what is said: no colour of hair of " +
      "the bald",
    ],
    size: (split) => config[split],
    read(split, indices) {
      const items = Array.from(indices, (index) => {
        if (!Number.isInteger(index) || index < 0 || index >= config[split]) {
          throw new RangeError(
            `captions: no item ${index} in ${split}, which has ${config[split]}`,
          );
        }
        return captionItem(config, { split, index });
      });
      return Promise.resolve({
        samples: tokenised(items.map(({ text }) => text), bytesTokenizer),
        labels: Object.fromEntries(FACTORS.map((factor) => [
          factor.name,
          Float32Array.from(items, ({ said }) => labelOf(said, factor)),
        ])),
      });
    },
  });
}

/** The heads in words. */
export const captions = defineDataset<Config, "text">({
  name: "captions",
  version: VERSION,
  about: "The heads' factors in words, exactly true; other persons in each split; any size",
  licence: "none needed: written here",
  config,
  status: () => Promise.resolve("ready"),
  outline: ({ train, test, judge, judge_test }) => ({
    sample: DOCUMENT,
    factors: FACTORS,
    sizes: { train, test, judge, judge_test },
  }),
  load: (config) => load(config),
});
