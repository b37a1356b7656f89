/**
 * Runs a program eagerly and disposes of everything but its results.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { CompileOptions, Program } from "../engine.ts";
import type { Key } from "../../random/mod.ts";
import { disposeTree, leaves, mapTree, type TensorTree } from "../tree.ts";

/** Runs a program so that nothing but its results outlives it. */
export function scoped<S extends TensorTree, I extends TensorTree, O extends TensorTree>(
  program: Program<S, I, O>,
  { name, donate = false }: CompileOptions,
): Program<S, I, O> {
  return (state: S, inputs: I, key: Key) => {
    const before = tf.memory().numTensors;
    let result: [S, O];
    try {
      result = tf.tidy(name, () => {
        const [next, outputs] = program(state, inputs, key);
        // A result that is also an argument, or stands twice, gets a handle of its own, so that the
        // caller may dispose each. A donated state hands its own on.
        const taken = new Set<tf.Tensor>([key, ...leaves(inputs).map(([, t]) => t)]);
        if (!donate) { for (const [, t] of leaves(state)) taken.add(t); }
        const own = (t: tf.Tensor) => {
          if (taken.has(t)) return tf.clone(t);
          taken.add(t);
          return t;
        };
        return [mapTree(next, own), mapTree(outputs, own)] as unknown as tf.TensorContainer;
      }) as unknown as [S, O];
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`program ${name}: ${message}`, { cause });
    }
    const kept = new Set(leaves(result as unknown as TensorTree).map(([, t]) => t));
    const old = new Set(leaves(state).map(([, t]) => t));
    let fresh = 0;
    for (const t of kept) if (!old.has(t)) fresh++;
    const leaked = tf.memory().numTensors - before - fresh;
    if (leaked > 0) {
      throw new Error(
        `program ${name} leaves ${leaked} tensors behind; tf.keep has no place in it`,
      );
    }
    if (donate) disposeTree(state, kept);
    return result;
  };
}
