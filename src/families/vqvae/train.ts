/**
 * The two phases of training: autoencoder and codebooks first, then the prior over their codes.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../../random/mod.ts";
import { valueAndGrad } from "../../nn/mod.ts";
import { dropLabels, type Labels } from "../common/conditioning.ts";
import type { TensorRecord } from "../family.ts";
import { groupOf, type ParameterGroups, withGroup } from "../common/stages/parameter_groups.ts";
import { advance, emaDecay } from "../common/training.ts";
import { countCodes } from "./quantisers/codebook.ts";
import { type Coder, type CodeSetting, toCodes } from "./codes.ts";
import { decodeGrids, encodeGrids, type Networks } from "./model.ts";
import { errorPsnr, perplexity, pictureError, usedShare } from "./objective.ts";
import { type Prior, priorLoss, type PriorSetting } from "./prior.ts";
import type { Books } from "./quantisers/quantiser.ts";

/** Everything that is trained by gradients. */
export type Parameters = { readonly networks: Networks; readonly prior: Prior };

/** What a checkpoint holds. `books` by grid; left out where codes are a fixed grid. */
export type State = ParameterGroups<Parameters> & { readonly books?: readonly Books[] };

/** What fixes shapes and objectives. */
export interface Setting extends CodeSetting, PriorSetting {
  /** Steps of each phase. */
  readonly steps: { readonly networks: number; readonly prior: number };
}

/** The codebooks of a state, by grid. */
export function booksOf({ books }: State, { grids }: CodeSetting): readonly Books[] {
  return books ?? grids.map(() => []);
}

/** The averaged weights with the codebooks: what is evaluated. */
export function coderOf(state: State, setting: CodeSetting): Coder {
  return { networks: state.ema.networks, books: booksOf(state, setting) };
}

/** Scalars of the codes that a batch got, all grids and stages together. */
function reportCodes(books: readonly Books[], z: readonly tf.Tensor2D[], setting: CodeSetting) {
  const { quantiser } = setting;
  const index = z.map((z_ND, grid) => tf.reshape(quantiser.codes(books[grid], z_ND), [-1]));
  const all = (index.length === 1 ? index[0] : tf.concat(index)) as tf.Tensor1D;
  const counts_K = countCodes(all, quantiser.size);
  return { perplexity: perplexity(counts_K), used: usedShare(counts_K) };
}

/** How much of the quantised vectors the decoder gets at a step: rising linearly from 0 to 1. */
function shareAt(step: tf.Scalar, { config, steps }: Setting): tf.Scalar {
  const rising = Math.floor(config.fade * steps.networks);
  if (rising === 0) return tf.scalar(1);
  return tf.minimum(1, tf.div(tf.cast(step, "float32"), rising)) as tf.Scalar;
}

/**
 * The `train` program: the error of pictures out of the codes of the old codebooks, and the
 * commitment; then the codebooks follow. See the table in `../family.ts`.
 */
export function trainStep(
  state: State,
  { x_BHWC, key }: { x_BHWC: tf.Tensor4D; key: Key },
  setting: Setting,
): [State, TensorRecord] {
  const { config, quantiser } = setting;
  const books = booksOf(state, setting);
  const part = groupOf<Parameters, "networks">(state, "networks");
  const share = shareAt(part.step, setting);
  const { loss, aux, grads } = valueAndGrad((networks: Networks) => {
    const costs: tf.Scalar[] = [];
    const { z, q } = encodeGrids(networks, x_BHWC, (z_ND, grid) => {
      const { q_ND, commitment } = quantiser.pass(books[grid], z_ND, share);
      costs.push(commitment);
      return q_ND;
    });
    const error = pictureError(x_BHWC, decodeGrids(networks, q, setting));
    const committed = tf.addN(costs) as tf.Scalar;
    return {
      loss: tf.add(error, tf.mul(committed, config.commitment)) as tf.Scalar,
      aux: {
        z: z as readonly tf.Tensor2D[],
        scalars: { psnr: errorPsnr(error), commitment: committed },
      },
    };
  }, part.params);
  const { learningRate, ...next } = advance(part, grads, {
    settings: config,
    steps: setting.steps.networks,
    lossScale: 1,
  });
  const followed = books.map((own, grid) =>
    quantiser.follow(own, aux.z[grid], {
      decay: emaDecay(part.step, config.codebookDecay),
      below: config.dead,
      all: tf.equal(part.step, tf.scalar(0, "int32")) as tf.Scalar,
      key: fold(fold(key, "fresh codes"), grid),
    })
  );
  const outputs = {
    loss,
    ...aux.scalars,
    ...reportCodes(books, aux.z, setting),
    code_rms: tf.sqrt(tf.mean(tf.square(aux.z[0]))),
    learning_rate: learningRate,
  };
  const trained = withGroup<Parameters, State, "networks">(state, "networks", next);
  return [state.books === undefined ? trained : { ...trained, books: followed }, outputs];
}

/** The `train_prior` program: −ln p of the codes of the batch, nats a code. */
export function trainPriorStep(
  state: State,
  { x_BHWC, rows_B, labels, key }: {
    x_BHWC: tf.Tensor4D;
    rows_B: tf.Tensor1D;
    labels?: Labels;
    key: Key;
  },
  setting: Setting,
): [State, TensorRecord] {
  const { config, conditions, quantiser } = setting;
  const coder = coderOf(state, setting);
  const { codes_BT } = toCodes(coder, x_BHWC, setting);
  const tables = coder.books.flatMap((books) => quantiser.tables(books));
  const told = dropLabels(labels, {
    conditions,
    share: config.conditionDropout,
    key: fold(key, "condition"),
    rows_B,
  });
  const part = groupOf<Parameters, "prior">(state, "prior");
  const { loss, grads } = valueAndGrad(
    (prior: Prior) => ({ loss: priorLoss(prior, { codes_BT, tables, labels: told }, setting) }),
    part.params,
  );
  const { learningRate, ...next } = advance(part, grads, {
    settings: { ...config, learningRate: config.priorLearningRate },
    steps: setting.steps.prior,
    lossScale: 1,
  });
  return [withGroup<Parameters, State, "prior">(state, "prior", next), {
    loss,
    learning_rate: learningRate,
  }];
}
