import fc from "fast-check";
import { close, law } from "../../law.ts";
import {
  bestPossibleP,
  holm,
  mannWhitney,
  shiftInterval,
  tInterval,
  tQuantile,
  tUpperTail,
  valuesNeeded,
} from "../../../src/stats/mod.ts";

const p = fc.double({ min: 0, max: 1, noNaN: true });
const sample = (minLength: number, maxLength = 8) =>
  fc.array(fc.integer({ min: -20, max: 20 }).map((k) => k / 4), { minLength, maxLength });

law("Holm: adjusted p is never below p, at most m p, ordered as p, and 1 at most", {
  source: "Holm 1979",
  given: { ps: fc.array(p, { minLength: 1, maxLength: 12 }) },
  holds: ({ ps }) => {
    const adjusted = holm(ps);
    ps.forEach((value, i) => {
      if (adjusted[i] < value || adjusted[i] > Math.min(1, ps.length * value)) throw new Error("!");
      ps.forEach((other, j) => {
        if (value < other && adjusted[i] > adjusted[j]) throw new Error("order");
      });
    });
    const smallest = Math.min(...ps);
    close(
      Math.min(...adjusted),
      Math.min(1, ps.length * smallest),
      0,
      "the smallest is Bonferroni",
    );
  },
  kills: ["holm-without-running-maximum", "holm-counts-from-the-wrong-end"],
});

law("Holm rejects what the step-down procedure rejects", {
  source: "Holm 1979, the procedure in its own words",
  given: {
    ps: fc.array(fc.integer({ min: 0, max: 100 }).map((k) => k / 1000), {
      minLength: 1,
      maxLength: 10,
    }),
    alpha: fc.constantFrom(0.0501, 0.0103, 0.2007),
  },
  holds: ({ ps, alpha }) => {
    const adjusted = holm(ps);
    const sorted = [...ps].sort((a, b) => a - b);
    let rejected = 0;
    while (rejected < ps.length && sorted[rejected] * (ps.length - rejected) <= alpha) rejected++;
    return adjusted.filter((value) => value <= alpha).length === rejected;
  },
  kills: ["holm-without-running-maximum", "holm-counts-from-the-wrong-end"],
});

law("Mann–Whitney: exact p is the share of all splits, counted one by one", {
  source: "Mann & Whitney 1947; permutation definition",
  given: { before: sample(1, 5), after: sample(1, 5) },
  holds: ({ before, after }) => {
    const all = [...after, ...before];
    const pairs = (xs: number[], ys: number[]) =>
      xs.reduce((sum, x) => sum + ys.reduce((s, y) => s + (x > y ? 1 : x === y ? 0.5 : 0), 0), 0);
    const middle = after.length * before.length / 2;
    const seen = Math.abs(pairs(after, before) - middle);
    let splits = 0, far = 0;
    for (let mask = 0; mask < 1 << all.length; mask++) {
      const xs = all.filter((_, i) => mask >> i & 1);
      if (xs.length !== after.length) continue;
      splits++;
      if (Math.abs(pairs(xs, all.filter((_, i) => !(mask >> i & 1))) - middle) >= seen) far++;
    }
    close(mannWhitney(before, after).p, far / splits, 1e-12, "p");
  },
  kills: ["ranks-ignore-ties"],
});

law("Mann–Whitney: exchanging the samples, or reflecting both, leaves p alone", {
  source: "definition",
  given: { before: sample(1), after: sample(1) },
  holds: ({ before, after }) => {
    const p = mannWhitney(before, after).p;
    const reflect = (values: number[]) => values.map((x) => -x);
    close(mannWhitney(after, before).p, p, 1e-12, "exchanged");
    close(mannWhitney(reflect(before), reflect(after)).p, p, 1e-12, "reflected");
  },
});

law("shift interval and rank test agree: 0 lies inside iff p > 1 − level (no ties)", {
  source: "Hodges & Lehmann 1963",
  given: {
    values: fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 8, maxLength: 14 }),
    cut: fc.integer({ min: 4, max: 6 }),
    shift: fc.integer({ min: -900, max: 900 }).map((k) => k + 0.5),
  },
  holds: ({ values, cut, shift }) => {
    const before = values.slice(cut);
    const after = values.slice(0, cut).map((x) => x + shift);
    const { low, high, estimate } = shiftInterval({ before, after }, 0.95);
    if (!(low <= estimate && estimate <= high)) throw new Error("estimate outside");
    return (low < 0 && 0 < high) === (mannWhitney(before, after).p > 0.05);
  },
  kills: ["shift-interval-one-pair-short"],
  cases: 300,
});

law("t interval moves and scales with its values, and grows with its level", {
  source: "definition",
  given: {
    values: sample(2),
    shift: fc.integer({ min: -8, max: 8 }),
    factor: fc.constantFrom(-4, -1, 0.5, 2),
  },
  holds: ({ values, shift, factor }) => {
    const base = tInterval(values);
    const moved = tInterval(values.map((x) => factor * x + shift));
    const ends = [factor * base.low + shift, factor * base.high + shift].sort((a, b) => a - b);
    // Sums of at most 8 values below 50: rounding of 1e-12 is 100 units of it.
    close(moved.low, ends[0], 1e-12 * 100);
    close(moved.high, ends[1], 1e-12 * 100);
    return tInterval(values, 0.99).high >= base.high;
  },
});

law("tUpperTail(tQuantile(p)) = 1 − p; tails fall with t; more freedom, thinner tail", {
  source: "Student 1908",
  given: {
    p: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    df: fc.double({ min: 0.5, max: 400, noNaN: true }),
  },
  holds: ({ p, df }) => {
    const t = tQuantile(p, df);
    close(tUpperTail(t, df), 1 - p, 1e-13, "tail");
    if (tUpperTail(t + 0.25, df) >= tUpperTail(t, df)) throw new Error("not falling");
    return p <= 0.5 || tUpperTail(t, df + 5) < 1 - p;
  },
});

law("values needed by the rank test: enough, and not one more", {
  source: "2/C(2n, n), the smallest two-sided p",
  given: { alpha: fc.constantFrom(0.05, 0.01), tests: fc.integer({ min: 1, max: 500 }) },
  holds: ({ alpha, tests }) => {
    const n = valuesNeeded(alpha, tests);
    const split = mannWhitney(
      Array.from({ length: n }, (_, i) => i),
      Array.from({ length: n }, (_, i) => i + n),
    );
    close(split.p, bestPossibleP(n), 1e-12, "a clean split has the best possible p");
    return bestPossibleP(n) <= alpha / tests && (n === 1 || bestPossibleP(n - 1) > alpha / tests);
  },
});
