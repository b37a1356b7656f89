/**
 * Laws of the times that flows are trained at.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold } from "../../random/mod.ts";
import { normalPerRow, spreadUniform, type TimeLaw } from "../common/denoising/time_laws.ts";
import type { Config } from "./config.ts";

/** `times` of a config: t in [0, 1]. Logit-normal: Esser et al. 2024 (arXiv:2403.03206), eq. 19. */
export function timeLaw(
  { times, timeMean, timeDeviation }: Pick<Config, "times" | "timeMean" | "timeDeviation">,
): TimeLaw {
  if (times === "uniform") return spreadUniform;
  return (key, rows_B) =>
    tf.sigmoid(tf.add(tf.mul(normalPerRow(key, rows_B), timeDeviation), timeMean)) as tf.Tensor1D;
}

/** A law on [0, 1] squeezed into [least, 1]. */
export function above(law: TimeLaw, least: number): TimeLaw {
  if (least === 0) return law;
  return (key, rows_B) => tf.add(tf.mul(law(key, rows_B), 1 - least), least) as tf.Tensor1D;
}

/** Two draws of a law, the later one first: a span from t back to r ≤ t. */
export function span(
  law: TimeLaw,
): (...args: Parameters<TimeLaw>) => { readonly t_B: tf.Tensor1D; readonly r_B: tf.Tensor1D } {
  return (key, rows_B) => {
    const [one, two] = [law(fold(key, "one"), rows_B), law(fold(key, "two"), rows_B)];
    return { t_B: tf.maximum(one, two) as tf.Tensor1D, r_B: tf.minimum(one, two) as tf.Tensor1D };
  };
}
