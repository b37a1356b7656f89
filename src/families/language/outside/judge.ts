/**
 * A model that judges what this one writes, as what is taken of another run.
 * @module
 */
import type { DecoderShape } from "../../../backbones/mod.ts";
import type { Factor } from "../../../data/mod.ts";
import type { Tokenizer } from "../../../tokenizers/mod.ts";
import type { GivenRun, Role } from "../../needs.ts";
import { type Config, shapeOf, shapeWithin } from "../config.ts";
import type { Setting } from "../model.ts";
import { attributesOf } from "../objectives/reward/scales.ts";
import { objectiveOf } from "../objectives/table.ts";

/** The role of a model that judges what this one writes. */
export const givenJudge: Role<Config> = {
  kind: "weights",
  about: "a finished run of the objective `reward` or `attributes`, which judges answers",
  families: ["language"],
  unfit({ objective, checkpoint }, { config }) {
    const other = config as unknown as Config;
    if (objectiveOf({ objective }).collect === undefined) {
      return `the objective ${objective ?? "of all tokens"} writes nothing that could be judged; ` +
        "leave it out";
    }
    if (objectiveOf(other).judge === undefined) {
      return `its objective is ${other.objective ?? "all tokens"}; one that judges is needed: ` +
        "reward or attributes";
    }
    return other.checkpoint === undefined || other.checkpoint === checkpoint
      ? null
      : `\`checkpoint\` is ${checkpoint ?? "none"} here and ${other.checkpoint} there`;
  },
};

/** The setting of a model that judges, by what is known of its run. */
export function judgeSetting(
  given: Pick<GivenRun, "config">,
  { tokenizer, factors, own }: {
    readonly tokenizer: Tokenizer;
    readonly factors: readonly Factor[];
    /** Shape of the checkpoint that both begin with. */
    readonly own?: DecoderShape;
  },
): Setting {
  const config = given.config as unknown as Config;
  return {
    config,
    shape: config.checkpoint === undefined || own === undefined
      ? shapeOf(config, tokenizer.vocabulary)
      : shapeWithin(config, own),
    tokenizer,
    trains: false,
    ...(config.objective === "attributes" && {
      attributes: attributesOf(factors, config.reward),
    }),
  };
}
