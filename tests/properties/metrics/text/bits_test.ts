/** Laws of bits a byte: of bytes and not of tokens, with an error that shrinks as documents grow more. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { costOf } from "../../../../src/metrics/text/bits.ts";
import { ratioError } from "../../../../src/metrics/text/ratio.ts";
import { languageOf } from "../../../../src/subject/mod.ts";
import { hostKey, hostUniform } from "../../../../src/random/host/host.ts";
import { bigramModel, logProbabilityOf } from "../../../metrics/text/bigram.ts";
import { close, law } from "../../../law.ts";

const texts = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), {
  minLength: 2,
  maxLength: 6,
});

law("bits a byte are −log₂ p over bytes of UTF-8, whatever a token is", {
  source: "definition",
  given: { texts, longer: fc.integer({ min: 1, max: 4 }) },
  holds: async ({ texts, longer }) => {
    const model = languageOf(bigramModel(8));
    // The same probabilities told of fewer tokens, as by a tokenizer with longer ones.
    const rolling: typeof model.rolling = async (all) =>
      (await model.rolling(all)).map((one) => ({ ...one, tokens: Math.ceil(one.tokens / longer) }));
    const cost = await costOf({ rolling }, texts);
    const bytes = texts.reduce((n, text) => n + new TextEncoder().encode(text).length, 0);
    const bits = texts.reduce((sum, text) => sum - logProbabilityOf(text) / Math.LN2, 0);
    close(cost.bitsPerByte, bits / bytes, 1e-9, "bits/byte");
    close(cost.bitsPerToken * cost.tokensPerByte, cost.bitsPerByte, 1e-9, "by tokens");
    close(Math.log2(cost.bytePerplexity), cost.bitsPerByte, 1e-9, "byte perplexity");
    assertEquals(cost.bytes, bytes);
  },
  cases: 50,
  kills: ["bits-by-tokens", "bits-by-characters", "bits-in-nats"],
});

law("a ratio's error is 0 where all documents agree, and doubles where all differences do", {
  source: "Cochran 1977, eq. 6.12",
  given: {
    rows: fc.array(
      fc.record({ weight: fc.integer({ min: 1, max: 50 }), off: fc.integer({ min: -9, max: 9 }) }),
      { minLength: 2, maxLength: 12 },
    ),
    ratio: fc.integer({ min: 1, max: 9 }),
  },
  holds: ({ rows, ratio }) => {
    const sums = (size: number) =>
      rows.map(({ weight, off }) => ({ weight, sum: ratio * weight + size * off }));
    close(ratioError(sums(0)).stderr, 0, 1e-12, "no differences");
    const all = rows.reduce((n, { weight }) => n + weight, 0);
    const one = ratioError(sums(1)), two = ratioError(sums(2));
    close(two.stderr, 2 * one.stderr, 1e-9, "twice the differences");
    close(one.ratio, ratio + rows.reduce((s, { off }) => s + off, 0) / all, 1e-12, "ratio");
    // Documents twice: the same ratio, the error of twice as many.
    const n = rows.length, doubled = ratioError([...sums(1), ...sums(1)]);
    close(doubled.ratio, one.ratio, 1e-12, "ratio of documents twice");
    const turned = ratioError(sums(1).reverse());
    close(turned.stderr, one.stderr, 1e-9, "error in another order");
    close(doubled.stderr, one.stderr * Math.sqrt((n - 1) / (2 * n - 1)), 1e-9, "error of them");
  },
  kills: ["ratio-error-without-root", "ratio-error-not-by-mean-weight"],
});

law("an interval of two errors holds the true ratio about as often as it should", {
  source: "simulation: a normal's 95.4 %, binomial error of 400 draws times 4",
  given: { seed: fc.integer({ min: 1, max: 1e6 }) },
  holds: ({ seed }) => {
    const draws = 400, n = 60;
    let held = 0;
    const u = hostUniform(hostKey(seed, "ratio"), draws * n * 2);
    for (let draw = 0; draw < draws; draw++) {
      const rows = Array.from({ length: n }, (_, i) => {
        const at = 2 * (draw * n + i), weight = 100 + Math.floor(400 * u[at]);
        return { weight, sum: weight * (1 + u[at + 1]) }; // E sum = 1.5 weight
      });
      const { ratio, stderr } = ratioError(rows);
      if (Math.abs(ratio - 1.5) <= 2 * stderr) held++;
    }
    close(held / draws, 0.945, 4 * Math.sqrt(0.05 * 0.95 / draws), "coverage");
  },
  cases: 3,
  kills: ["ratio-error-without-root"],
});
