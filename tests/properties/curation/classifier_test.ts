/** Laws of the quality classifier. */
import fc from "fast-check";
import { paretoOf, uniformOf } from "../../../src/curation/classifier/draw.ts";
import { featuresOf } from "../../../src/curation/classifier/features.ts";
import { probability, trainLogistic } from "../../../src/curation/classifier/logistic.ts";
import { scoreQuality } from "../../../src/curation/classifier/quality_of_scores.ts";
import { assert } from "@std/assert";
import { close, law } from "../../law.ts";

const text = fc.array(fc.constantFrom(..."abcdefgh"), { minLength: 1, maxLength: 12 })
  .map((words) => words.join(" "));
const examples = fc.array(fc.record({ text, positive: fc.boolean() }), {
  minLength: 2,
  maxLength: 12,
})
  .filter((all) => new Set(all.map(({ positive }) => positive)).size === 2);
const options = { bits: 10, steps: 40, decay: 1e-3 };

law("classes exchanged, probabilities are exchanged", {
  source: "definition",
  given: { examples, text },
  holds: ({ examples, text }) => {
    const trained = (flipped: boolean) =>
      trainLogistic(
        examples.map(({ text, positive }) => ({
          features: featuresOf(text, options.bits),
          positive: positive !== flipped,
        })),
        options,
      );
    const features = featuresOf(text, options.bits);
    close(
      probability(trained(false), features) + probability(trained(true), features),
      1,
      1e-9,
      "probabilities",
    );
  },
  kills: ["classifier-classes-weigh-as-they-come"],
});

/** What training minimises. */
function objective(
  { weights, bias }: { readonly weights: Float64Array; readonly bias: number },
  all: readonly { readonly text: string; readonly positive: boolean }[],
): number {
  const positives = all.filter(({ positive }) => positive).length;
  let sum = options.decay / 2 * weights.reduce((sum, one) => sum + one * one, 0);
  for (const { text, positive } of all) {
    const p = probability({ weights, bias }, featuresOf(text, options.bits));
    const count = positive ? positives : all.length - positives;
    sum -= Math.log(positive ? p : 1 - p) / (2 * count);
  }
  return sum;
}

law("no small change of a trained model does better", {
  source: "definition",
  given: { examples, at: fc.nat({ max: 1023 }), size: fc.constantFrom(-0.3, -0.1, 0.1, 0.3) },
  holds: ({ examples, at, size }) => {
    const model = trainLogistic(
      examples.map(({ text, positive }) => ({
        features: featuresOf(text, options.bits),
        positive,
      })),
      { ...options, steps: 2000 },
    );
    const best = objective(model, examples), weights = model.weights.slice();
    weights[at] += size;
    // Half the curvature of the decay alone, times the square of the change.
    const least = 0.25 * options.decay * size ** 2;
    assert(objective({ weights, bias: model.bias }, examples) >= best + least, "a weight");
    assert(objective({ ...model, bias: model.bias + size }, examples) >= best - 1e-9, "the bias");
  },
  kills: ["classifier-decay-forgotten"],
  cases: 30,
});

law("the area under the curve is the share of pairs in the right order", {
  source: "Mann & Whitney 1947",
  given: {
    judged: fc.array(
      fc.record({
        score: fc.integer({ min: 0, max: 8 }).map((n) => n / 8),
        positive: fc.boolean(),
      }),
      { minLength: 2, maxLength: 20 },
    ).filter((all) => new Set(all.map(({ positive }) => positive)).size === 2),
  },
  holds: ({ judged }) => {
    const good = judged.filter(({ positive }) => positive);
    const bad = judged.filter(({ positive }) => !positive);
    let right = 0;
    for (const a of good) {
      for (const b of bad) right += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
    }
    close(scoreQuality(judged).auc, right / (good.length * bad.length), 1e-12, "area");
  },
  kills: ["area-under-the-curve-without-ties"],
  cases: 200,
});

law("of score s a text stays with probability (2 − s)^−α", {
  source: "Brown et al. 2020, appendix A",
  given: {
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    alpha: fc.constantFrom(1, 3, 9),
    seed: fc.nat({ max: 1000 }),
  },
  holds: ({ score, alpha, seed }) => {
    const n = 2000, p = (2 - score) ** -alpha;
    let kept = 0;
    for (let i = 0; i < n; i++) if (score >= 1 - paretoOf(`text ${i}`, { seed, alpha })) kept++;
    close(kept / n, p, 5 * Math.sqrt(p * (1 - p) / n) + 1 / n, "kept");
  },
  kills: ["pareto-of-the-first-kind"],
  cases: 20,
});

law("draws are uniform", {
  source: "definition",
  given: { seed: fc.nat({ max: 1000 }) },
  holds: ({ seed }) => {
    const n = 2000, draws = Array.from({ length: n }, (_, i) => uniformOf(`${i}`, seed));
    const mean = draws.reduce((sum, one) => sum + one, 0) / n;
    close(mean, 0.5, 5 * Math.sqrt(1 / 12 / n), "mean");
  },
  cases: 20,
});
