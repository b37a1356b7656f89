import fc from "fast-check";
import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { decode, encode, initDecoder, initEncoder } from "../../src/backbones/conv.ts";
import { planStages } from "../../src/backbones/plan.ts";
import { crop, depthToSpace, spaceToDepth } from "../../src/backbones/space.ts";
import { normal } from "../../src/random/key.ts";
import { close, law } from "../law.ts";
import { assertGradient, awake } from "./gradient_check.ts";
import { key, sample16 } from "../families/small.ts";
import { values } from "../families/on_engine.ts";

const side = fc.integer({ min: 1, max: 9 });

law("spaceToDepth and depthToSpace are inverse, odd sides padded below and to the right", {
  source: "definition",
  given: { height: side, width: side, channels: fc.integer({ min: 1, max: 3 }) },
  kills: ["space-to-depth-mixes-rows"],
  cases: 40,
  holds: async ({ height, width, channels }) => {
    const shape: [number, number, number, number] = [2, height, width, channels];
    const numbers = Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i + 1);
    const back = await values(() => {
      const x = tf.tensor4d(numbers, shape);
      return crop(depthToSpace(spaceToDepth(x)), { height, width });
    });
    assertEquals(back, numbers);
  },
});

Deno.test("spaceToDepth puts each 2×2 square into one cell: row, column, channel", async () => {
  const cells = await values(() =>
    spaceToDepth(tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 1]))
  );
  assertEquals(cells, [1, 2, 5, 6, 3, 4, 7, 8]);
});

law("a plan halves until no side exceeds 4, and doubles the channels as it goes", {
  source: "definition",
  given: {
    height: fc.integer({ min: 16, max: 256 }),
    width: fc.integer({ min: 16, max: 256 }),
    base: fc.integer({ min: 8, max: 128 }),
  },
  holds: ({ height, width, base }) => {
    const stages = planStages({ height, width, base });
    let [h, w] = [height, width];
    stages.forEach((stage, i) => {
      [h, w] = [Math.ceil(h / 2), Math.ceil(w / 2)];
      assertEquals([stage.height, stage.width], [h, w]);
      assertEquals(stage.channels % 8, 0);
      if (i > 0 && stage.channels < stages[i - 1].channels) throw new Error("channels fall");
    });
    const last = stages[stages.length - 1];
    if (Math.max(last.height, last.width) > 4) throw new Error(`stops at ${last.height}`);
    close(last.channels, 2 * base, 4, "channels at the last stage");
  },
});

Deno.test("a picture of another size is an error that says which sizes there are", () => {
  for (const [height, width] of [[15, 32], [32, 257]]) {
    assertThrows(
      () => planStages({ height, width, base: 16 }),
      RangeError,
      `16 to 256 pixels a side, got ${height}×${width}`,
    );
  }
});

/** Every leaf moved a little, so that layers that start at zero take part. */
Deno.test("gradients of encoder and decoder are their directional differences", async () => {
  const options = { sample: sample16, width: 8 };
  const params = () => ({
    encoder: awake(initEncoder(key("e"), { ...options, out: 3 })),
    decoder: awake(initDecoder(key("d"), { ...options, latent: 3 })),
  });
  type P = ReturnType<typeof params>;
  const loss = (p: P) => {
    const x = tf.mul(0.3, normal(key("x"), [2, 16, 16, 3])) as tf.Tensor4D;
    const weights = normal(key("w"), [2, 16, 16, 3]);
    return tf.mean(tf.mul(weights, decode(p.decoder, encode(p.encoder, x), options))) as tf.Scalar;
  };
  await assertGradient({ params, loss, step: 4e-3, tolerance: 2e-3 });
});

Deno.test("a picture's code doesn't depend on the batch around it", async () => {
  const options = { sample: sample16, width: 8 };
  const p = awake(initEncoder(key("e"), { ...options, out: 5 }));
  const x = normal<tf.Rank.R4>(key("x"), [5, 16, 16, 3]);
  const whole = await values(() => encode(p, x));
  const alone = await values(() => encode(p, tf.slice(x, [2, 0, 0, 0], [1, -1, -1, -1])));
  assertEquals(alone, whole.slice(10, 15));
});

Deno.test("a fresh decoder says mid grey: its output is zero", async () => {
  const options = { sample: sample16, width: 8 };
  const p = initDecoder(key("d"), { ...options, latent: 3 });
  const out = await values(() => decode(p, tf.ones([2, 3]), options));
  assertEquals(out.every((v) => v === 0), true);
});
