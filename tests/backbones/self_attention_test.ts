import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  initSelfAttention,
  type SelfAttention,
  selfAttention,
} from "../../src/backbones/self_attention.ts";
import { normal } from "../../src/random/key.ts";
import { values } from "../families/on_engine.ts";
import { awake } from "./gradient_check.ts";
import { key } from "../families/small.ts";
import { close, law } from "../law.ts";

/** Every leaf moved a little: what starts at zero takes part, and no position is overlooked. */
const awakeOf = (channels: number): SelfAttention =>
  awake(initSelfAttention(key("attention"), channels), 0.05);

law("self-attention: positions in another order come out in that order", {
  source: "Lee et al. 2019, Set Transformer (arXiv:1810.00825), property 1",
  given: {
    height: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 2, max: 5 }),
    channels: fc.constantFrom(8, 64, 96),
    seed: fc.nat(1000),
  },
  cases: 12,
  holds: async ({ height, width, channels, seed }) => {
    const count = height * width;
    const order = Array.from({ length: count }, (_, i) => i)
      .sort((a, b) => ((a * 7919 + seed) % 101) - ((b * 7919 + seed) % 101));
    const shape = [2, height, width, channels] as const;
    const through = (moved: boolean) =>
      values(() => {
        const x_BHWC = normal(key("x", seed), [...shape]) as tf.Tensor4D;
        const put = (y: tf.Tensor) => {
          const y_BTC = tf.reshape(y, [2, count, channels]);
          return tf.reshape(tf.gather(y_BTC, tf.tensor1d(order, "int32"), 1), [...shape]);
        };
        const p = awakeOf(channels);
        return moved ? selfAttention(p, put(x_BHWC) as tf.Tensor4D) : put(selfAttention(p, x_BHWC));
      });
    const [after, before] = [await through(false), await through(true)];
    after.forEach((v, i) => close(before[i], v, 1e-4, `number ${i}`));
  },
});

Deno.test("self-attention: every position hears of every other, however far", async () => {
  const channels = 64;
  // Two channels of a group change places at one position: what normalises stays as it is, so that
  // other positions can hear of it by attention alone.
  const swapped = [1, 0, ...Array.from({ length: channels - 2 }, (_, c) => c + 2)];
  const heard = (place: number) =>
    values(() => {
      const x = normal(key("x"), [1, 4, 4, channels]) as tf.Tensor4D;
      const dot = tf.reshape(tf.oneHot(tf.tensor1d([place], "int32"), 16), [1, 4, 4, 1]);
      const moved = tf.where(tf.cast(dot, "bool"), tf.gather(x, swapped, 3), x) as tf.Tensor4D;
      const p = awakeOf(channels);
      return tf.sum(tf.square(tf.sub(selfAttention(p, moved), selfAttention(p, x))), 3);
    });
  for (const place of [0, 6, 15]) {
    assertEquals((await heard(place)).every((change) => change > 1e-8), true, `${place}`);
  }
});
