import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  decodeStep,
  emptyCache,
  initTransformer,
  rowsFor,
  type Transformer,
  transformer,
  type TransformerOptions,
} from "../../src/backbones/transformer.ts";
import { leaves, type TensorTree } from "../../src/engine/tree.ts";
import { softmaxCrossEntropy } from "../../src/nn/mod.ts";
import { hostIntegers, hostKey } from "../../src/random/host/host.ts";
import { modelSettings } from "../../src/proof/peers/models.ts";
import { close, float32, law } from "../law.ts";
import { assertGradient, awake } from "./gradient_check.ts";
import { key } from "../families/small.ts";
import { value, values } from "../families/on_engine.ts";

const small: TransformerOptions = { vocabulary: 7, context: 6, layers: 2, width: 8, heads: 2 };

/** Every leaf moved a little, so that the head, which starts at zero, takes part. */
const awakeOf = (seed: number, options = small): Transformer =>
  awake(initTransformer(key("transformer", seed), options), 0.3);

function tokensOf(seed: number, [batch, length]: [number, number]): tf.Tensor2D {
  const drawn = hostIntegers(hostKey(seed, "tokens"), batch * length, small.vocabulary);
  return tf.tensor2d(Int32Array.from(drawn), [batch, length], "int32");
}

const seed = fc.nat(1000);

law(
  "decoding with a cache is the full forward pass, at every position, however many rows are seen",
  {
    source: "definition",
    given: {
      seed,
      batch: fc.integer({ min: 1, max: 3 }),
      heads: fc.constantFrom(1, 2, 4),
      beyond: fc.integer({ min: 1, max: 6 }),
    },
    holds: async ({ seed, batch, heads, beyond }) => {
      const options = { ...small, heads };
      const length = small.context;
      const full = await values(() =>
        transformer(awakeOf(seed, options), tokensOf(seed, [batch, length]), options)
      );
      const stepwise = await values(() => {
        const params = awakeOf(seed, options);
        const columns = tf.unstack(tokensOf(seed, [batch, length]), 1) as tf.Tensor1D[];
        let cache = emptyCache(batch, options);
        const logits = columns.map((token_B, pos) => {
          const step = decodeStep(params, cache, {
            ...options,
            token_B,
            pos: tf.scalar(pos, "int32"),
            rows_S: tf.range(0, Math.min(length, pos + beyond), 1, "int32"),
          });
          cache = step.cache;
          return step.logits_BK;
        });
        return tf.stack(logits, 1);
      });
      assertEquals(stepwise.length, batch * length * small.vocabulary);
      stepwise.forEach((x, i) => close(x, full[i], float32(64, 8), `logit ${i}`));
    },
    kills: ["decoding-sees-the-future", "decoding-forgets-its-position", "heads-not-merged"],
    cases: 15,
  },
);

law("the rows for a position hold it, are all at most, and are of few numbers", {
  source: "definition",
  given: { context: fc.integer({ min: 1, max: 700 }) },
  holds: ({ context }) => {
    const numbers = new Set<number>();
    for (let pos = 0; pos < context; pos++) {
      const rows = rowsFor(pos, context);
      if (rows <= pos || rows > context) return false;
      numbers.add(rows);
    }
    return numbers.size <= 1 + Math.max(0, Math.ceil(Math.log2(context / 64)));
  },
  kills: ["rows-end-before-the-position"],
  cases: 30,
});

law("a symbol changes no logits before it", {
  source: "definition",
  given: { seed, at: fc.integer({ min: 1, max: 5 }) },
  holds: async ({ seed, at }) => {
    const run = (change: number) =>
      values(() => {
        const tokens = tokensOf(seed, [1, 6]);
        const row = tf.oneHot(tf.tensor1d([at], "int32"), 6, change, 0, "int32");
        const moved = tf.mod(tf.add(tokens, row), tf.scalar(small.vocabulary, "int32"));
        return transformer(awakeOf(seed), tf.cast(moved, "int32") as tf.Tensor2D, small);
      });
    const [before, after] = [await run(0), await run(1)];
    const first = before.findIndex((x, i) => x !== after[i]);
    assertEquals(Math.floor(first / small.vocabulary), at);
  },
  kills: ["attention-is-not-causal"],
  cases: 15,
});

Deno.test("a short sequence is the start of a long one; a longer one than the context is refused", async () => {
  const logits = (length: number) =>
    values(() => transformer(awakeOf(3), tokensOf(1, [1, 6]).slice([0, 0], [1, length]), small));
  const [short, long] = [await logits(4), await logits(6)];
  short.forEach((x, i) => close(x, long[i], float32(64, 8)));
  assertThrows(
    () => tf.tidy(() => transformer(awakeOf(3), tokensOf(1, [1, 7]), small)),
    RangeError,
    "the context has 6",
  );
  assertThrows(() => initTransformer(key("x"), { ...small, heads: 3 }), RangeError, "3 heads");
});

Deno.test("a fresh transformer finds all symbols alike: its loss is ln K", async () => {
  const loss = await value(() => {
    const logits = transformer(initTransformer(key("t"), small), tokensOf(1, [2, 6]), small);
    return softmaxCrossEntropy(
      tf.reshape(logits, [-1, small.vocabulary]),
      tf.reshape(tokensOf(2, [2, 6]), [-1]) as tf.Tensor1D,
    );
  });
  close(loss, Math.log(small.vocabulary), float32(16, 2));
});

Deno.test("the transformer's gradient is its directional difference", async () => {
  const loss = (p: Transformer) =>
    softmaxCrossEntropy(
      tf.reshape(transformer(p, tokensOf(1, [2, 6]), small), [-1, small.vocabulary]),
      tf.reshape(tokensOf(2, [2, 6]), [-1]) as tf.Tensor1D,
    );
  await assertGradient({ params: () => awakeOf(5), loss, step: 2 ** -7, tolerance: 2e-3 });
});

Deno.test("the sizes that the comparison names are about 5 and 25 million parameters", () => {
  for (const [name, millions] of [["transformer-5m", 5], ["transformer-25m", 25]] as const) {
    const settings = modelSettings(name, "bench") as ReturnType<typeof modelSettings> & {
      readonly model: "transformer";
    };
    const counted = tf.tidy(() => {
      const params = initTransformer(key("size"), settings) as TensorTree;
      return leaves(params).reduce((n, [, leaf]) => n + leaf.size, 0);
    });
    close(counted / 1e6, millions, 0.05 * millions, name);
  }
});
