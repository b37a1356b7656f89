/** Laws of adaptive augmentation: linear, in the right measure, and never seen outside training. */
import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { adapt, applyPlan, drawPlan, MOST, type Plan } from "../../../src/families/gan/augment.ts";
import { gan } from "../../../src/families/gan/mod.ts";
import type { State } from "../../../src/families/gan/model.ts";
import { valueAndGrad } from "../../../src/nn/mod.ts";
import { built, key, rows, squares } from "../../families/small.ts";
import { normals, values } from "../../families/on_engine.ts";
import { close, float32, law } from "../../law.ts";

const [B, H, W, C] = [3, 8, 6, 3];
const SIZE = B * H * W * C;
const seed = fc.integer({ min: 1, max: 1e6 });

function plan(seed: number, p: number, { count = B, height = H, width = W, from = 0 } = {}): Plan {
  return drawPlan(key("augment", seed), {
    p: tf.scalar(p),
    rows_B: rows(count, from),
    height,
    width,
  });
}

const pictures = (data: number[]) => tf.tensor4d(data, [B, H, W, C]);

law("at p = 0 every picture stays as it is", {
  source: "Karras et al. 2020 (arXiv:2006.06676), section 2.1",
  given: { seed },
  kills: ["gan-augments-untouched"],
  cases: 20,
  holds: async ({ seed }) => {
    const x = normals(seed, SIZE);
    const found = await values(() => applyPlan(plan(seed, 0), pictures(x)));
    // Saturation goes by way of the mean and back.
    x.forEach((v, i) => close(found[i], v, float32(4, 8), `value ${i}`));
  },
});

law("augmentation is affine in the picture, so gradients flow through it as its transpose", {
  source: "Zhao et al. 2020 (arXiv:2006.10738), section 3.3",
  given: { seed, p: fc.constantFrom(0.3, 0.8), a: fc.double({ min: -2, max: 2, noNaN: true }) },
  cases: 20,
  holds: async ({ seed, p, a }) => {
    const [x, y, g] = [0, 1, 2].map((i) => normals(seed + i, SIZE));
    const apply = (data: number[]) => values(() => applyPlan(plan(seed, p), pictures(data)));
    const mixed = x.map((v, i) => a * v + (1 - a) * y[i]);
    const [atX, atY, atMixed] = [await apply(x), await apply(y), await apply(mixed)];
    atMixed.forEach((v, i) => {
      close(v, a * atX[i] + (1 - a) * atY[i], float32(20, 30), `value ${i}`);
    });
    const none = await apply(new Array(SIZE).fill(0));
    const back = await values(() =>
      valueAndGrad((x: tf.Tensor4D) => ({
        loss: tf.sum(tf.mul(applyPlan(plan(seed, p), x), pictures(g))) as tf.Scalar,
      }), pictures(x)).grads
    );
    const dot = (u: number[], v: number[]) => u.reduce((sum, w, i) => sum + w * v[i], 0);
    close(
      dot(atX.map((v, i) => v - none[i]), g),
      dot(x, back),
      float32(SIZE, 30),
      "⟨A x, g⟩ = ⟨x, Aᵀg⟩",
    );
  },
});

law("a row's augmentation depends on its number and the key, not on the batch around it", {
  source: "DESIGN, Randomness",
  given: { seed, p: fc.constantFrom(0.3, 0.8) },
  cases: 10,
  holds: async ({ seed, p }) => {
    const parts = (count: number, from: number) =>
      values(() => {
        const { rows_BH, columns_BW, saturation, contrast, brightness, mask } = plan(seed, p, {
          count,
          from,
        });
        const flat = [rows_BH, columns_BW, saturation, contrast, brightness, mask]
          .map((t) => tf.reshape(tf.cast(t, "float32"), [count, -1]));
        return tf.concat(flat, 1);
      });
    assertEquals([...await parts(1, 0), ...await parts(2, 1)], await parts(3, 0));
  },
});

Deno.test("law: each transformation touches a share p of pictures, shifts and flips uniformly", async () => {
  const count = 4000;
  for (const p of [0.25, MOST]) {
    const read = (of: (plan: Plan) => tf.Tensor) =>
      values(() => tf.cast(of(plan(5, p, { count, height: 16, width: 24 })), "float32"));
    const share = (flags: boolean[]) => flags.filter(Boolean).length / count;
    const expect = (found: number, p: number, what: string) =>
      close(found, p, 5 * Math.sqrt(p * (1 - p) / count), what);
    for (const which of ["saturation", "contrast"] as const) {
      expect(share((await read((plan) => plan[which])).map((v) => v !== 1)), p, which);
    }
    expect(share((await read((plan) => plan.brightness)).map((v) => v !== 0)), p, "brightness");
    // A shift by s of at most 2 of 16 pixels, 5 in all: row 8 lands where row 8 + s was.
    const rows = (await read((plan) => plan.rows_BH)).filter((_, i) => i % 16 === 8);
    for (const shift of [-2, -1, 1, 2]) {
      expect(share(rows.map((v) => v === 8 + shift)), p / 5, `shift by ${shift}`);
    }
    expect(share(rows.map((v) => v === 8)), 1 - p + p / 5, "no shift");
    const columns = await read((plan) => plan.columns_BW);
    const flipped = Array.from({ length: count }, (_, b) => columns[24 * b] > columns[24 * b + 23]);
    expect(share(flipped), p / 2, "flip");
    // Of 24 columns by at most 3; a flip puts column 11 − s where 12 + s was.
    const twelfth = columns.filter((_, i) => i % 24 === 12);
    const shifted = (s: number) => Math.abs(s) > 3 ? 0 : p / 7 + (s === 0 ? 1 - p : 0);
    for (let s = -4; s <= 3; s++) {
      const wanted = (1 - p / 2) * shifted(s) + p / 2 * shifted(-1 - s);
      expect(share(twelfth.map((v) => v === 12 + s)), wanted, `column shift by ${s}`);
    }
    const mask = await read((plan) => tf.min(plan.mask, [1, 2, 3]));
    expect(share(mask.map((v) => v === 0)), p, "cutout");
    // Two fifths of each side, where the edge takes nothing off.
    const cut = async (axis: 1 | 2) =>
      Math.max(
        ...await values(() => {
          const { mask } = plan(5, p, { count, height: 16, width: 24 });
          return tf.sum(tf.sub(1, tf.min(mask, [3 - axis, 3])), 1);
        }),
      );
    assertEquals([await cut(1), await cut(2)], [6, 10]);
  }
});

law(
  "saturation scales what a channel differs from the mean of all, contrast and brightness the rest",
  {
    source: "Zhao et al. 2020 (arXiv:2006.10738), section 3.2: colour",
    given: { seed, factors: fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(0.5, 1, 1.4))) },
    kills: ["augmentation-greys-to-red"],
    cases: 20,
    holds: async ({ seed, factors: [saturation, contrast, brightness] }) => {
      const x = normals(seed, SIZE);
      const all = (value: number) => tf.fill([B, 1, 1, 1], value);
      const found = await values(() =>
        applyPlan({
          ...plan(seed, 0),
          saturation: all(saturation),
          contrast: all(contrast),
          brightness: all(brightness),
        }, pictures(x))
      );
      x.forEach((v, i) => {
        const at = i - i % C;
        const grey = (x[at] + x[at + 1] + x[at + 2]) / C;
        const wanted = contrast * (grey + saturation * (v - grey)) + brightness;
        close(found[i], wanted, float32(12, 8), `value ${i}`);
      });
    },
  },
);

Deno.test("a shift and a flip move pixels as they say, edges repeated", async () => {
  const still = (shape: number[], value: number) => tf.fill(shape, value);
  const found = await values(() =>
    applyPlan({
      rows_BH: tf.tensor2d([[1, 2, 2]], [1, 3], "int32"),
      columns_BW: tf.tensor2d([[1, 0]], [1, 2], "int32"),
      saturation: still([1, 1, 1, 1], 1),
      contrast: still([1, 1, 1, 1], 1),
      brightness: still([1, 1, 1, 1], 0),
      mask: still([1, 3, 2, 1], 1) as tf.Tensor4D,
    }, tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 3, 2, 1]))
  );
  assertEquals(found, [4, 3, 6, 5, 6, 5]);
});

law("p moves by batch/pictures towards the target, and stays within 0 and its cap", {
  source: "Karras et al. 2020 (arXiv:2006.06676), section 3",
  given: {
    p: fc.oneof(fc.double({ min: 0, max: MOST, noNaN: true }), fc.constantFrom(0, MOST)),
    sign: fc.double({ min: -1, max: 1, noNaN: true }),
    realSign: fc.double({ min: -1, max: 1, noNaN: true }),
    target: fc.constantFrom(0.3, 0.6),
  },
  kills: ["gan-adapt-wrong-way", "gan-adapt-without-cap"],
  cases: 60,
  holds: async ({ p, sign, realSign, target }) => {
    const [batch, pictures] = [32, 320];
    const [next, mean] = await values(() => {
      const found = adapt({ p: tf.scalar(p), sign: tf.scalar(sign) }, {
        realSign: tf.scalar(realSign),
        batch,
        target,
        pictures,
      });
      return tf.stack([found.p, found.sign]);
    });
    const running = sign + (realSign - sign) / 4;
    close(mean, running, float32(4), "running mean of r_t");
    fc.pre(Math.abs(running - target) >= 1e-5);
    const wanted = p + Math.sign(running - target) * batch / pictures;
    close(next, Math.min(MOST, Math.max(0, wanted)), float32(4), "p");
  },
});

law("what is sampled, decoded and scored never sees the augmentation", {
  source: "Karras et al. 2020 (arXiv:2006.06676), section 2",
  given: {
    seed: fc.integer({ min: 1, max: 1000 }),
    form: fc.constantFrom("dcgan", "stylegan2", "sngan"),
  },
  kills: ["gan-augmentation-leaks-into-scores", "gan-augmentation-leaks-into-samples"],
  cases: 4,
  holds: async ({ seed, form }) => {
    const model = built(gan, { form, width: 8, latent: 4, augment: "adaptive" });
    const look = (p: number) =>
      values(() => {
        const fresh = model.init(key("init", seed)) as unknown as State;
        const state = {
          ...fresh,
          augmentation: { p: tf.scalar(p), sign: tf.scalar(0) },
        } as unknown as ReturnType<typeof model.init>;
        const inputs = {
          x_BHWC: squares(3),
          rows_B: rows(3),
          z_BZ: tf.tensor2d(normals(seed, 12), [3, 4]),
        };
        const of = (program: string, output: string) =>
          tf.reshape(model.programs[program](state, inputs, key("look"))[1][output] as tf.Tensor, [
            -1,
          ]);
        return tf.concat([of("sample", "x_BHWC"), of("decode", "x_BHWC"), of("score", "logit_B")]);
      });
    assertEquals(await look(MOST), await look(0));
  },
});

Deno.test("training does see the augmentation", async () => {
  const model = built(gan, { form: "stylegan2", width: 8, latent: 4 });
  const loss = (p: number) =>
    values(() => {
      const fresh = model.init(key("init")) as unknown as State;
      const state = {
        ...fresh,
        augmentation: { p: tf.scalar(p), sign: tf.scalar(0) },
      } as unknown as ReturnType<typeof model.init>;
      const inputs = { x_BHWC: squares(4), rows_B: rows(4) };
      return tf.stack(
        ["loss", "discriminator_loss"].map((name) =>
          model.programs.train(state, inputs, key("step"))[1][name] as tf.Scalar
        ),
      );
    });
  const [none, much] = [await loss(0), await loss(MOST)];
  none.forEach((v, i) => assertNotEquals(much[i], v));
});
