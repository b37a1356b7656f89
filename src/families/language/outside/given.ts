/**
 * What a language model takes of other runs and files: a tokenizer, and weights to go on from.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { DecoderParameters } from "../../../backbones/mod.ts";
import { disposeTree, type Engine, leaves } from "../../../engine/mod.ts";
import type { HostContext, TensorRecord } from "../../family.ts";
import type { Role } from "../../needs.ts";
import { withGiven } from "../../common/stages/given.ts";
import { type Opened as Checkpoint, parameterShapes, treeOf } from "../checkpoint/mod.ts";
import { type Config, shapeOf } from "../config.ts";
import { evaluatedOf, type Setting, type State, type Weights } from "../model.ts";
import { objectiveOf } from "../objectives/table.ts";
import { type Beside, stateOf } from "../train.ts";
import { requireShapes, requireTokenizer } from "./fit.ts";

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
  // Turns need no weights, so that a context may be longer or shorter than the other's.
  const fixed = (key: string) => key !== "context" || here.positions === "learnt";
  return (Object.keys(here) as (keyof typeof here)[]).filter(fixed).flatMap((key) => {
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
  about:
    "the language model that preferences are learnt in comparison with; default: the weights " +
    "that training starts from",
  families: ["language"],
  unfit(own, other) {
    const { frozen } = objectiveOf(own);
    return frozen === undefined
      ? `the objective ${own.objective ?? "of all tokens"} compares with no reference; leave it out`
      : givenWeights.unfit!(own, other);
  },
};

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
      await requireTokenizer(own, other, {
        engine: context.engine,
        what: "the weights that this run goes on from",
        name: setting.tokenizer.name,
      });
      const { params } = evaluatedOf(other);
      requireShapes(own.params, params);
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
