/**
 * Splats as a state: their numbers, what trains them, and what is fixed about them.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { hostArray, type HostKernel, integersOf } from "../../engine/mod.ts";
import { splatRows } from "../../kernels/mod.ts";
import type { PointCloud, ViewSpec } from "../../kinds/view/mod.ts";
import { hostKernel, type SplatView } from "../../nn/mod.ts";
import type { Key } from "../../random/mod.ts";
import { type Config, type Settled, settled } from "./config.ts";
import type { SplatRows } from "./formats/ply.ts";
import { type Begins, startSplats } from "./start/start.ts";
import type { Scene } from "./start/scene.ts";

/** What a splat model is read with. */
export interface Opened {
  readonly scene: Scene;
  /** Points that the data have, where splats begin at them. */
  readonly points?: PointCloud;
  /** Splats of a file, where they begin with them. */
  readonly weights?: SplatRows;
}

/** What fixes a model. */
export interface Setting extends Pick<Opened, "points" | "weights"> {
  readonly config: Config;
  readonly settled: Settled;
  readonly scene: Scene;
  /** How pictures are taken. */
  readonly view: SplatView;
  /** Updates of the whole training: views seen. */
  readonly updates: number;
}

/** What a checkpoint holds. The number of splats may change from step to step. */
export type State = {
  readonly params: { readonly splats_RN: tf.Tensor2D };
  /** Of the optimiser and of density control; left out where nothing is trained. */
  readonly slots?: {
    readonly first_RN: tf.Tensor2D;
    readonly second_RN: tf.Tensor2D;
    readonly statistics_3N: tf.Tensor2D;
  };
  /** Updates done, int32: as many as views seen. */
  readonly updates: tf.Scalar;
};

/** A scene that stands for any, where none was read: what a suite is checked with. */
const anyScene: Scene = {
  orbit: {
    centre: [0, 0, 0],
    up: [0, 0, 1],
    start: [1, 0, 0],
    radius: 4,
    height: 1,
    fx: 64,
    fy: 64,
    cx: 32,
    cy: 32,
  },
  half: 1,
  extent: 4,
};

/** The setting of a config, on views like these. */
export function settingOf(
  config: Config,
  { sample, updates, opened: { scene = anyScene, points, weights } = {} }: {
    readonly sample: ViewSpec;
    readonly updates: number;
    readonly opened?: Partial<Opened>;
  },
): Setting {
  const { height, width, background: [red, green, blue], near } = sample;
  const found = points && points.positions.length / 3;
  const own = settled(config, {
    ...(found !== undefined && { begins: Math.min(found, config.count ?? found) }),
    ...(weights && { begins: weights.count, degree: weights.degree }),
  });
  return {
    config,
    settled: own,
    scene,
    points,
    weights,
    updates,
    view: {
      height,
      width,
      background: [red / 255, green / 255, blue / 255],
      near,
      antialiased: config.antialiased,
      degree: own.degree,
    },
  };
}

const start: HostKernel<Begins> = {
  name: "SplatStart",
  about: "splats",
  run(inputs, begins) {
    const { values: [first, second] } = integersOf(inputs, "key");
    const rows = splatRows(begins.degree);
    return [
      hostArray(startSplats([first >>> 0, second >>> 0], begins), [rows, begins.count]),
    ];
  },
};

/** Splats of a file, with zeros as the coefficients that their degree lacks. */
function fromFile({ count, parameters }: SplatRows, rows: number): tf.Tensor2D {
  const whole = new Float32Array(rows * count);
  whole.set(parameters.subarray(0, Math.min(whole.length, parameters.length)));
  return tf.tensor2d(whole, [rows, count]);
}

/** The state before the first update. */
export function initState(key: Key, setting: Setting): State {
  const { settled: { count, degree, begins: own }, scene, points, weights, updates } = setting;
  const rows = splatRows(degree);
  const { centre } = scene.orbit, { half } = scene;
  const begins = { count, degree, ...own, centre, half, points };
  const splats_RN = weights === undefined
    ? hostKernel(start, { key }, begins)[0] as tf.Tensor2D
    : fromFile(weights, rows);
  return {
    params: { splats_RN },
    ...(updates > 0 && {
      slots: {
        first_RN: tf.zeros([rows, count]) as tf.Tensor2D,
        second_RN: tf.zeros([rows, count]) as tf.Tensor2D,
        statistics_3N: tf.zeros([3, count]) as tf.Tensor2D,
      },
    }),
    updates: tf.scalar(0, "int32"),
  };
}
