import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import {
  levelsOf,
  pyramid,
  toldMask,
  toldPixels,
} from "../../../src/families/autoregressive/ordering/levels.ts";
import { initParameters, mixtures } from "../../../src/families/autoregressive/model.ts";
import {
  countsOf,
  fromPatches,
  insidePicture,
  patchesOf,
  toPatches,
} from "../../../src/families/autoregressive/ordering/patches.ts";
import { close, float32, law } from "../../law.ts";
import { orderOf, settingOf } from "../../families/autoregressive/small.ts";
import { values } from "../../families/on_engine.ts";
import { key } from "../../families/small.ts";

law("patches and back is the picture, and pixels beyond it are marked", {
  source: "definition",
  given: {
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom(1 as const, 3 as const),
    side: fc.integer({ min: 1, max: 4 }),
  },
  cases: 40,
  kills: ["patches-mix-rows"],
  holds: async ({ height, width, channels, side }) => {
    const patches = patchesOf({ height, width, channels }, side);
    const { T, P } = countsOf(patches);
    const x = Array.from({ length: 2 * height * width * channels }, (_, i) => i + 1);
    const shape: [number, number, number, number] = [2, height, width, channels];
    const back = await values(() =>
      fromPatches(toPatches(tf.tensor4d(x, shape), patches), patches)
    );
    assertEquals(back, x);
    const told = await values(() => toPatches(tf.tensor4d(x, shape), patches));
    const inside = await values(() => insidePicture(patches) ?? tf.ones([T, P]));
    assertEquals(toldPixels({ patches, upper: false, width: 1 }).flat(), inside);
    told.forEach((v, i) => assertEquals(v !== 0, inside[Math.floor(i / channels) % (T * P)] === 1));
    // The second pixel of the first patch is the first one's right neighbour, where there is one.
    if (patches.width > 1) assertEquals(told[channels], 1 + channels);
  },
});

law("levels tell every pixel once, each upper one what lies between the known", {
  source: "definition",
  given: {
    height: fc.integer({ min: 1, max: 20 }),
    width: fc.integer({ min: 1, max: 20 }),
    levels: fc.integer({ min: 1, max: 4 }),
    patch: fc.integer({ min: 1, max: 4 }),
  },
  cases: 40,
  kills: ["known-pixels-told-again"],
  holds: async ({ height, width, levels, patch }) => {
    const setting = settingOf({ levels, patch }, [height, width, 1]);
    const order = orderOf(setting);
    assertEquals(order.some((number) => number < 0), false);
    assertEquals(new Set(order).size, order.length);
    const all = levelsOf(setting.sample, setting.config);
    const least = Math.min(all[0].patches.sample.height, all[0].patches.sample.width);
    if (all.length > 1 && least < 4) throw new Error(`a level with a side of ${least}`);
    for (const level of all) {
      const { T, P } = countsOf(level.patches);
      const mask = await values(() => tf.mul(toldMask(level) ?? tf.ones([T, P]), tf.ones([T, P])));
      assertEquals(mask, toldPixels(level).flat());
    }
    // The pixels of a level are those of the next one's even rows and columns.
    const seen = await values(() => {
      const x = tf.reshape(tf.range(0, height * width), [1, height, width, 1]) as tf.Tensor4D;
      return pyramid(x, all)[0];
    });
    const stride = 2 ** (all.length - 1);
    const columns = Math.ceil(width / stride);
    seen.forEach((v, i) =>
      assertEquals(v, stride * Math.floor(i / columns) * width + stride * (i % columns))
    );
  },
});

law("a fresh model guesses a pixel by the mean of the nearest pixels that it knows", {
  source: "definition",
  given: {
    grey: fc.double({ min: 0.3, max: 0.7, noNaN: true }),
    slopes: fc.tuple(fc.constantFrom(-0.02, 0.013), fc.constantFrom(0, 0.01)),
    channels: fc.constantFrom(1 as const, 3 as const),
    patch: fc.constantFrom(1, 2),
  },
  cases: 8,
  kills: ["guess-of-the-wrong-pixel", "known-pixels-out-of-place"],
  holds: async ({ grey, slopes: [down, right], channels, patch }) => {
    const [height, width] = [10, 8];
    const setting = settingOf({ levels: 2, patch, layers: 1 }, [height, width, channels]);
    const order = orderOf(setting);
    const at = (i: number) => grey + down * Math.floor(i / width) + right * (i % width);
    const x = Array.from(
      { length: height * width * channels },
      (_, i) => at(Math.floor(i / channels)),
    );
    const guesses = await values(() => {
      const x_BHWC = tf.tensor4d(x, [1, height, width, channels]);
      const params = initParameters(key("fresh"), setting);
      return tf.concat(mixtures(params, { x_BHWC }, setting).map(({ guess_NC }) => guess_NC!));
    });
    for (let i = 0; i < height * width; i++) {
      const [row, column] = [Math.floor(i / width), i % width];
      const upper = row % 2 === 1 || column % 2 === 1;
      // Between known pixels the mean is exact on a ramp, but beyond the last ones there is no other
      // side; at the first level the pixels to the left and above are two of the picture away.
      if (upper ? row === height - 1 || column === width - 1 : row === 0 || column === 0) continue;
      const expected = upper ? at(i) : (at(i - 2) + at(i - 2 * width)) / 2;
      close(guesses[order[i] * channels], expected, float32(16, 2), `pixel ${row}, ${column}`);
    }
  },
});
