/** Small autoregressive models whose every pixel can be looked at. */
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { config } from "../../../src/families/autoregressive/config.ts";
import { levelsOf, toldPixels } from "../../../src/families/autoregressive/ordering/levels.ts";
import {
  initParameters,
  type Parameters,
  type Setting,
} from "../../../src/families/autoregressive/model.ts";
import type { MixtureNumbers } from "../../../src/nn/logistic_mixture.ts";
import { normal, uniform } from "../../../src/random/key.ts";
import { key } from "../small.ts";

const small = {
  width: 8,
  heads: 2,
  units: 4,
  components: 2,
  headLayers: 2,
  knownBlocks: 1,
  levels: 1,
};

/** Settings whose every pixel can be looked at; sides that the patch doesn't divide among them. */
export function settingOf(c: Record<string, unknown>, size: [number, number, 1 | 3]): Setting {
  const [height, width, channels] = size;
  return {
    config: config.parse({ ...small, ...c }),
    sample: { height, width, channels },
    conditions: [],
    values: 256,
  };
}

export const settings: Record<string, Setting> = {
  "pixelcnn, pixel by pixel": settingOf({ form: "pixelcnn", patch: 1, layers: 4 }, [4, 5, 3]),
  "pixelcnn, patches of 2²": settingOf({ form: "pixelcnn", patch: 2, layers: 3 }, [5, 6, 1]),
  "pixelcnn, one row": settingOf({ form: "pixelcnn", patch: 1, layers: 2 }, [1, 3, 1]),
  "transformer, pixel by pixel": settingOf({ form: "transformer", patch: 1, layers: 1 }, [4, 3, 3]),
  "transformer, patches of 2²": settingOf({ form: "transformer", patch: 2, layers: 2 }, [5, 7, 3]),
  "transformer, one patch": settingOf({ form: "transformer", patch: 4, layers: 1 }, [1, 2, 1]),
  "pixelcnn, two levels": settingOf({ form: "pixelcnn", levels: 2, layers: 2 }, [8, 7, 1]),
  "transformer, two levels": settingOf(
    { form: "transformer", levels: 2, patch: 2, layers: 1 },
    [7, 7, 1],
  ),
};

/** Every leaf moved a little, so that what starts at zero takes part. */
export function awake<T extends TensorTree>(tree: T, seed: number): T {
  return mapTree(
    tree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.3)),
  ) as unknown as T;
}

export function parameters(setting: Setting, seed = 1): Parameters {
  return awake(initParameters(key("model", seed), setting), seed);
}

export function picture({ sample }: Setting, seed = 1, batch = 1): tf.Tensor4D {
  const { height, width, channels } = sample;
  const u = uniform(key("picture", seed), [batch, height, width, channels]);
  return tf.div(tf.round(tf.mul(u, 255)), 255) as tf.Tensor4D;
}

/** All that is said of the pixels of all levels, in the order in which they are told: [N, Q + C]. */
export function said(levels: MixtureNumbers | readonly MixtureNumbers[]): tf.Tensor2D {
  const all = Array.isArray(levels) ? levels : [levels];
  const rows = all.map(({ raw_NQ, guess_NC }) => tf.concat([raw_NQ, guess_NC!], 1));
  return (rows.length === 1 ? rows[0] : tf.concat(rows, 0)) as tf.Tensor2D;
}

/**
 * For each of the picture's pixels, by row and column: its row of `said`. Known ones of an upper level
 * and those beyond the edge are told elsewhere or nowhere.
 */
export function orderOf({ sample, config }: Setting): number[] {
  const order = new Array<number>(sample.height * sample.width).fill(-1);
  const levels = levelsOf(sample, config);
  let from = 0;
  levels.forEach((level, l) => {
    const stride = 2 ** (levels.length - 1 - l);
    const { height, width, columns } = level.patches;
    toldPixels(level).forEach((pixels, t) =>
      pixels.forEach((fresh, i) => {
        const y = stride * (Math.floor(t / columns) * height + Math.floor(i / width));
        const x = stride * ((t % columns) * width + i % width);
        const number = from++;
        if (fresh === 1) order[y * sample.width + x] = number;
      })
    );
  });
  return order;
}
