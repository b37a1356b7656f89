/**
 * A radiance field's state and its training steps.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { adam, type AdamSlots, exponential, valueAndGrad } from "../../nn/mod.ts";
import { fold, type Key } from "../../random/mod.ts";
import type { TensorRecord } from "../family.ts";
import { psnr } from "../common/psnr.ts";
import type { Setting } from "./forms/form.ts";
import { formOf, type Parameters } from "./model.ts";
import { rayLoss } from "./objective.ts";
import { initOccupancy, met, type Occupancy, pointsOfCells } from "./occupancy.ts";
import { raysOf } from "./rays/rays.ts";

/** What a checkpoint holds. */
export type State = {
  readonly params: Parameters;
  readonly slots: AdamSlots<Parameters>;
  /** Steps done, int32. */
  readonly step: tf.Scalar;
  /** Of forms that keep one. */
  readonly occupancy?: Occupancy;
};

/** Inputs of a step: rays as views of one pixel. */
export interface TrainInputs {
  readonly x_BHWC: tf.Tensor4D;
  readonly camera_BC: tf.Tensor2D;
  readonly rows_B: tf.Tensor1D;
}

/**
 * Adam as Müller et al. 2022 set it (section 4), for both forms: rows of a table that are seldom met have
 * gradients far below the usual ε.
 */
const optimiser = adam({ beta1: 0.9, beta2: 0.99, epsilon: 1e-15 });

/** The state before the first step. */
export function initState(key: Key, setting: Setting): State {
  const form = formOf(setting.settings);
  const params = form.init(key, setting);
  return {
    params,
    slots: optimiser.init(params),
    step: tf.scalar(0, "int32"),
    ...(form.density && { occupancy: initOccupancy(setting.settings.occupancy) }),
  };
}

/** The `train` program; see the table in `../family.ts`. @throws Error for views of more than a pixel */
export function trainStep(
  state: State,
  { x_BHWC, camera_BC, rows_B, key }: TrainInputs & { readonly key: Key },
  { setting, steps }: { readonly setting: Setting; readonly steps: number },
): [State, TensorRecord] {
  const [B, height, width] = x_BHWC.shape;
  if (height !== 1 || width !== 1) {
    throw new Error(`nerf trains on rays, views of 1×1; these are of ${height}×${width}`);
  }
  const { settings, scene } = setting;
  const wanted_R3 = tf.reshape(x_BHWC, [B, 3]) as tf.Tensor2D;
  const rays = raysOf(camera_BC, { box: scene.box });
  const { loss, aux, grads } = valueAndGrad((params: Parameters) => {
    const rendered = formOf(settings).render(params, rays, {
      setting,
      occupancy: state.occupancy,
      drawing: { key, rows_B },
    });
    const { loss, error } = rayLoss(rendered, wanted_R3);
    return { loss, aux: { psnr: psnr(error), alpha: tf.mean(rendered.alpha_R1) } };
  }, state.params);
  const learningRate = exponential(state.step, {
    peak: settings.learningRate,
    decay: settings.decay,
    steps,
  });
  const { params, slots } = optimiser.update({
    grads,
    slots: state.slots,
    params: state.params,
    learningRate,
  });
  const step = tf.add(state.step, tf.scalar(1, "int32")) as tf.Scalar;
  return [{ ...state, params, slots, step }, { loss, ...aux, learning_rate: learningRate }];
}

/** The `occupancy` program: densities at a point of every cell. Also gives the share that is occupied. */
export function occupancyStep(
  state: State,
  key: Key,
  setting: Setting,
): [State, TensorRecord] {
  const place_N3 = pointsOfCells(fold(key, "cells"), setting.settings.occupancy);
  const found_G = formOf(setting.settings).density!(state.params, place_N3, setting);
  const occupancy = met(state.occupancy!, found_G);
  return [{ ...state, occupancy }, { occupied: tf.mean(occupancy.occupied_G) }];
}
