/**
 * Carries out a sampler's steps, on whatever numbers are made of: tensors, or plain arrays in tests.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Stage, Step } from "./solvers.ts";

/** What a sampler needs of its states. */
export interface Arithmetic<V> {
  /** Σ coefficient·value, at least one term. */
  combine(terms: readonly (readonly [coefficient: number, value: V])[]): V;
  /** Called when a value that `denoise`, `noise` or `combine` made is no longer needed. */
  release(value: V): void;
}

/** What a sampler asks. */
export interface Oracle<V> {
  /** The picture behind a noisy one, at a stage's level. */
  denoise(x: V, stage: Stage): V;
  /** Fresh standard normals for step `index`. */
  noise(index: number): V;
}

/** From the first state through all steps to the last; the first state is the caller's. */
export function follow<V>(
  first: V,
  steps: readonly Step[],
  { denoise, noise, combine, release }: Oracle<V> & Arithmetic<V>,
): V {
  let start = first;
  let past: V | undefined;
  steps.forEach((stages, index) => {
    let here = start;
    for (const stage of stages) {
      const data = denoise(here, stage);
      const terms: [number, V][] = [[stage.data, data]];
      if (stage.state !== 0) terms.push([stage.state, start]);
      if (stage.previous !== 0) terms.push([stage.previous, past!]);
      const fresh = stage.noise === 0 ? undefined : noise(index);
      if (fresh !== undefined) terms.push([stage.noise, fresh]);
      const next = combine(terms);
      if (fresh !== undefined) release(fresh);
      if (past !== undefined) release(past);
      if (here !== start) release(here);
      past = data;
      here = next;
    }
    if (start !== first) release(start);
    start = here;
  });
  if (past !== undefined) release(past);
  return start;
}

/** Sums of tensors. */
export const tensors: Arithmetic<tf.Tensor4D> = {
  combine: (terms) =>
    tf.tidy(() => {
      const scaled = terms.map(([coefficient, value]) => tf.mul(value, coefficient) as tf.Tensor4D);
      return scaled.length === 1 ? scaled[0] : tf.addN(scaled);
    }),
  release: (value) => value.dispose(),
};
