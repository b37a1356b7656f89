/**
 * Updates of splats by views, one view an update: forward, loss, gradients and Adam, all in the module of
 * `kernels`, whose memory the splats enter once for all views.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import {
  floatsOf,
  hostArray,
  type HostArrays,
  type HostFloats,
  type HostKernel,
  integersOf,
} from "../../engine/mod.ts";
import {
  type Degree,
  type Frame,
  splatRows,
  type SplatState,
  type SplatTraining,
  type SplatUpdate,
} from "../../kernels/mod.ts";
import { hostFold, type HostKey } from "../../random/host/mod.ts";
import type { Key } from "../../random/mod.ts";
import { hostKernel } from "../host_kernel.ts";
import { requireCameras, requirePictures, splatForm } from "./form.ts";
import { splats } from "./module.ts";

/** Splats in training, as tensors. */
export type SplatTensors = {
  /** float32 [R, N]. */
  readonly parameters_RN: tf.Tensor2D;
  /** Adam's means of gradients and of their squares, float32 [R, N]. */
  readonly first_RN: tf.Tensor2D;
  readonly second_RN: tf.Tensor2D;
  /** See `SplatState.statistics`: float32 [3, N]. */
  readonly statistics_3N: tf.Tensor2D;
  /** Updates done, int32. */
  readonly updates: tf.Scalar;
};

/** How an update is made: see `SplatUpdate`. */
export interface SplatStep extends Omit<SplatUpdate, "picture" | "camera" | "key"> {
  /** Colours above this degree are left as they are, and not seen. */
  readonly degree: Degree;
}

/** How splats are trained. Its functions are pure. */
export interface SplatTrainingOptions {
  readonly frame: Frame;
  /** Of the colours that the splats have. */
  readonly degree: Degree;
  /** How update `number` is made, from 0. */
  step(number: number): SplatStep;
  /**
   * What the splats become after `done` updates, beside what these did; null: they stay. `state` gives
   * them, not to be written, and what is given must be new.
   */
  control?(
    done: number,
    state: () => SplatState,
    options: { readonly key: HostKey },
  ): SplatState | null;
}

/** The first rows of a matrix by rows: what colours of a lower degree have. */
const firstRows = (values: HostFloats, degree: Degree, count: number) =>
  values.subarray(0, splatRows(degree) * count);

/** Splats on the host between updates, in the module while there are any. */
class Trained {
  #state: SplatState;
  #open: { readonly training: SplatTraining; readonly degree: Degree } | null = null;

  constructor(state: SplatState, readonly options: SplatTrainingOptions) {
    this.#state = state;
  }

  /** Whole, out of the module. */
  state(): SplatState {
    if (this.#open !== null) {
      const seen = this.#open.training.state(), { form, parameters, first, second } = this.#state;
      this.#open.training.close();
      this.#open = null;
      const joined = (all: HostFloats, part: HostFloats) => {
        const whole = all.slice();
        whole.set(part);
        return whole;
      };
      this.#state = {
        ...seen,
        form,
        parameters: joined(parameters, seen.parameters),
        first: joined(first, seen.first),
        second: joined(second, seen.second),
      };
    }
    return this.#state;
  }

  replace(state: SplatState): void {
    this.#state = state;
  }

  /** One update. @returns its loss */
  update(number: number, view: Pick<SplatUpdate, "picture" | "camera" | "key">): number {
    const { degree, ...asked } = this.options.step(number);
    if (this.#open?.degree !== degree) {
      const { form, parameters, first, second, ...rest } = this.state(), { count } = form;
      const seen: SplatState = {
        ...rest,
        form: { count, degree },
        parameters: firstRows(parameters, degree, count),
        first: firstRows(first, degree, count),
        second: firstRows(second, degree, count),
      };
      this.#open = { degree, training: splats().training(seen, this.options.frame) };
    }
    return this.#open.training.update({ ...asked, ...view });
  }

  close(): void {
    this.#open?.training.close();
    this.#open = null;
  }
}

function stateOf(inputs: HostArrays, degree: Degree): SplatState {
  const { values: parameters, shape: [, count] } = floatsOf(inputs, "parameters");
  return {
    form: { count, degree },
    parameters,
    first: floatsOf(inputs, "first").values,
    second: floatsOf(inputs, "second").values,
    statistics: floatsOf(inputs, "statistics").values,
    updates: integersOf(inputs, "updates").values[0],
  };
}

const train: HostKernel<SplatTrainingOptions> = {
  name: "SplatTrain",
  about: "splats",
  run(inputs, options) {
    const { values: pictures, shape: [views, height, width] } = floatsOf(inputs, "pictures");
    const { values: cameras } = floatsOf(inputs, "cameras");
    const { values: words } = integersOf(inputs, "key");
    const key: HostKey = [words[0] >>> 0, words[1] >>> 0];
    const each = 3 * height * width, losses = new Float32Array(views);
    const before = stateOf(inputs, options.degree), trained = new Trained(before, options);
    let number = integersOf(inputs, "updates").values[0];
    let sound = before.parameters.every(Number.isFinite);
    try {
      for (let view = 0; view < views; view++) {
        // Splats that have diverged stay as they are: the loss says so, and the harness ends the run.
        if (!sound) {
          losses[view] = NaN;
          continue;
        }
        const own = hostFold(key, view);
        losses[view] = trained.update(number, {
          picture: bytesOf(pictures.subarray(view * each, (view + 1) * each)),
          camera: cameras.subarray(16 * view, 16 * (view + 1)),
          key: hostFold(own, "noise"),
        });
        number++;
        sound = Number.isFinite(losses[view]);
        if (!sound || options.control === undefined) continue;
        const next = options.control(number, () => trained.state(), {
          key: hostFold(own, "control"),
        });
        if (next !== null) trained.replace(next);
      }
      const { form: { count }, parameters, first, second, statistics } = trained.state();
      const rows = splatRows(options.degree);
      return [
        hostArray(parameters, [rows, count]),
        hostArray(first, [rows, count]),
        hostArray(second, [rows, count]),
        hostArray(statistics, [3, count]),
        hostArray(Int32Array.of(number), []),
        hostArray(losses, [views]),
      ];
    } finally {
      trained.close();
    }
  },
};

/** Values k/255 as k. */
function bytesOf(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.floor(255 * value + 0.5));
}

/**
 * An update for each of the views, in their order.
 * @param views float32 [B, H, W, 3] of values k/255, and their cameras [B, 16]
 * @returns the splats after that, whose number may be another; the loss of each view before its update
 * @throws Error if shapes or types don't fit
 */
export function trainSplats(
  splats: SplatTensors,
  { x_BHWC, camera_BC, key }: {
    readonly x_BHWC: tf.Tensor4D;
    readonly camera_BC: tf.Tensor2D;
    readonly key: Key;
  },
  options: SplatTrainingOptions,
): { readonly splats: SplatTensors; readonly loss_B: tf.Tensor1D } {
  const { parameters_RN, first_RN, second_RN, statistics_3N, updates } = splats;
  for (const rows of [parameters_RN, first_RN, second_RN]) splatForm(rows, options.degree);
  requireCameras(camera_BC);
  requirePictures(x_BHWC, { ...options.frame, count: camera_BC.shape[0] });
  const [parameters, first, second, statistics, done, loss_B] = hostKernel(train, {
    parameters: parameters_RN,
    first: first_RN,
    second: second_RN,
    statistics: statistics_3N,
    updates,
    pictures: x_BHWC,
    cameras: camera_BC,
    key,
  }, options);
  return {
    splats: {
      parameters_RN: parameters as tf.Tensor2D,
      first_RN: first as tf.Tensor2D,
      second_RN: second as tf.Tensor2D,
      statistics_3N: statistics as tf.Tensor2D,
      updates: done as tf.Scalar,
    },
    loss_B: loss_B as tf.Tensor1D,
  };
}
