import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  initUnet,
  type Unet,
  unet,
  type UnetOptions,
  unetStages,
} from "../../src/backbones/unet.ts";
import { leaves, type TensorTree } from "../../src/engine/tree.ts";
import { normal } from "../../src/random/key.ts";
import { close, law } from "../law.ts";
import { assertGradient, awake } from "./gradient_check.ts";
import { key, sample16 } from "../families/small.ts";
import { values } from "../families/on_engine.ts";

const small: UnetOptions = { sample: sample16, width: 8 };
const times = (...t: number[]) => tf.tensor1d(t);

function pictures(seed: number, count: number, { sample }: UnetOptions): tf.Tensor4D {
  const { height, width, channels } = sample;
  return normal<tf.Rank.R4>(key("pictures", seed), [count, height, width, channels]);
}

/** Every leaf moved a little, so that layers that start at zero take part. */
const awakeOf = (options = small): Unet => awake(initUnet(key("unet"), options));

law(
  "stages halve, rounding up, until no side exceeds 8; channels double up to four times the width",
  {
    source: "definition",
    given: {
      height: fc.integer({ min: 16, max: 256 }),
      width: fc.integer({ min: 16, max: 256 }),
      eighths: fc.integer({ min: 1, max: 16 }),
    },
    holds: ({ height, width, eighths }) => {
      const knob = 8 * eighths;
      const stages = unetStages({ sample: { ...sample16, height, width }, width: knob });
      let [h, w] = [height, width];
      stages.forEach((stage, i) => {
        assertEquals(stage, { height: h, width: w, channels: knob * [1, 2, 4][Math.min(i, 2)] });
        if (i < stages.length - 1 && Math.max(h, w) <= 8) throw new Error("goes on below 8");
        [h, w] = [Math.ceil(h / 2), Math.ceil(w / 2)];
      });
      const last = stages[stages.length - 1];
      if (Math.max(last.height, last.width) > 8) throw new Error(`stops at ${last.height}`);
    },
    cases: 60,
  },
);

Deno.test("sizes that don't work are errors that say which do", () => {
  const of = (height: number, width: number) => () =>
    unetStages({ sample: { ...sample16, height }, width });
  assertThrows(of(15, 8), RangeError, "16 to 256 pixels a side, got 15×16");
  assertThrows(of(16, 12), RangeError, "a multiple of 8, not 12");
});

Deno.test("a fresh U-Net says nothing; pictures of odd sides keep their shape", async () => {
  const fresh = await values(() =>
    unet(initUnet(key("u"), small), pictures(1, 2, small), times(0, 1))
  );
  assertEquals(new Set(fresh.map(Math.abs)), new Set([0]));
  const odd = { sample: { ...sample16, height: 17, width: 21 }, width: 8 };
  const shape = tf.tidy(() => unet(awakeOf(odd), pictures(1, 2, odd), times(0.1, 0.9)).shape);
  assertEquals(shape, [2, 17, 21, sample16.channels]);
});

law("each picture's output depends on its own numbers and its own time alone", {
  source: "definition",
  given: { other: fc.constantFrom(0.2, 0.8), own: fc.constantFrom(0, 0.5, 1) },
  holds: async ({ other, own }) => {
    const of = (t: number[]) =>
      values(() => {
        const x = pictures(1, t.length, small);
        return tf.slice(unet(awakeOf(), x, times(...t)), [0, 0, 0, 0], [1, -1, -1, -1]);
      });
    const [alone, beside, later] = [
      await of([own]),
      await of([own, other]),
      await of([own + 0.05, other]),
    ];
    alone.forEach((x, i) => close(x, beside[i], 1e-5 * Math.max(1, Math.abs(x))));
    const moved = Math.max(...alone.map((x, i) => Math.abs(x - later[i])));
    if (moved < 1e-3) throw new Error(`the time changes the output by ${moved} only`);
  },
  kills: ["time-not-told"],
  cases: 6,
});

Deno.test("the U-Net's gradient is its directional difference, every leaf taking part", async () => {
  const loss = (p: Unet) =>
    tf.mean(tf.square(tf.sub(unet(p, pictures(2, 2, small), times(0.3, 0.7)), 1))) as tf.Scalar;
  await assertGradient({ params: () => awakeOf(), loss, step: 2 ** -9, tolerance: 5e-3 });
});

Deno.test("the size that the comparison names is about 5 million parameters", () => {
  const options = {
    sample: { ...sample16, height: 32, width: 32, channels: 3 as const },
    width: 48,
  };
  const counted = tf.tidy(() =>
    leaves(initUnet(key("size"), options) as TensorTree).reduce((n, [, leaf]) => n + leaf.size, 0)
  );
  close(counted / 1e6, 5, 0.25, "millions");
});
