import { assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  causalSight,
  decoder,
  type DecoderParameters,
  type DecoderShape,
  documentSight,
} from "../../../src/backbones/mod.ts";
import { attend, type Projected } from "../../../src/backbones/decoder/forward.ts";
import { rotaryFrequencies, rotate, turnsOf } from "../../../src/backbones/decoder/rotary.ts";
import { windowLogits } from "../../../src/families/language/model.ts";
import { windowNats } from "../../../src/families/language/objective.ts";
import type { TensorTree } from "../../../src/engine/tree.ts";
import { assertGradient } from "../../backbones/gradient_check.ts";
import {
  FORMS,
  integers,
  parametersOf,
  settingOf,
  stepwiseLogits,
  tokensOf,
  windowsOf,
} from "../../families/language/small.ts";
import { normals, values } from "../../families/on_engine.ts";
import { close, float32, law } from "../../law.ts";

const seed = fc.nat(1000);
const form = fc.constantFrom(...FORMS);
const TOLERANCE = float32(400, 8);

function allClose(found: readonly number[], expected: readonly number[], what: string) {
  assertEquals(found.length, expected.length, what);
  found.forEach((v, i) => close(v, expected[i], TOLERANCE, `${what} ${i}`));
}

law("a pair of numbers turns by the position's angle, as Hugging Face's rotate_half has it", {
  source: "Su et al. 2021 (arXiv:2104.09864), eq. 15; transformers' modeling_llama",
  given: { seed, base: fc.constantFrom(100, 10_000), headWidth: fc.constantFrom(2, 4, 6) },
  cases: 20,
  kills: ["rotary-base-by-pairs", "rotary-halves-exchanged"],
  holds: async ({ seed, base, headWidth }) => {
    const shape = { ...settingOf().shape, headWidth, rotary: { base } };
    const length = 5, x = normals(seed, 2 * length * headWidth);
    const found = await values(() =>
      rotate(tf.tensor(x, [2, length, headWidth]) as tf.Tensor3D, turnsOf(shape, length))
    );
    const half = headWidth / 2;
    x.forEach((v, at) => {
      const d = at % headWidth, t = Math.floor(at / headWidth) % length, i = d % half;
      const angle = t / base ** (2 * i / headWidth);
      const other = d < half ? -x[at + half] : x[at - half];
      close(
        found[at],
        v * Math.cos(angle) + other * Math.sin(angle),
        float32(4, 4),
        `number ${at}`,
      );
    });
  },
});

law("Llama 3's scaling leaves short waves, stretches long ones, and joins the two", {
  source: "Llama 3.1 (arXiv:2407.21783); transformers' _compute_llama3_parameters",
  given: {
    factor: fc.constantFrom(2, 8, 32),
    original: fc.constantFrom(64, 8192),
    headWidth: fc.constantFrom(16, 64),
  },
  cases: 10,
  kills: ["rotary-scaling-share-reversed"],
  holds: ({ factor, original, headWidth }) => {
    const scaling = {
      kind: "llama3",
      factor,
      lowFrequency: 1,
      highFrequency: 4,
      original,
    } as const;
    const base = { ...settingOf().shape, headWidth, rotary: { base: 500_000 } };
    const plain = rotaryFrequencies(base);
    const scaled = rotaryFrequencies({ ...base, rotary: { base: 500_000, scaling } });
    plain.forEach((frequency, i) => {
      const wave = 2 * Math.PI / frequency;
      const smooth = (original / wave - 1) / 3;
      const expected = wave < original / 4
        ? frequency
        : wave > original
        ? frequency / factor
        : (1 - smooth) * frequency / factor + smooth * frequency;
      close(scaled[i], expected, 1e-12 * frequency, `frequency ${i}`);
    });
    const linear = rotaryFrequencies({
      ...base,
      rotary: { base: 500_000, scaling: { kind: "linear", factor } },
    });
    linear.forEach((frequency, i) => close(frequency * factor, plain[i], 1e-12, `linear ${i}`));
  },
});

law("what is said of a token hangs on those before it alone, and on all of these", {
  source: "definition",
  given: { seed, form, at: fc.integer({ min: 1, max: 6 }) },
  cases: 12,
  kills: ["language-sees-one-ahead"],
  holds: async ({ seed, form, at }) => {
    const setting = settingOf({ form, keyValueHeads: 1 }), { shape } = setting;
    const tokens = tokensOf(seed, [1, 8]);
    const other = tokens.slice();
    other[at] = (other[at] + 1) % 6;
    const logits = (row: Int32Array) =>
      values(() => windowLogits(parametersOf(shape, seed), integers(row, [1, 8]), setting));
    const [one, two] = [await logits(tokens), await logits(other)];
    const from = at * shape.vocabulary;
    assertEquals(two.slice(0, from), one.slice(0, from));
    for (let t = at; t < 8; t++) {
      const span: [number, number] = [t * shape.vocabulary, (t + 1) * shape.vocabulary];
      assertNotEquals(two.slice(...span), one.slice(...span), `position ${t}`);
    }
  },
});

law("queries in blocks find what they find one by one, and send the same gradient back", {
  source: "Vaswani et al. 2017 (arXiv:1706.03762), eq. 1",
  given: { seed, length: fc.constantFrom(64, 65, 130), packed: fc.boolean() },
  cases: 12,
  kills: ["attention-block-sees-a-key-less", "attention-block-masked-as-the-first"],
  holds: async ({ seed, length, packed }) => {
    const batch = 2, heads = 2, d = 4, n = batch * heads;
    const tokens = integers(tokensOf(seed, [batch, length]), [batch, length]);
    const { mask } = packed ? documentSight(tokens, 0) : causalSight(length);
    const of = (i: number, rows: number) =>
      tf.tensor(normals(seed + i, rows * length * d), [rows, length, d]) as tf.Tensor3D;
    const inputs = [of(1, n), of(2, batch), of(3, batch)], weight = of(4, n);
    const grads = (by: typeof attend) =>
      tf.grads((q_NTD, k_MTD, v_MTD) =>
        tf.sum(tf.mul(weight, by({ q_NTD, k_MTD, v_MTD } as Projected, mask)))
      )(inputs);
    const all = (by: typeof attend) => () => {
      const [q_NTD, k_MTD, v_MTD] = inputs;
      return tf.concat([by({ q_NTD, k_MTD, v_MTD }, mask), ...grads(by)]);
    };
    allClose(await values(all(attend)), await values(all(oneByOne)), `${length}`);
    tf.dispose([tokens, mask, weight, ...inputs]);
  },
});

/** `attend` without blocks: all products with all keys, masked. */
function oneByOne({ q_NTD, k_MTD, v_MTD }: Projected, mask: tf.Tensor): tf.Tensor3D {
  const [n, t, d] = q_NTD.shape, groups = n / k_MTD.shape[0];
  const each = (x: tf.Tensor3D) =>
    tf.reshape(tf.stack(Array(groups).fill(x), 1), [n, t, d]) as tf.Tensor3D;
  const scores = tf.div(tf.matMul(q_NTD, each(k_MTD), false, true), Math.sqrt(d));
  const rows = mask.rank === 4 ? mask.shape[0] : 1;
  const shares = tf.softmax(tf.add(tf.reshape(scores, [rows, n / rows, t, t]), mask));
  return tf.matMul(tf.reshape(shares, [n, t, t]) as tf.Tensor3D, each(v_MTD));
}

law("packed documents are told as each alone, and another one's tokens leave mine untouched", {
  source: "definition",
  given: { seed, form, first: fc.integer({ min: 1, max: 6 }) },
  cases: 12,
  kills: ["packed-neighbours-visible", "packed-places-not-restarted"],
  holds: async ({ seed, form, first }) => {
    const setting = settingOf({ form, keyValueHeads: 1 }), { shape, tokenizer } = setting;
    const tokens = tokensOf(seed, [1, 8]);
    tokens[0] = tokens[first] = tokenizer.separator;
    const logits = (row: Int32Array) =>
      values(() =>
        windowLogits(parametersOf(shape, seed), integers(row, [1, row.length]), setting)
      );
    const packed = await logits(tokens), cut = first * shape.vocabulary;
    allClose(packed.slice(0, cut), await logits(tokens.slice(0, first)), "first document");
    allClose(packed.slice(cut), await logits(tokens.slice(first)), "second document");
    const other = tokens.slice();
    for (let t = 1; t < first; t++) other[t] = (other[t] + 2) % 6;
    assertEquals((await logits(other)).slice(cut), packed.slice(cut));
  },
});

law("heads that share keys are heads with copies of them", {
  source: "Ainslie et al. 2023 (arXiv:2305.13245)",
  given: { seed, groups: fc.constantFrom(1, 2) },
  cases: 8,
  kills: ["queries-of-another-group"],
  holds: async ({ seed, groups }) => {
    const { shape } = settingOf({ heads: 4, keyValueHeads: groups, headWidth: 2 });
    const whole: DecoderShape = { ...shape, keyValueHeads: 4 };
    const tokens = () => integers(tokensOf(seed, [2, 6]), [2, 6]);
    const copied = (p: DecoderParameters): DecoderParameters => ({
      ...p,
      layers: p.layers.map((layer) => {
        const copy = (weight: tf.Tensor2D) => {
          const by_WKD = tf.reshape(weight, [shape.width, groups, 1, shape.headWidth]);
          const all = tf.tile(by_WKD, [1, 1, 4 / groups, 1]);
          return { weight: tf.reshape(all, [shape.width, -1]) as tf.Tensor2D };
        };
        return { ...layer, key: copy(layer.key.weight!), value: copy(layer.value.weight!) };
      }),
    });
    const shared = await values(() => decoder(parametersOf(shape, seed), tokens(), { shape }));
    const full = await values(() =>
      decoder(copied(parametersOf(shape, seed)), tokens(), { shape: whole })
    );
    allClose(shared, full, "logit");
  },
});

law("decoding with a cache is the full pass, whatever stands left of a row's beginning", {
  source: "definition",
  given: {
    seed,
    form,
    keyValueHeads: fc.constantFrom(1, 2),
    left: fc.integer({ min: 0, max: 3 }),
    prompt: fc.integer({ min: 1, max: 5 }),
    beyond: fc.integer({ min: 0, max: 4 }),
  },
  cases: 16,
  kills: [
    "language-cache-row-off-by-one",
    "decoding-sees-left-of-the-beginning",
    "decoding-places-from-the-first-column",
    "prompt-sees-left-of-the-beginning",
  ],
  holds: async ({ seed, form, keyValueHeads, left, prompt, beyond }) => {
    const { shape } = settingOf({ form, keyValueHeads });
    const length = 8, batch = 2, columns = 12;
    const tokens = tokensOf(seed, [batch, length]);
    const full = await values(() =>
      decoder(parametersOf(shape, seed), integers(tokens, [batch, length]), { shape })
    );
    const stepwise = await values(() =>
      stepwiseLogits(parametersOf(shape, seed), integers(tokens, [batch, length]), {
        shape,
        prompt,
        left,
        columns,
        seen: (pos) => Math.min(columns, pos + 1 + beyond),
      })
    );
    const rows = Array.from(
      { length: batch },
      (_, b) =>
        full.slice(
          (b * length + prompt - 1) * shape.vocabulary,
          (b + 1) * length * shape.vocabulary,
        ),
    );
    allClose(stepwise, rows.flat(), "logit");
  },
});

for (const form of FORMS) {
  law(`${form}: the gradient is the loss's slope, and reaches every parameter`, {
    source: "definition",
    given: { seed: fc.nat(100) },
    cases: 1,
    kills: form === "llama" ? ["token-gradient-without-one-hot"] : [],
    holds: async ({ seed }) => {
      const setting = settingOf({ form, keyValueHeads: 1, tied: form !== "gpt2" });
      const windows = windowsOf(seed, 2, setting);
      windows[4] = setting.tokenizer.separator;
      windows.fill(-1, 15, 18);
      await assertGradient({
        params: () => parametersOf(setting.shape, seed, 0.3) as unknown as TensorTree,
        loss: (p) =>
          windowNats(p as unknown as DecoderParameters, integers(windows, [2, 9]), setting),
        step: 0.004,
        tolerance: 2e-3,
      });
    },
  });
}
