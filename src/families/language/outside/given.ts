/**
 * What a language model takes of other runs and files: a tokenizer, and weights to go on from.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { DataError } from "../../../base/mod.ts";
import type { DecoderParameters } from "../../../backbones/mod.ts";
import { disposeTree, type Engine, leaves } from "../../../engine/mod.ts";
import type { HostContext, TensorRecord } from "../../family.ts";
import type { Role } from "../../needs.ts";
import { withGiven } from "../../common/stages/given.ts";
import { type Opened as Checkpoint, parameterShapes, treeOf } from "../checkpoint/mod.ts";
import { type Config, shapeOf } from "../config.ts";
import { evaluatedOf, type Setting, type State, type Weights } from "../model.ts";
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
