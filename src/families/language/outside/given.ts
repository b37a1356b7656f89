/**
 * What a language model takes of other runs and files: a tokenizer, and weights to go on from.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { DecoderParameters } from "../../../backbones/mod.ts";
import { disposeTree, type Engine, leaves, mapTree } from "../../../engine/mod.ts";
import type { HostContext, TensorRecord } from "../../family.ts";
import type { Role } from "../../needs.ts";
import { withGiven } from "../../common/stages/given.ts";
import { type Opened as Checkpoint, parameterShapes, treeOf } from "../checkpoint/mod.ts";
import {
  type AdapterTensors,
  heldShapes,
  type HostAdapter,
  merged,
  mergeFault,
  packedLeaves,
  packedParameters,
  scaleOf,
} from "../adapters/mod.ts";
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
    const other = config as unknown as Config, found = differences(own, other);
    if (found.length > 0) {
      return `${found.join(", ")}\nwrite the same sizes here, or leave \`from\` out`;
    }
    return other.adapter === undefined ? null : mergeFault(other.adapter);
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

/** The weights that another run's model has, its adapter in them. */
function weightsIn(other: Weights, { shape }: Setting): DecoderParameters {
  const { params, adapter } = evaluatedOf(other);
  if (adapter === undefined) return params;
  return tf.tidy(() =>
    merged(params, adapter, shape) as unknown as tf.TensorContainer
  ) as unknown as DecoderParameters;
}

/**
 * A fresh state with the other run's weights; the optimiser begins anew. Where that run trained an
 * adapter, it is merged.
 * @param options `adapter`: of the file that the config names
 * @throws DataError where they are of another tokenizer or have other shapes
 */
export async function takeWeights(
  state: State,
  context: HostContext,
  { setting, adapter }: {
    readonly setting: Setting;
    readonly adapter?: HostAdapter;
  },
): Promise<State> {
  return await withGiven(state, context, {
    async merge(own, given) {
      const other = given as unknown as Weights & { readonly tokenizer?: tf.Tensor };
      await requireTokenizer(own, other, {
        engine: context.engine,
        what: "the weights that this run goes on from",
        name: setting.tokenizer.name,
      });
      const found = weightsIn(other, setting);
      requireShapes(parameterShapes(setting.shape), found);
      const base = setting.config.adapter?.base;
      const params = base === undefined
        ? found
        : await packedParameters(found, context.engine, base);
      return begun(params, setting, besideOf(own, context.engine, adapter));
    },
  });
}

/** A state of these weights, which are its own. */
function begun(params: DecoderParameters, setting: Setting, beside: Beside): State {
  return tf.tidy(() => stateOf(params, setting, beside) as unknown as tf.TensorContainer) as State;
}

/** An adapter on an engine. */
function uploaded(
  engine: Engine,
  { adapter, layers }: HostAdapter,
  like: AdapterTensors,
): AdapterTensors {
  return mapTree(like, (leaf, path) => {
    if (path === "scale") return engine.tensor(Float32Array.of(scaleOf(adapter)), []);
    const [, layer, map, part] = path.split("/");
    const values = layers[Number(layer)][map as "query"]![part as "down"];
    return engine.tensor(values, leaf.shape);
  }) as AdapterTensors;
}

/** What a state holds beside the decoder's weights; of an adapter in a file, that. */
function besideOf(
  { adapter, head, frozen }: State,
  engine: Engine,
  file: HostAdapter | undefined,
): Beside {
  const own = adapter && file ? uploaded(engine, file, adapter) : adapter;
  return { ...(own && { adapter: own }), ...(head && { head }), ...(frozen && { frozen }) };
}

/** A state of the shapes of a checkpoint that is loaded later: zeros. */
export function emptyState(setting: Setting, beside: Beside = {}): State {
  const { shape, config } = setting;
  const leaves = heldShapes(parameterShapes(shape), config.adapter?.base)
    .map(({ path, shape, dtype }) => [path, tf.zeros([...shape], dtype)] as const);
  return stateOf(treeOf(new Map(leaves)) as DecoderParameters, setting, beside);
}

/** A checkpoint's weights in the place of a state; the optimiser begins anew. */
export async function loadWeights(
  state: State,
  { engine, checkpoint, setting, adapter }: {
    readonly engine: Engine;
    readonly checkpoint: Checkpoint;
    readonly setting: Setting;
    readonly adapter?: HostAdapter;
  },
): Promise<State> {
  const beside = besideOf(state, engine, adapter);
  disposeTree(state, new Set(leaves(beside as TensorRecord).map(([, leaf]) => leaf)));
  const base = setting.config.adapter?.base;
  const params = await checkpoint.load(
    engine,
    (path, parameter) => packedLeaves(path, parameter, base),
  );
  const given = new Set(leaves(beside as TensorRecord).map(([, leaf]) => leaf));
  const next = begun(params, setting, beside);
  const kept = new Set(leaves(next).map(([, leaf]) => leaf));
  for (const leaf of given) if (!kept.has(leaf)) leaf.dispose();
  return next;
}
