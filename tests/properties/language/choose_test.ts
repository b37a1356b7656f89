import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  chosen,
  type Draw,
  likeliest,
  ranked,
} from "../../../src/families/language/decoding/choose.ts";
import { key } from "../../families/small.ts";
import { normals, values } from "../../families/on_engine.ts";
import { close, law } from "../../law.ts";

const seed = fc.nat(1000);
const SIZE = 12;

/** Logits of one row, some of them equal. */
const logitsOf = (seed: number) => normals(seed, SIZE, 2).map((v) => Math.round(v * 4) / 4);

interface Asked {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
}

const cutOf = (rows: number, { temperature, topK, topP }: Asked): Omit<Draw, "key" | "rows_B"> => ({
  temperature_B: tf.fill([rows], temperature) as tf.Tensor1D,
  topK_B: tf.fill([rows], topK, "int32") as tf.Tensor1D,
  topP_B: tf.fill([rows], topP) as tf.Tensor1D,
});

/** Tokens by rank, and the probabilities of those that are left, in float64. */
function reference(logits: readonly number[], { temperature, topK, topP }: Asked) {
  const order = logits.map((_, i) => i)
    .sort((a, b) => logits[b] - logits[a] || a - b).slice(0, topK);
  const weights = order.map((i) => Math.exp((logits[i] - logits[order[0]]) / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  let before = 0;
  const left = order.filter((_, rank) => {
    const needed = before < topP;
    before += weights[rank] / total;
    return needed;
  });
  const kept = weights.slice(0, left.length);
  const sum = kept.reduce((a, b) => a + b, 0);
  return { left, probabilities: kept.map((w) => w / sum) };
}

const asked = fc.record({
  temperature: fc.constantFrom(0.5, 1, 2),
  topK: fc.integer({ min: 1, max: SIZE }),
  topP: fc.constantFrom(0.2, 0.55, 0.9, 1),
});

law(
  "top-k leaves the k likeliest tokens, top-p the fewest that add up to p, at their proportions",
  {
    source: "Holtzman et al. 2020 (arXiv:1904.09751), section 3.1",
    given: { seed, asked },
    cases: 40,
    kills: ["top-k-of-one-more", "top-p-without-the-last-needed", "temperature-on-probabilities"],
    holds: async ({ seed, asked }) => {
      const logits = logitsOf(seed), { left, probabilities } = reference(logits, asked);
      const found = await values(() => {
        const cut = ranked(tf.tensor2d(logits, [1, SIZE]), cutOf(1, asked));
        return tf.concat([tf.cast(cut.token_BV, "float32"), tf.softmax(cut.logit_BV)], 0);
      });
      const tokens = found.slice(0, SIZE), shares = found.slice(SIZE);
      assertEquals(tokens.filter((_, rank) => shares[rank] > 0), left);
      probabilities.forEach((p, rank) => close(shares[rank], p, 1e-5, `rank ${rank}`));
    },
  },
);

law("draws have the tempered distribution: each token's share within five of its errors", {
  source: "definition",
  given: { seed: fc.nat(50), asked },
  cases: 6,
  kills: ["temperature-on-probabilities"],
  holds: async ({ seed, asked }) => {
    const rows = 4000, logits = logitsOf(seed);
    for (const way of ["drawn", "cut"] as const) {
      const own = way === "drawn" ? { ...asked, topK: SIZE, topP: 1 } : asked;
      const { left, probabilities } = reference(logits, own);
      const tokens = await values(() =>
        chosen(tf.tile(tf.tensor2d(logits, [1, SIZE]), [rows, 1]) as tf.Tensor2D, way, {
          ...cutOf(rows, own),
          key: key("draws", seed),
          rows_B: tf.range(0, rows, 1, "int32") as tf.Tensor1D,
        })
      );
      const counts = new Array<number>(SIZE).fill(0);
      for (const token of tokens) counts[token]++;
      counts.forEach((count, token) => {
        const rank = left.indexOf(token), p = rank < 0 ? 0 : probabilities[rank];
        const error = Math.sqrt(p * (1 - p) / rows);
        close(count / rows, p, 5 * error, `share of ${token}, ${way}`);
      });
    }
  },
});

law("a row's draw hangs on its number and the key alone; cold draws are the likeliest token", {
  source: "definition",
  given: { seed },
  cases: 8,
  holds: async ({ seed }) => {
    const logits = [0, 1, 2].map((i) => logitsOf(seed + i));
    const draw = (rows: readonly number[], temperature: number, way: "drawn" | "cut") =>
      values(() =>
        chosen(tf.tensor2d(rows.flatMap((i) => logits[i]), [rows.length, SIZE]), way, {
          ...cutOf(rows.length, { temperature, topK: SIZE, topP: 1 }),
          key: key("rows", seed),
          rows_B: tf.tensor1d([...rows], "int32"),
        })
      );
    const greedy = await values(() => likeliest(tf.tensor2d(logits.flat(), [3, SIZE])));
    assertEquals(greedy, logits.map((row) => row.indexOf(Math.max(...row))));
    for (const way of ["drawn", "cut"] as const) {
      const whole = await draw([0, 1, 2], 1, way);
      assertEquals([...await draw([0], 1, way), ...await draw([1, 2], 1, way)], whole);
      const cold = await draw([0, 1, 2], 1e-3, way);
      // Of equally likely tokens a cold draw may take any.
      cold.forEach((token, i) => assertEquals(logits[i][token], Math.max(...logits[i])));
    }
  },
});
