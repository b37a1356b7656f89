/**
 * Starts tfjs on one backend, with no other backend left that it could silently fall back to.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { EngineName } from "../engine.ts";
import { EngineError } from "../../base/mod.ts";

/** Forgets every backend but `kept`. */
export function dropOtherBackends(kept?: string): void {
  for (const name of tf.engine().backendNames()) {
    if (name !== kept) tf.removeBackend(name);
  }
}

/** One multiplication whose answer is known: a backend that starts must also compute. */
async function checkItComputes(name: EngineName): Promise<void> {
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5], [6]])));
  const values = await product.data();
  product.dispose();
  if (values[0] !== 17 || values[1] !== 39) {
    throw new EngineError(
      `engine ${name}: started but computed [${values}] for [[1, 2], [3, 4]]·[5, 6], which is [17, 39]`,
    );
  }
}

/**
 * Makes a registered backend tfjs's own and sees that it computes.
 * @param from what it was started from, for the error
 * @throws EngineError where it isn't taken, or computes wrongly
 */
export async function useBackend(name: EngineName, from: string): Promise<void> {
  let started = false;
  let cause: unknown;
  try {
    started = await tf.setBackend(name);
  } catch (error) {
    cause = error;
  }
  if (!started || tf.getBackend() !== name) {
    throw new EngineError(
      `engine ${name}: tfjs could not start its ${name} backend from ${from}` +
        (cause instanceof Error ? `: ${cause.message}` : ""),
      { cause },
    );
  }
  await checkItComputes(name);
}
