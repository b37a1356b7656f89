/**
 * Training: a step of the harness is an update for each view of its batch, one after the other, so that
 * splats enter the module that computes them once a step and not once an update. Density is controlled
 * between updates, by their number.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { trainSplats } from "../../nn/mod.ts";
import type { Key } from "../../random/mod.ts";
import type { TensorRecord } from "../family.ts";
import { controlled } from "./density/control.ts";
import type { Setting, State } from "./model.ts";
import { stepAt } from "./objective.ts";

/** Views and their cameras. */
export type Views = {
  readonly x_BHWC: tf.Tensor4D;
  readonly camera_BC: tf.Tensor2D;
};

/** The `train` program; see the table in `../family.ts`. */
export function trainStep(
  { params, slots, updates }: State,
  { key, ...views }: Views & { readonly key: Key },
  setting: Setting,
): [State, TensorRecord] {
  const { config, settled, scene, view } = setting, { degree, ...frame } = view;
  const control = {
    density: config.density,
    updates: setting.updates,
    most: settled.most,
    screenRadius: config.screenRadius,
    extent: scene.extent,
    halfSide: Math.sqrt(frame.height * frame.width) / 2,
  };
  const { splats, loss_B } = trainSplats(
    { parameters_RN: params.splats_RN, ...slots!, updates },
    { ...views, key },
    {
      frame,
      degree,
      step: (number) => stepAt(number, setting),
      control: (done, state, { key }) => controlled(done, state, { ...control, key }),
    },
  );
  const { parameters_RN, first_RN, second_RN, statistics_3N } = splats;
  return [{
    params: { splats_RN: parameters_RN },
    slots: { first_RN, second_RN, statistics_3N },
    updates: splats.updates,
  }, {
    loss: tf.mean(loss_B),
    count: tf.scalar(parameters_RN.shape[1]),
  }];
}
