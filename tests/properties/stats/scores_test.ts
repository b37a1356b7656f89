/** Laws of permutation tests, scores over tasks, places, the variance split and Bradley–Terry. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  bootstrap,
  expectedPlaces,
  improvementInterval,
  interquartileMean,
  mannWhitney,
  mean,
  median,
  optimalityGap,
  pairedInterval,
  performanceProfile,
  permutationTest,
  probabilityOfImprovement,
  rankRanges,
  scoresEstimate,
  scoresInterval,
  signFlipTest,
  tInterval,
  varianceSplit,
} from "../../../src/stats/mod.ts";
import {
  bradleyTerry,
  BradleyTerryError,
  eloPoints,
  winShares,
} from "../../../src/stats/compare/bradley_terry.ts";
import { log, sigmoid } from "../../../src/numeric/elementary.ts";
import { close, law } from "../../law.ts";

const number = fc.integer({ min: -20, max: 20 }).map((k) => k / 4);
const sample = (minLength: number, maxLength = 6) => fc.array(number, { minLength, maxLength });

law(
  "permutation: exchanging the sides mirrors the tails; what was found counts, drawn or counted",
  {
    source: "Fisher 1935; Phipson & Smyth 2010",
    given: { before: sample(1, 5), after: sample(1, 5) },
    cases: 60,
    holds: ({ before, after }) => {
      const p = (alternative: "greater" | "less" | "two-sided", turned = false) =>
        permutationTest([turned ? { before: after, after: before } : { before, after }], {
          alternative,
        });
      close(p("greater").p, p("less", true).p, 1e-12, "tails");
      close(p("two-sided").p, p("two-sided", true).p, 1e-12, "two-sided");
      assert(p("two-sided").p >= 1 / p("two-sided").arrangements);
      assert(p("greater").p + p("less").p >= 1 - 1e-12, "what was found is in both tails");
      const drawn = permutationTest([{ before, after }], { exactUpTo: 0, resamples: 19 });
      assertEquals([drawn.method, drawn.arrangements], ["monte carlo", 20]);
      assert(drawn.p >= 1 / 20);
    },
    kills: ["monte-carlo-p-forgets-what-was-found", "two-sided-p-of-one-tail"],
  },
);

law(
  "sign flips: of n differences of one sign the two-sided p is 2/2ⁿ, and flipping all changes none",
  {
    source: "Fisher 1935",
    given: { sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 9 }) },
    cases: 60,
    holds: ({ sizes }) => {
      const { p } = signFlipTest(sizes);
      close(p, 2 / 2 ** sizes.length, 1e-12, "p");
      close(signFlipTest(sizes.map((d) => -d)).p, p, 1e-12);
      const drawn = signFlipTest(sizes, { exactUpTo: 0, resamples: 9 });
      assert(drawn.p >= 1 / 10 && drawn.method === "monte carlo");
    },
    kills: ["monte-carlo-p-forgets-what-was-found", "two-sided-p-of-one-tail"],
  },
);

law(
  "interquartile mean: reflects and moves with its values, and an outlier of four leaves it alone",
  {
    source: "Agarwal et al. 2021; a trimmed mean",
    given: { values: sample(4, 12), far: fc.integer({ min: 100, max: 10_000 }) },
    holds: ({ values, far }) => {
      const iqm = interquartileMean(values);
      close(interquartileMean(values.map((x) => 3 - 2 * x)), 3 - 2 * iqm, 1e-12 * 100, "affine");
      const sorted = [...values].sort((a, b) => a - b);
      const high = [...sorted.slice(0, -1), far];
      const low = [-far, ...sorted.slice(1)];
      close(interquartileMean(high), iqm, 1e-12 * 100, "high outlier");
      close(interquartileMean(low), iqm, 1e-12 * 100, "low outlier");
    },
    kills: ["interquartile-mean-cuts-one-end"],
  },
);

law(
  "profile falls from 1 to 0, its area over a range is the mean, the gap is 0 for all on target",
  {
    source: "Dolan & Moré 2002; ∫ P(X > t) dt = E X for X ≥ 0",
    given: {
      values: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 8 }),
    },
    holds: ({ values }) => {
      const steps = Array.from({ length: 42 }, (_, i) => i);
      const profile = performanceProfile(values, [-1, ...steps]);
      profile.slice(1).forEach((share, i) => assert(share <= profile[i]));
      assertEquals([profile[0], profile.at(-1)], [1, 0]);
      close(profile.slice(1).reduce((a, b) => a + b, 0), mean(values), 1e-9, "area");
      close(optimalityGap(values, 0), 0, 0);
      close(optimalityGap(values, 40), 40 - mean(values), 1e-12, "gap");
    },
  },
);

law(
  "improvement: chances of both sides add up to 1; ½ is inside where the rank test tells nothing",
  {
    source: "Mann & Whitney 1947; Newcombe 2006",
    given: { values: sample(1, 7), y: sample(1, 7), lead: fc.constantFrom(0, 0, 100) },
    cases: 300,
    holds: ({ values, y, lead }) => {
      const x = values.map((value) => value + lead);
      const [own, other] = [improvementInterval(x, y), improvementInterval(y, x)];
      close(own.estimate + probabilityOfImprovement(y, x), 1, 1e-12, "both sides");
      close(own.low + other.high, 1, 1e-12, "mirrored ends");
      assert(own.low <= own.estimate && own.estimate <= own.high);
      const inside = own.low <= 0.5 && 0.5 <= own.high;
      if (mannWhitney(x, y).p > 0.05) assert(inside, "not told apart, and ½ is outside");
      return improvementInterval(x, y, 0.99).high >= own.high;
    },
    kills: ["improvement-loses-ties", "improvement-contradicts-the-rank-test"],
  },
);

law("places: the place lies in its range, ranges mirror with the direction, places add up", {
  source: "definition",
  given: {
    samples: fc.array(sample(2, 4), { minLength: 2, maxLength: 5 }),
  },
  cases: 60,
  holds: ({ samples }) => {
    const rows = samples.length;
    const down = rankRanges(samples, { direction: "lower" });
    const up = rankRanges(samples, { direction: "higher" });
    const means = samples.map(mean);
    down.forEach(({ rank, low, high }, i) => {
      assert(low <= rank && rank <= high);
      assertEquals([up[i].low, up[i].high], [rows + 1 - high, rows + 1 - low]);
      assertEquals(rank, 1 + means.filter((m) => m < means[i]).length);
    });
    const places = expectedPlaces([{ samples, direction: "lower" }]);
    close(mean(places.map((p) => p.estimate)), (rows + 1) / 2, 1e-9, "mean place");
    for (const { low, estimate, high } of places) {
      assert(1 - 1e-9 <= low && low <= estimate && estimate <= high && high <= rows + 1e-9);
    }
  },
  kills: ["rank-ranges-ignore-direction"],
});

law("variance split: known parts of a made table; scales with the square, moves with nothing", {
  source: "one-way random effects: MSB estimates σ²_draw + n σ²_run",
  given: {
    levels: fc.uniqueArray(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 5 }),
    off: fc.integer({ min: 1, max: 3 }).map((k) => k / 8),
  },
  cases: 60,
  holds: ({ levels, off }) => {
    // Draws at level ± off: MSW = 2 off²; MSB = 2 · the variance of the levels.
    const runs = levels.map((x) => [x - off, x + off]);
    const found = varianceSplit([runs]);
    const spread = mean(levels.map((x) => (x - mean(levels)) ** 2)) * levels.length /
      (levels.length - 1);
    close(found.within.estimate, 2 * off * off, 1e-9, "within");
    close(found.between.estimate, Math.max(0, spread - off * off), 1e-9, "between");
    for (const part of [found.between, found.within, found.share]) {
      assert(0 <= part.low && part.low <= part.high);
    }
    assert(found.share.high <= 1);
    const moved = varianceSplit([runs.map((draws) => draws.map((x) => 4 - 3 * x))]);
    close(moved.between.estimate, 9 * found.between.estimate, 1e-7, "scaled");
    close(moved.share.low, found.share.low, 1e-9, "share");
    // A family of one run, and a constant between families, add nothing.
    const nested = varianceSplit([runs, runs.map((draws) => draws.map((x) => x + 100)), [[1, 2]]]);
    close(nested.within.estimate, found.within.estimate, 1e-7, "pooled within");
    close(nested.meanSquares.between, found.meanSquares.between, 1e-6, "pooled between");
  },
  kills: ["variance-split-forgets-how-many-draws"],
});

const wins = fc.integer({ min: 2, max: 5 }).chain((n) =>
  fc.array(fc.integer({ min: 1, max: 12 }), { minLength: n * n, maxLength: n * n }).map((flat) =>
    Array.from({ length: n }, (_, i) => flat.slice(i * n, (i + 1) * n))
  )
);

law("Bradley–Terry: each row's expected wins are those it had; a pair has its log-odds", {
  source: "Bradley & Terry 1952, the likelihood equations",
  given: { wins },
  cases: 100,
  holds: ({ wins }) => {
    const { strengths, covariance } = bradleyTerry(wins);
    close(strengths.reduce((a, b) => a + b, 0), 0, 1e-9, "mean");
    wins.forEach((row, i) => {
      let had = 0;
      let expected = 0;
      row.forEach((w, j) => {
        if (i === j) return;
        had += w;
        expected += (w + wins[j][i]) * sigmoid(strengths[i] - strengths[j]);
      });
      close(expected, had, 1e-8 * had, "wins");
      close(covariance[i].reduce((a, b) => a + b, 0), 0, 1e-9, "covariance");
    });
    if (wins.length === 2) {
      close(strengths[0] - strengths[1], log(wins[0][1] / wins[1][0]), 1e-9, "log-odds");
    }
    const shares = winShares(strengths);
    close(mean(shares), 0.5, 1e-12, "shares");
  },
  kills: ["bradley-terry-counts-wins-of-the-other"],
});

Deno.test("Bradley–Terry: no order is made up where none is known, and the error says between whom", () => {
  const apart = [[0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 3], [0, 0, 1, 0]];
  for (const prior of [0, 0.5]) {
    assertThrows(() => bradleyTerry(apart, { prior }), BradleyTerryError, "{0, 1} and {2, 3}");
  }
  const unbeaten = [[0, 3, 2], [0, 0, 1], [0, 1, 0]];
  assertThrows(() => bradleyTerry(unbeaten), BradleyTerryError, "{1, 2} never beat rows {0}");
  assertThrows(() => bradleyTerry([[0, 1], [0, 0]]), BradleyTerryError);
  const { strengths } = bradleyTerry(unbeaten, { prior: 0.5 });
  assert(strengths[0] > strengths[1] && strengths.every(Number.isFinite));
  close(strengths[1], strengths[2], 0.5);
  assertThrows(() => bradleyTerry([[0, 1]]), RangeError, "square");
  assertThrows(() => bradleyTerry([[0, -1], [1, 0]]), RangeError);
  close(eloPoints(log(10)), 400, 1e-9, "10 to 1");
});

law(
  "bootstrap: moves and scales with its values, a reflection turns the ends, a constant has no width",
  {
    source: "Efron 1987; definition",
    given: {
      values: sample(3, 8),
      factor: fc.constantFrom(-2, 0.5, 4),
      method: fc.constantFrom("bca" as const, "percentile" as const, "basic" as const),
    },
    cases: 40,
    holds: ({ values, factor, method }) => {
      const of = (x: readonly number[]) =>
        bootstrap([x], ([s]) => mean(s), { method, resamples: 199 });
      const base = of(values);
      const moved = of(values.map((x) => factor * x + 3));
      const ends = [factor * base.low + 3, factor * base.high + 3].sort((a, b) => a - b);
      close(moved.low, ends[0], 1e-9, "low");
      close(moved.high, ends[1], 1e-9, "high");
      const flat = of(values.map(() => 0.1));
      assertEquals([flat.low, flat.high], [0.1, 0.1]);
    },
  },
);

Deno.test("bootstrap: what it can't do is an error that says what", () => {
  const one = ([x]: readonly (readonly number[])[]) => mean(x);
  assertThrows(() => bootstrap([[1]], one), RangeError, "2 or more");
  assertThrows(() => bootstrap([], one), RangeError);
  assertThrows(() => bootstrap([[1, 2]], one, { resamples: 10 }), RangeError, "39 or more");
  assertThrows(() => bootstrap([[1, 2]], one, { level: 95 }), RangeError, "0.95");
  const ratio = ([x]: readonly (readonly number[])[]) => x[0] / (x[1] - x[0]);
  assertThrows(() => bootstrap([[1, 2, 3]], ratio), RangeError, "resamples");
  assertThrows(() => bootstrap([[1, 1, 3]], ratio), RangeError, "the sample itself");
  assertThrows(() => pairedInterval({ before: [1, 2], after: [1] }), RangeError, "as many of each");
  assertThrows(() => scoresEstimate([[1, 2], [1]], median), RangeError, "run 1");
  assertEquals(scoresEstimate([[1, 2]], median), null);
  assertThrows(() => permutationTest([{ before: [], after: [1] }]), RangeError, "both sides");
  assertThrows(() => signFlipTest([NaN]), RangeError, "not finite");
  assertThrows(() => varianceSplit([[[1, 2]]]), RangeError, "2 or more runs");
});

Deno.test("pairs: t below 20, the bootstrap from there on; 20 runs of scores likewise", () => {
  const before = Array.from({ length: 20 }, (_, i) => (i * 7) % 11);
  const after = before.map((x, i) => x + (i * 5) % 7);
  const few = pairedInterval({ before: before.slice(1), after: after.slice(1) });
  const differences = after.slice(1).map((x, i) => x - before[i + 1]);
  assertEquals(few, { ...tInterval(differences), method: "paired t" });
  assertEquals(pairedInterval({ before, after }).method, "bootstrap");
  const scores = before.map((x, i) => [x, after[i]]);
  assertEquals(
    scoresEstimate(scores, interquartileMean),
    scoresInterval(scores, interquartileMean, { level: 0.95 }),
  );
  assertEquals(scoresEstimate(scores.slice(1), interquartileMean)!.method, "jackknife t");
});
