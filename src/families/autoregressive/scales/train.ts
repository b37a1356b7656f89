/**
 * The two phases of training: the tokeniser first, then the prior over its codes.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { valueAndGrad } from "../../../nn/mod.ts";
import { fold } from "../../../random/mod.ts";
import type { TensorRecord } from "../../family.ts";
import { groupOf, type ParameterGroups, withGroup } from "../../common/stages/parameter_groups.ts";
import { advance, emaDecay } from "../../common/training.ts";
import {
  type Codebook,
  countCodes,
  resetDead,
  updateCodebook,
} from "../../vqvae/quantisers/codebook.ts";
import {
  commitment,
  errorPsnr,
  perplexity,
  pictureError,
  stopped,
  straightThrough,
} from "../../vqvae/objective.ts";
import { type StepInputs, toldLabels } from "../step_inputs.ts";
import { type Prior, priorLoss, type PriorSetting } from "./prior.ts";
import { decompose } from "./pyramid.ts";
import {
  decodeGrid,
  encodeGrid,
  type Networks,
  tablesOf,
  toCodes,
  type Tokeniser,
  type TokeniserSetting,
} from "./tokeniser.ts";

/** Everything that is trained by gradients. */
export type Parameters = { readonly networks: Networks; readonly prior: Prior };

/** What a checkpoint holds. */
export type State = ParameterGroups<Parameters> & { readonly books: readonly Codebook[] };

/** What fixes shapes and objectives. */
export interface ScaleSetting extends TokeniserSetting, PriorSetting {
  /** Steps of each phase. */
  readonly steps: { readonly networks: number; readonly prior: number };
}

/** The averaged weights with the codebooks. */
export function tokeniserOf(state: State): Tokeniser {
  return { networks: state.ema.networks, books: state.books };
}

/**
 * The `train` program: the error of pictures out of the codes of the old codebooks, and the
 * commitment; then the codebooks follow. Van den Oord et al. 2017 (arXiv:1711.00937), eq. 3.
 */
export function trainStep(
  state: State,
  { x_BHWC, key }: StepInputs,
  setting: ScaleSetting,
): [State, TensorRecord] {
  const { config, scales } = setting;
  const { books } = state;
  const tables = tablesOf(books);
  const part = groupOf<Parameters, "networks">(state, "networks");
  const { loss, aux, grads } = valueAndGrad((networks: Networks) => {
    const z_BMD = encodeGrid(networks, x_BHWC);
    const sum_BMD = stopped((z) => decompose(z, tables, scales).sum_BMD, z_BMD) as tf.Tensor3D;
    const output = decodeGrid(networks, straightThrough(z_BMD, sum_BMD), setting);
    const error = pictureError(x_BHWC, output);
    const flat = (x: tf.Tensor) => tf.reshape(x, [-1, config.codeLength]) as tf.Tensor2D;
    const committed = commitment(flat(z_BMD), flat(sum_BMD));
    return {
      loss: tf.add(error, tf.mul(committed, config.commitment)) as tf.Scalar,
      aux: { z_BMD, psnr: errorPsnr(error), commitment: committed },
    };
  }, part.params);
  const { learningRate, ...next } = advance(part, grads, {
    settings: { ...config, learningRate: config.codecLearningRate },
    steps: setting.steps.networks,
    lossScale: 1,
  });
  const { z_BMD, ...scalars } = aux;
  const { assigned } = decompose(z_BMD as tf.Tensor3D, tables, scales);
  const decay = emaDecay(part.step, config.codebookDecay);
  const first = tf.equal(part.step, tf.scalar(0, "int32")) as tf.Scalar;
  const followed = assigned.map((own, s) =>
    resetDead(
      updateCodebook(books[s], own, decay),
      { z_ND: own.z_ND, key: fold(fold(key, "fresh codes"), s) },
      { below: config.dead, all: first },
    )
  );
  const finest = assigned[assigned.length - 1].index_N;
  const trained = withGroup<Parameters, State, "networks">(state, "networks", next);
  return [{ ...trained, books: followed }, {
    loss,
    ...scalars as { psnr: tf.Scalar; commitment: tf.Scalar },
    perplexity: perplexity(countCodes(finest, config.codes)),
    learning_rate: learningRate,
  }];
}

/** The `train_prior` program: −ln p of the codes of the batch, nats a code. */
export function trainPriorStep(
  state: State,
  inputs: StepInputs,
  setting: ScaleSetting,
): [State, TensorRecord] {
  const { config } = setting;
  const tokeniser = tokeniserOf(state);
  const { codes_BT } = toCodes(tokeniser, inputs.x_BHWC, setting);
  const labels = toldLabels(inputs, setting);
  const known = { tables: tablesOf(tokeniser.books), batch: inputs.x_BHWC.shape[0], labels };
  const part = groupOf<Parameters, "prior">(state, "prior");
  const { loss, grads } = valueAndGrad(
    (prior: Prior) => ({ loss: priorLoss(prior, { ...known, codes_BT }, setting) }),
    part.params,
  );
  const { learningRate, ...next } = advance(part, grads, {
    settings: config,
    steps: setting.steps.prior,
    lossScale: 1,
  });
  return [withGroup<Parameters, State, "prior">(state, "prior", next), {
    loss,
    learning_rate: learningRate,
  }];
}
