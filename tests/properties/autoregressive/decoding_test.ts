import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { neighboursAt } from "../../../src/families/autoregressive/ordering/neighbours.ts";
import {
  emptyPatch,
  pixelMixture,
  pixelwise,
} from "../../../src/families/autoregressive/networks/patch_model.ts";
import { pyramid } from "../../../src/families/autoregressive/ordering/levels.ts";
import {
  conditioningOf,
  given,
  type LevelModel,
  levelModels,
  type LevelParameters,
  mixtures,
  type Setting,
} from "../../../src/families/autoregressive/model.ts";
import { countsOf, toPatches } from "../../../src/families/autoregressive/ordering/patches.ts";
import { centred } from "../../../src/families/common/pixels.ts";
import { close, float32, law } from "../../law.ts";
import { parameters, picture, said, settings } from "../../families/autoregressive/small.ts";
import { values } from "../../families/on_engine.ts";

for (const [name, setting] of Object.entries(settings)) {
  law(`${name}: decoding with a cache is the full pass, at every pixel`, {
    source: "definition; Ramachandran et al. 2017 (arXiv:1704.06001)",
    given: { seed: fc.nat(1000) },
    cases: 2,
    kills: [
      "decoding-cache-off-by-one",
      "vertical-cache-of-the-wrong-row",
      "left-cache-not-emptied",
      "pixel-weights-not-masked",
      "stem-sees-across-the-edge",
      "neighbour-of-the-row-below",
    ],
    holds: async ({ seed }) => {
      const batch = 2;
      const full = await values(() =>
        said(
          mixtures(parameters(setting, seed), { x_BHWC: picture(setting, seed, batch) }, setting),
        )
      );
      const stepwise = await values(() => decoded(setting, seed, batch));
      assertEquals(stepwise.length, full.length);
      const size = Math.max(...full.map(Math.abs));
      full.forEach((v, i) => close(stepwise[i], v, float32(400, size), `number ${i}`));
    },
  });
}

/** What decoding says of all pixels, level by level, where a picture is drawn: as `said`. */
function decoded(setting: Setting, seed: number, batch: number): tf.Tensor2D {
  const all = levelModels(setting);
  const params = parameters(setting, seed);
  const pictures = pyramid(
    centred(picture(setting, seed, batch)),
    all.map(({ level }) => level),
  );
  const levels = all.map((parts, l) =>
    decodedLevel(params.levels[l], {
      x_BHWC: pictures[l],
      known_BhwC: pictures[l - 1],
      parts,
      setting,
    })
  );
  return tf.concat(levels, 0) as tf.Tensor2D;
}

function decodedLevel(
  params: LevelParameters,
  { x_BHWC, known_BhwC, parts, setting }: {
    x_BHWC: tf.Tensor4D;
    known_BhwC?: tf.Tensor4D;
    parts: LevelModel;
    setting: Setting;
  },
): tf.Tensor2D {
  const { level: { patches }, trunk, head } = parts;
  const { T, P } = countsOf(patches);
  const [batch, , , C] = x_BHWC.shape;
  const weights = pixelwise(params.head, { pixels: P, channels: C });
  const beside = { known_BhwC, batch };
  const { told_BTW, near_BTN } = conditioningOf(params, beside, { parts, setting });
  const whole = tf.reshape(toPatches(x_BHWC, patches), [batch, T * P, C]) as tf.Tensor3D;
  const scalar = (n: number) => tf.scalar(n, "int32");
  /** The picture as far as it is drawn, and nonsense behind. */
  const drawn = (count: number, behind: number) =>
    (count === 0 ? tf.fill([batch, T * P, C], behind) : tf.concat([
      tf.slice(whole, [0, 0, 0], [batch, count, C]),
      tf.fill([batch, T * P - count, C], behind),
    ], 1)) as tf.Tensor3D;
  let cache = trunk.empty(batch);
  let patch = emptyPatch(batch, head);
  const found: tf.Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const [row, column] = [Math.floor(t / patches.columns), t % patches.columns];
    const place = { patch: scalar(t), row: scalar(row), column: scalar(column) };
    const x_BTF = tf.reshape(drawn(t * P, 0.7), [batch, T, P * C]) as tf.Tensor3D;
    const input = { x_BTF, told_BTW, place };
    if (column === 0 && trunk.row) cache = trunk.row(params.trunk, cache, input);
    const around_BG = neighboursAt(x_BTF, place, patches);
    const step = trunk.step(params.trunk, cache, { ...input, around_BG });
    cache = step.cache;
    const near_BN = near_BTN === undefined
      ? undefined
      : tf.reshape(tf.slice(near_BTN, [0, t, 0], [batch, 1, -1]), [batch, -1]) as tf.Tensor2D;
    for (let pixel = 0; pixel < P; pixel++) {
      const next = pixelMixture(weights, patch, {
        x_NPC: tf.slice(drawn(t * P + pixel, -0.3), [0, t * P, 0], [batch, P, C]),
        given_NG: given(around_BG, near_BN),
        state_NW: step.state_BW,
        pixel: scalar(pixel),
      });
      patch = next.cache;
      found.push(said(next.numbers));
    }
  }
  return tf.reshape(tf.stack(found, 1), [batch * T * P, -1]);
}
