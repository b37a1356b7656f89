/**
 * The flow f from pictures on the line to normals and its inverse: levels of squeezed pictures, each
 * of several steps, after which half of the channels is done. Dinh et al. 2017 (arXiv:1605.08803),
 * sections 3.5 and 3.6; Kingma & Dhariwal 2018 (arXiv:1807.03039), figure 2.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { depthToSpace, spaceToDepth } from "../../backbones/mod.ts";
import type { Grid } from "../../kinds/mod.ts";
import { fold, type Key } from "../../random/mod.ts";
import { UsageError } from "../../base/mod.ts";
import type { Config } from "./config.ts";
import { couple, type CouplingNet, initCoupling, uncouple } from "./coupling.ts";
import { initMixing, mix, mixesOf, type Mixing, unmix } from "./rotation.ts";

/** One level's parameters. */
export type LevelParameters = {
  readonly mixing: Mixing;
  readonly couplings: readonly CouplingNet[];
};

/** Everything that is trained, level by level. */
export type Parameters = { readonly levels: readonly LevelParameters[] };

/** A level: the shape that its steps work on, and how many channels go on to the next. */
export interface Level {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** 0 at the last level: all are done. */
  readonly onward: number;
  /** Whether 2×2 places become one; else all numbers are one place. */
  readonly squeezes: boolean;
}

/** What fixes a flow's shapes. */
export interface Setting {
  readonly config: Config;
  readonly sample: Grid;
}

/** Numbers that are few enough to be one point, if sides can't be halved. */
const LARGEST_POINT = 64;

/**
 * The levels of a flow. Pictures whose sides can't be halved are one place with all their numbers as
 * channels, where those are few.
 * @throws UsageError for larger pictures with an odd side, and for a single number
 */
export function levelsOf({ config, sample }: Setting): Level[] {
  const numbers = sample.height * sample.width * sample.channels;
  const even = sample.height % 2 === 0 && sample.width % 2 === 0;
  if (!even || numbers < 16) {
    if (numbers > LARGEST_POINT || numbers < 2) {
      throw new UsageError(
        `normalizing_flow halves pictures: ${sample.height}×${sample.width} can't be halved; give ` +
          "the data an even `size`",
      );
    }
    return [{ height: 1, width: 1, channels: numbers, onward: 0, squeezes: false }];
  }
  const levels: Level[] = [];
  let { height, width } = sample;
  let channels: number = sample.channels;
  while (levels.length < config.levels && height % 2 === 0 && width % 2 === 0) {
    [height, width, channels] = [height / 2, width / 2, 4 * channels];
    const last = levels.length === config.levels - 1 || height % 2 !== 0 || width % 2 !== 0;
    levels.push({ height, width, channels, onward: last ? 0 : channels >> 1, squeezes: true });
    channels >>= 1;
  }
  return levels;
}

/** Fresh parameters: a rotation of the channels a step and nothing else. */
export function initParameters(key: Key, setting: Setting): Parameters {
  const { config } = setting;
  return {
    levels: levelsOf(setting).map(({ height, width, channels }, l) => {
      const own = fold(key, `level ${l}`);
      const point = height * width === 1;
      return {
        mixing: initMixing(fold(own, "mixing"), { steps: config.steps, channels }),
        couplings: Array.from(
          { length: config.steps },
          (_, k) => initCoupling(fold(own, `coupling ${k}`), { channels, point, config }),
        ),
      };
    }),
  };
}

/** f: pictures on the line to normals z [B, D], and ln|det ∂z/∂h| a picture. */
export function forward(
  p: Parameters,
  h_BHWC: tf.Tensor4D,
  setting: Setting,
): { z_BD: tf.Tensor2D; logDet_B: tf.Tensor1D } {
  const B = h_BHWC.shape[0];
  const done: tf.Tensor2D[] = [];
  const volumes: tf.Tensor[] = [];
  let x_BHWC = h_BHWC;
  levelsOf(setting).forEach((level, l) => {
    const { mixing, couplings } = p.levels[l];
    x_BHWC = level.squeezes ? spaceToDepth(x_BHWC) : tf.reshape(x_BHWC, [B, 1, 1, level.channels]);
    mixesOf(mixing).forEach((m, k) => {
      const mixed = mix(m, x_BHWC);
      const coupled = couple(couplings[k], mixed.y_BHWC, setting.config);
      x_BHWC = coupled.y_BHWC;
      volumes.push(tf.add(coupled.logDet_B, mixed.logDet));
    });
    const { channels, onward } = level;
    if (onward === 0) done.push(tf.reshape(x_BHWC, [B, -1]));
    else {
      const [on, off] = tf.split(x_BHWC, [onward, channels - onward], 3) as tf.Tensor4D[];
      done.push(tf.reshape(off, [B, -1]));
      x_BHWC = on;
    }
  });
  return {
    z_BD: (done.length === 1 ? done[0] : tf.concat(done, 1)) as tf.Tensor2D,
    logDet_B: tf.addN(volumes) as tf.Tensor1D,
  };
}

/** f⁻¹: normals z [B, D] to pictures on the line. */
export function inverse(p: Parameters, z_BD: tf.Tensor2D, setting: Setting): tf.Tensor4D {
  const B = z_BD.shape[0];
  const { sample } = setting;
  const levels = levelsOf(setting);
  const sizes = levels.map(({ height, width, channels, onward }) =>
    height * width * (channels - onward)
  );
  const parts = levels.length === 1 ? [z_BD] : tf.split(z_BD, sizes, 1) as tf.Tensor2D[];
  let x_BHWC: tf.Tensor4D | undefined;
  for (let l = levels.length - 1; l >= 0; l--) {
    const { height, width, channels, onward, squeezes } = levels[l];
    const off = tf.reshape(parts[l], [B, height, width, channels - onward]) as tf.Tensor4D;
    let y_BHWC: tf.Tensor4D = x_BHWC === undefined ? off : tf.concat([x_BHWC, off], 3);
    const { mixing, couplings } = p.levels[l];
    const mixes = mixesOf(mixing);
    for (let k = mixes.length - 1; k >= 0; k--) {
      y_BHWC = unmix(mixes[k], uncouple(couplings[k], y_BHWC, setting.config));
    }
    x_BHWC = squeezes
      ? depthToSpace(y_BHWC)
      : tf.reshape(y_BHWC, [B, sample.height, sample.width, sample.channels]);
  }
  return x_BHWC!;
}

/** Numbers of a picture, D. */
export function numbersOf({ sample }: Setting): number {
  return sample.height * sample.width * sample.channels;
}
