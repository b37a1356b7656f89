/**
 * The model that preferences are learnt in comparison with: the one that training starts from, or
 * another run's. What it says of the training pairs never changes, and is computed once.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { DecoderParameters } from "../../../../backbones/mod.ts";
import { disposeTree, mapTree } from "../../../../engine/mod.ts";
import { type FamilyProgram, reads } from "../../../common/programs.ts";
import type { HostContext, TensorRecord } from "../../../family.ts";
import type { Setting } from "../../model.ts";
import { halves, type Pairs, scoresOfPairs } from "./pairs.ts";

/** What is kept of the reference. */
export type Reference = {
  /** Σ ln p of the chosen and of the rejected answer of each training pair, nats. */
  readonly log_N2: tf.Tensor2D;
  /** Its weights, where a loss asks it of other rows too. */
  readonly params?: DecoderParameters;
};

/** Tokens that it reads at once. */
const TOKENS = 4096;

/** The name of the program that asks it. */
export const REFERENCE = "reference";

/** `reference`: Σ ln p of the answers of pairs, chosen and rejected, by weights alone. [B, 2] */
export function referenceProgram(setting: Pick<Setting, "shape">): FamilyProgram {
  return reads<{ readonly params: DecoderParameters }, Pairs>(({ params }, pairs) => {
    const { log_B } = scoresOfPairs(params, pairs, setting);
    const { chosen_B, rejected_B } = halves(log_B);
    return { log_B2: tf.stack([chosen_B, rejected_B], 1) };
  });
}

/** Pairs that it reads at once. */
function pairsAtOnce({ shape }: Pick<Setting, "shape">, count: number): number {
  return Math.max(1, Math.min(count, Math.floor(TOKENS / (2 * shape.context))));
}

/** What `reference` says of all training pairs: [N, 2]. */
export async function referenceOfAll(
  params: DecoderParameters,
  { engine, run, key, trainSize, trainRows }: Pick<
    HostContext,
    "engine" | "run" | "key" | "trainSize" | "trainRows"
  >,
  setting: Pick<Setting, "shape">,
): Promise<tf.Tensor2D> {
  const values = new Float32Array(2 * trainSize), rows = pairsAtOnce(setting, trainSize);
  const none = key(REFERENCE);
  for (let from = 0; from < trainSize; from += rows) {
    // One shape serves all: the last pair stands again where they end.
    const asked = Array.from({ length: rows }, (_, i) => Math.min(from + i, trainSize - 1));
    const inputs = await trainRows(asked);
    const outputs = await run(REFERENCE, { params } as TensorRecord, inputs, none);
    const found = await engine.read(outputs.log_B2 as tf.Tensor);
    values.set(found.subarray(0, 2 * Math.min(rows, trainSize - from)), 2 * from);
    disposeTree(inputs);
    disposeTree(outputs);
  }
  none.dispose();
  return engine.tensor(values, [trainSize, 2]) as tf.Tensor2D;
}

/** What it said of the pairs with these numbers. */
export function referenceOf({ log_N2 }: Pick<Reference, "log_N2">, number_B: tf.Tensor1D) {
  const log_B2 = tf.gather(log_N2, tf.cast(number_B, "int32") as tf.Tensor1D) as tf.Tensor2D;
  const column = (i: number) =>
    tf.reshape(tf.slice(log_B2, [0, i], [log_B2.shape[0], 1]), [-1]) as tf.Tensor1D;
  return { chosen_B: column(0), rejected_B: column(1) };
}

/** Own handles of weights: what made them on the way is freed. */
export function ownWeights(make: () => DecoderParameters): DecoderParameters {
  return tf.tidy(() =>
    mapTree(make(), (leaf) => tf.clone(leaf)) as unknown as tf.TensorContainer
  ) as unknown as DecoderParameters;
}
