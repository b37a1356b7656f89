/**
 * Attributes of answers by regression: a head says a number for each, and the mean square of what it is
 * off by is minimised. Wang et al. 2023, HelpSteer (arXiv:2311.09528); 2024, HelpSteer2
 * (arXiv:2406.08673).
 *
 * The head's numbers are shares of an attribute's range: 0 at its least, 1 at its greatest.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Factor } from "../../../../data/mod.ts";
import { UsageError } from "../../../../base/mod.ts";
import { decoderOf } from "../../model.ts";
import type { Objective } from "../objective.ts";
import { initHead, judged, type JudgeHead } from "./head.ts";

/** An attribute: a number that the data say of a dialogue. */
export type Attribute = Extract<Factor, { readonly kind: "number" }>;

/** Inputs with whole dialogues and their attributes. */
type Judged = {
  readonly tokens_BT: tf.Tensor2D;
  readonly labels: { readonly [attribute: string]: tf.Tensor1D };
};

/**
 * The attributes that are learnt: those named, or all numbers that the data have.
 * @throws UsageError where the data have none, or not one that is named
 */
export function attributesOf(
  factors: readonly Factor[],
  { attributes: named }: { readonly attributes?: readonly string[] } = {},
): Attribute[] {
  const numbers = factors.filter((factor): factor is Attribute => factor.kind === "number");
  const known = numbers.map(({ name }) => name);
  const unknown = named?.find((name) => !known.includes(name));
  if (unknown !== undefined || numbers.length === 0) {
    throw new UsageError(
      `language: the objective \`attributes\` learns numbers that the data say of dialogues; ` +
        `${unknown === undefined ? "these data" : `\`${unknown}\` was asked for, and these data`} ` +
        `have ${known.length === 0 ? "none" : known.join(", ")}`,
    );
  }
  return named === undefined ? numbers : named.map((name) => numbers[known.indexOf(name)]);
}

/** Attributes as shares of their ranges: [B, A]. */
function sharesOf(labels: Judged["labels"], attributes: readonly Attribute[]): tf.Tensor2D {
  const shares = attributes.map(({ name, minimum, maximum }) =>
    tf.div(tf.sub(labels[name], minimum), maximum - minimum)
  );
  return tf.stack(shares, 1) as tf.Tensor2D;
}

/** Shares of ranges as attributes: [B, A]. */
export function attributeValues(
  shares_BA: tf.Tensor2D,
  attributes: readonly Attribute[],
): tf.Tensor2D {
  const range = tf.tensor1d(attributes.map(({ minimum, maximum }) => maximum - minimum));
  const least = tf.tensor1d(attributes.map(({ minimum }) => minimum));
  return tf.add(tf.mul(shares_BA, range), least) as tf.Tensor2D;
}

/**
 * See the module. Told beside the loss, for each attribute in its own unit: how far off it is on
 * average (`NAME_error`), and to which side (`NAME_bias`, 0 where it is calibrated in the mean).
 */
export const attributes: Objective = {
  view: "judged",
  counts: "dialogues",
  head: (_key, { shape, attributes }) => initHead(shape.width, attributes!.length, true),
  sums(trained, inputs, { setting }) {
    const { tokens_BT, labels } = inputs as unknown as Judged, learnt = setting.attributes!;
    const parts = { params: decoderOf(trained, setting), head: trained.head as JudgeHead };
    const off_BA = tf.sub(judged(parts, tokens_BT, setting), sharesOf(labels, learnt));
    const told = learnt.flatMap(({ name, minimum, maximum }, a): [string, tf.Scalar][] => {
      const off_B = tf.mul(tf.slice(off_BA, [0, a], [off_BA.shape[0], 1]), maximum - minimum);
      return [
        [`${name}_error`, tf.sum(tf.abs(off_B)) as tf.Scalar],
        [`${name}_bias`, tf.sum(off_B) as tf.Scalar],
      ];
    });
    return {
      loss: tf.div(tf.sum(tf.square(off_BA)), learnt.length) as tf.Scalar,
      aux: Object.fromEntries(told),
    };
  },
  count: (inputs) => tf.scalar((inputs as unknown as Judged).tokens_BT.shape[0]),
};
