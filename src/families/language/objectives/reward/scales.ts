/**
 * Attributes of dialogues: numbers that the data say of them, each with a range.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Factor } from "../../../../data/mod.ts";
import { NUMBER } from "../../../../data/text/mod.ts";
import { UsageError } from "../../../../base/mod.ts";

/** An attribute. */
export type Attribute = Extract<Factor, { readonly kind: "number" }>;

/**
 * The attributes that are learnt: those named, or all numbers that the data have but for the
 * rows' own.
 * @throws UsageError where the data have none, or not one that is named
 */
export function attributesOf(
  factors: readonly Factor[],
  { attributes: named }: { readonly attributes?: readonly string[] } = {},
): Attribute[] {
  const numbers = factors.filter((factor): factor is Attribute =>
    factor.kind === "number" && factor.name !== NUMBER
  );
  const known = numbers.map(({ name }) => name);
  const unknown = named?.find((name) => !known.includes(name));
  if (unknown !== undefined || numbers.length === 0) {
    throw new UsageError(
      "language: the objective `attributes` learns numbers that the data say of dialogues; " +
        `${
          unknown === undefined ? "these data" : `\`${unknown}\` was asked for, and these data`
        } ` +
        `have ${known.length === 0 ? "none" : known.join(", ")}`,
    );
  }
  return named === undefined ? numbers : named.map((name) => numbers[known.indexOf(name)]);
}

/** Attributes as shares of their ranges, 0 at the least and 1 at the greatest: [B, A]. */
export function sharesOf(
  labels: { readonly [attribute: string]: tf.Tensor1D },
  attributes: readonly Attribute[],
): tf.Tensor2D {
  const shares = attributes.map(({ name, minimum, maximum }) =>
    tf.div(tf.sub(labels[name], minimum), maximum - minimum)
  );
  return tf.stack(shares, 1) as tf.Tensor2D;
}

/** Shares of ranges as attributes: [B, A]. */
export function valuesOf(shares_BA: tf.Tensor2D, attributes: readonly Attribute[]): tf.Tensor2D {
  const range_A = tf.tensor1d(attributes.map(({ minimum, maximum }) => maximum - minimum));
  const least_A = tf.tensor1d(attributes.map(({ minimum }) => minimum));
  return tf.add(tf.mul(shares_BA, range_A), least_A) as tf.Tensor2D;
}
