/**
 * The state of a model whose parts are trained apart: in phases one after the other, or in turn.
 * Each part has weights, their average, an optimiser and a step counter of its own.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { TensorTree } from "../../../engine/mod.ts";
import type { AdamSlots } from "../../../nn/mod.ts";
import { initTrained, type Trained } from "../training.ts";
import type { TrainingSettings } from "../training_config.ts";

/** Trees of parameters by the name of the part. */
export type GroupTrees = { readonly [name: string]: TensorTree };

/** See the module. `params` of all parts together are the model's parameters. */
export type ParameterGroups<P extends GroupTrees> = {
  readonly params: P;
  readonly ema: P;
  readonly slots: { readonly [N in keyof P]: AdamSlots<P[N]> };
  readonly steps: { readonly [N in keyof P]: tf.Scalar };
};

/** The state before the first step of any part, all trained by the optimiser of the settings. */
export function initGroups<P extends GroupTrees>(
  params: P,
  settings?: Pick<TrainingSettings, "optimiser">,
): ParameterGroups<P> {
  const fresh = Object.entries(params).map(([name, tree]) =>
    [name, initTrained(tree, settings)] as const
  );
  const each = <F extends keyof Trained<TensorTree>>(field: F) =>
    Object.fromEntries(fresh.map(([name, trained]) => [name, trained[field]]));
  return {
    params,
    ema: each("ema"),
    slots: each("slots"),
    steps: each("step"),
  } as unknown as ParameterGroups<P>;
}

/** One part, as a training step takes it. */
export function groupOf<P extends GroupTrees, N extends keyof P>(
  { params, ema, slots, steps }: ParameterGroups<P>,
  name: N,
): Trained<P[N]> {
  return { params: params[name], ema: ema[name], slots: slots[name], step: steps[name] };
}

/** The state with one part replaced; all else, other fields included, stays as it is. */
export function withGroup<P extends GroupTrees, S extends ParameterGroups<P>, N extends keyof P>(
  state: S,
  name: N,
  { params, ema, slots, step }: Trained<P[N]>,
): S {
  return {
    ...state,
    params: { ...state.params, [name]: params },
    ema: { ...state.ema, [name]: ema },
    slots: { ...state.slots, [name]: slots },
    steps: { ...state.steps, [name]: step },
  };
}
