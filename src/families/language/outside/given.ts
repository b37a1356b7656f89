/**
 * What a language model takes of other runs and files: a tokenizer, and weights to go on from.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { DataError } from "../../../base/mod.ts";
import type { DecoderParameters, DecoderShape } from "../../../backbones/mod.ts";
import type { Factor } from "../../../data/mod.ts";
import { disposeTree, type Engine, leaves } from "../../../engine/mod.ts";
import type { HostContext, TensorRecord } from "../../family.ts";
import type { Tokenizer } from "../../../tokenizers/mod.ts";
import type { GivenRun, Role } from "../../needs.ts";
import { withGiven } from "../../common/stages/given.ts";
import { type Opened as Checkpoint, parameterShapes, treeOf } from "../checkpoint/mod.ts";
import { type Config, shapeOf, shapeWithin } from "../config.ts";
import { evaluatedOf, type Setting, type State, type Weights } from "../model.ts";
import { attributesOf } from "../objectives/reward/scales.ts";
import { objectiveOf } from "../objectives/table.ts";
import { type Beside, stateOf } from "../train.ts";

/** The tokenizer's role. */
export const givenTokenizer: Role<Config> = {
  kind: "tokenizer",
  about: "the tokenizer of a finished run of `tokenize`; default: bytes",
};

/** Sizes and form as a person reads them, where they differ. */
function differences(own: Config, other: Config): string[] {
  const [mine, theirs] = [own, other].map(({ checkpoint }) => checkpoint ?? "none");
  if (mine !== theirs) return [`\`checkpoint\` is ${mine} here and ${theirs} there`];
  const [here, there] = [shapeOf(own, 257), shapeOf(other, 257)] as const;
  return (Object.keys(here) as (keyof typeof here)[]).flatMap((key) => {
    const [a, b] = [here[key], there[key]].map((value) => JSON.stringify(value) ?? "none");
    return a === b ? [] : [`\`${key}\` is ${a} here and ${b} there`];
  });
}

/** The weights' role: training goes on from them. */
export const givenWeights: Role<Config> = {
  kind: "weights",
  about: "the weights of a finished language model, from which training goes on",
  families: ["language"],
  unfit(own, { config }) {
    const found = differences(own, config as unknown as Config);
    return found.length === 0
      ? null
      : `${found.join(", ")}\nwrite the same sizes here, or leave \`from\` out`;
  },
};

/** The role of the model that preferences are learnt in comparison with. */
export const givenReference: Role<Config> = {
  kind: "weights",
  about: "the language model that preferences are learnt in comparison with; default: the weights " +
    "that training starts from",
  families: ["language"],
  unfit(own, other) {
    const { frozen } = objectiveOf(own);
    return frozen === undefined
      ? `the objective ${own.objective ?? "of all tokens"} compares with no reference; leave it out`
      : givenWeights.unfit!(own, other);
  },
};

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

/**
 * A fresh state with the other run's weights; the optimiser begins anew.
 * @throws DataError where they are of another tokenizer or have other shapes
 */
export async function takeWeights(
  state: State,
  context: HostContext,
  setting: Setting,
): Promise<State> {
  return await withGiven(state, context, {
    async merge(own, given) {
      const other = given as unknown as Weights & { readonly tokenizer?: tf.Tensor };
      const [mine, theirs] = await Promise.all(
        [own.tokenizer, other.tokenizer].map((words) =>
          words === undefined ? "" : context.engine.read(words).then((read) => read.join())
        ),
      );
      if (mine !== theirs) {
        throw new DataError(
          "the weights that this run goes on from know the tokens of another tokenizer than " +
            `${setting.tokenizer.name}: give both runs the same one`,
        );
      }
      const { params } = evaluatedOf(other);
      const shapes = (tree: DecoderParameters) =>
        leaves(tree).map(([path, leaf]) => `${path} [${leaf.shape}]`);
      const [here, there] = [shapes(own.params), shapes(params)];
      const at = here.findIndex((shape, i) => shape !== there[i]);
      if (at >= 0) {
        throw new DataError(`the weights have ${there[at]} where this model has ${here[at]}`);
      }
      return tf.tidy(() =>
        stateOf(params, setting, besideOf(own)) as unknown as tf.TensorContainer
      ) as State;
    },
  });
}

/** What a state holds beside the decoder's weights. */
function besideOf({ adapter, head, frozen }: State): Beside {
  return { ...(adapter && { adapter }), ...(head && { head }), ...(frozen && { frozen }) };
}

/** A state of the shapes of a checkpoint that is loaded later: zeros. */
export function emptyState(setting: Setting, beside: Beside = {}): State {
  const leaves = [...parameterShapes(setting.shape)].map(([path, shape]) =>
    [path, tf.zeros([...shape])] as const
  );
  return stateOf(treeOf(new Map(leaves)) as DecoderParameters, setting, beside);
}

/** A checkpoint's weights in the place of a state; the optimiser begins anew. */
export async function loadWeights(
  state: State,
  { engine, checkpoint, setting }: {
    readonly engine: Engine;
    readonly checkpoint: Checkpoint;
    readonly setting: Setting;
  },
): Promise<State> {
  const beside = besideOf(state);
  disposeTree(state, new Set(leaves(beside as TensorRecord).map(([, leaf]) => leaf)));
  const params = await checkpoint.load(engine);
  const next = tf.tidy(() =>
    stateOf(params, setting, beside) as unknown as tf.TensorContainer
  ) as State;
  return next;
}
