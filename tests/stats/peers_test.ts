/**
 * Ours against scipy 1.17.1, statsmodels 0.14.6, rliable 1.2.0 and choix 0.4.1, whose values
 * tests/golden/stats/make.py wrote. What is computed twice in closed form agrees to 1e-10; what both
 * sides draw at random agrees within 5 standard errors of the two draws.
 */
import { assertEquals } from "@std/assert";
import golden from "../golden/stats/stats.json" with { type: "json" };
import { bradleyTerry } from "../../src/stats/compare/bradley_terry.ts";
import {
  acceleration,
  bootstrap,
  bootstrapEnds,
  chiSquareQuantile,
  chiSquareUpperTail,
  deviation,
  differenceInterval,
  fQuantile,
  fUpperTail,
  holm,
  improvementInterval,
  interquartileMean,
  mannWhitney,
  mean,
  meanImprovement,
  meanImprovementInterval,
  normalQuantile,
  optimalityGap,
  performanceProfile,
  permutationTest,
  scoresInterval,
  signFlipTest,
  tUpperTail,
  varianceSplit,
  welchP,
} from "../../src/stats/mod.ts";
import { close } from "../law.ts";

type Strata = readonly (readonly number[])[];

const relative = (a: number, b: number, tolerance: number, what?: string) =>
  close(a, b, tolerance * Math.max(1e-300, Math.abs(b)), what);

/** Each statistic over the same strata as scipy's: correlation over pairs, which are numbers of rows here. */
function statisticOf(name: string, data: Strata) {
  if (name === "correlation") {
    const [x, y] = data;
    const of = ([rows]: Strata) => {
      const centre = (values: readonly number[]) => mean(rows.map((i) => values[i]));
      const [mx, my] = [centre(x), centre(y)];
      const sum = (f: (i: number) => number) => rows.reduce((total, i) => total + f(i), 0);
      return sum((i) => (x[i] - mx) * (y[i] - my)) /
        Math.sqrt(sum((i) => (x[i] - mx) ** 2) * sum((i) => (y[i] - my) ** 2));
    };
    return { strata: [x.map((_, i) => i)], of };
  }
  const of = {
    mean: ([x]: Strata) => mean(x),
    deviation: ([x]: Strata) => deviation(x),
    ratio: ([x, y]: Strata) => mean(x) / mean(y),
  }[name]!;
  return { strata: data, of };
}

for (const [name, known] of Object.entries(golden.bootstrap)) {
  Deno.test(`bootstrap of a ${name}: acceleration and all three kinds of ends are scipy's`, () => {
    const { strata, of } = statisticOf(name, known.data);
    close(of(strata), known.estimate, 1e-12, "estimate");
    const a = acceleration(strata, of);
    relative(a, known.acceleration, 1e-10, "acceleration");
    for (const method of ["percentile", "basic", "bca"] as const) {
      const found = bootstrapEnds(Float64Array.from(known.distribution), {
        estimate: known.estimate,
        method,
        reach: normalQuantile(0.975),
        acceleration: a,
      });
      found.forEach((end, i) => close(end, known.ends[method][i], 1e-9, `${method} end ${i}`));
    }
  });

  Deno.test(`bootstrap of a ${name}: our draws give the interval that scipy's give`, () => {
    const { strata, of } = statisticOf(name, known.data);
    const { low, high } = bootstrap(strata, of, { resamples: 8000, expanded: false });
    // Against the mean end of 40 of scipy's runs with as many resamples, and their spread.
    [low, high].forEach((end, i) =>
      close(end, known.drawn[i], 5 * known.drawnError[i] * Math.sqrt(1 + 1 / 40), `end ${i}`)
    );
  });
}

Deno.test("permutation tests: two samples with and without ties, signs, strata: exact p's of scipy", () => {
  for (const known of golden.permutation.two) {
    for (const alternative of ["greater", "less", "two-sided"] as const) {
      const found = permutationTest([known], { alternative });
      close(found.statistic, known.statistic, 1e-12);
      close(found.p, known[alternative], 1e-12, alternative);
      assertEquals([found.method, found.arrangements], ["exact", known.arrangements]);
    }
  }
  for (const known of golden.permutation.signs) {
    for (const alternative of ["greater", "less", "two-sided"] as const) {
      const found = signFlipTest(known.differences, { alternative });
      close(found.p, known[alternative], 1e-12, alternative);
      assertEquals([found.method, found.arrangements], ["exact", known.arrangements]);
    }
  }
  const { strata, statistic, arrangements, ...p } = golden.permutation.strata;
  const found = permutationTest(strata);
  close(found.statistic, statistic, 1e-12);
  assertEquals(found.arrangements, arrangements);
  close(found.p, p["two-sided"], 1e-12);
  close(permutationTest(strata, { alternative: "greater" }).p, p.greater, 1e-12);
});

Deno.test("Mann–Whitney exact: scipy's p without ties, and all splits of scipy's midranks with them", () => {
  for (const { before, after, u, p, scipy } of golden.permutation.ranks) {
    const found = mannWhitney(before, after);
    assertEquals([found.method, found.u], ["exact", u]);
    close(found.p, p, 1e-12);
    if (scipy !== null) close(found.p, scipy, 1e-12);
  }
});

Deno.test("interquartile mean, optimality gap, profile, probability of improvement: rliable's values", () => {
  for (const known of golden.scores) {
    const all = known.x.flat();
    close(interquartileMean(all), known.iqm, 1e-12, "IQM");
    close(optimalityGap(all), known.gap, 1e-12, "optimality gap");
    close(meanImprovement(known.x, known.y), known.improvement, 1e-12, "improvement");
    performanceProfile(all, known.thresholds).forEach((share, i) =>
      close(share, known.profile[i], 1e-12, "profile")
    );
  }
});

Deno.test("stratified bootstrap over tasks: rliable's intervals", () => {
  const textbook = {
    unit: "cells",
    method: "percentile",
    expanded: false,
    resamples: 4000,
  } as const;
  for (const known of golden.scores) {
    const { low, high } = scoresInterval(known.x, interquartileMean, textbook);
    const width = high - low;
    // 2.7 standard errors of the statistic over √B (see above), a width being 3.9 of those: both
    // sides' errors in quadrature, 5 of them. rliable drew 20,000, 3,000 and 4,000.
    const slack = (reps: number) => 5 * 0.7 * Math.sqrt(1 / 4000 + 1 / reps);
    close(low, known.iqmInterval[0], slack(20_000) * width, "IQM, low");
    close(high, known.iqmInterval[1], slack(20_000) * width, "IQM, high");
    const better = meanImprovementInterval(known.x, known.y, textbook);
    const wide = better.high - better.low;
    // Steps of 1/(runs · runs · tasks): a quantile may fall on the next one.
    const step = 1 / (known.x.length * known.y.length * known.x[0].length);
    close(better.low, known.improvementInterval[0], slack(3000) * wide + step);
    close(better.high, known.improvementInterval[1], slack(3000) * wide + step);
    known.thresholds.forEach((threshold, i) => {
      const above = (values: readonly number[]) => performanceProfile(values, [threshold])[0];
      const found = scoresInterval(known.x, above, textbook);
      const cell = 1 / known.x.flat().length;
      close(found.low, known.profileInterval[i][0], cell + 1e-9, `profile at ${threshold}, low`);
      close(found.high, known.profileInterval[i][1], cell + 1e-9, `profile at ${threshold}, high`);
    });
  }
});

Deno.test("improvement interval: the roots of Newcombe's equation", () => {
  for (const { n, k, u, low, high } of golden.newcombe) {
    // Values with that U: j of the n stand above all k, one above some of them, the rest below.
    const y = Array.from({ length: k }, (_, i) => i);
    const x = Array.from({ length: n }, (_, i) => Math.min(k, Math.max(0, u - i * k)) - 0.5);
    const found = improvementInterval(x, y);
    close(found.estimate, u / (n * k), 1e-12, `U ${u} of ${n} × ${k}`);
    // And ½, where the rank test tells nothing.
    const told = mannWhitney(y, x).p <= 0.05;
    close(found.low, told ? low : Math.min(low, 0.5), 1e-12, "low");
    close(found.high, told ? high : Math.max(high, 0.5), 1e-12, "high");
  }
});

Deno.test("F and χ²: tails to 1e-11, quantiles to 1e-10 of scipy's", () => {
  for (const [x, a, b, p] of golden.laws.f) relative(fUpperTail(x, a, b), p, 1e-11, `F ${x}`);
  // 1 − P near 1 has absolute accuracy alone; a far tail keeps its digits.
  for (const [x, df, p] of golden.laws.chi) {
    close(chiSquareUpperTail(x, df), p, Math.max(1e-11 * p, p > 0.1 ? 1e-14 : 0), `χ² ${x}, ${df}`);
  }
  for (const [p, a, b, f] of golden.laws.fQuantile) relative(fQuantile(p, a, b), f, 1e-10);
  for (const [p, df, x] of golden.laws.chiQuantile) relative(chiSquareQuantile(p, df), x, 1e-10);
});

Deno.test("variance split: statsmodels' mean squares, REML where balanced, Searle's and Williams' intervals", () => {
  for (const known of golden.variance) {
    const found = varianceSplit(known.families);
    assertEquals([found.df.between, found.df.within], known.df);
    relative(found.meanSquares.between, known.meanSquares[0], 1e-10);
    relative(found.meanSquares.within, known.meanSquares[1], 1e-10);
    close(found.draws, known.draws, 1e-12, "draws");
    for (const part of ["between", "within", "share"] as const) {
      const { estimate, low, high } = found[part];
      [estimate, low, high].forEach((x, i) => relative(x, known[part][i], 1e-9, `${part} ${i}`));
    }
    // An optimiser's answer, to its own tolerance.
    known.reml?.forEach((x, i) =>
      relative([found.between.estimate, found.within.estimate][i], x, 1e-4, "REML")
    );
  }
});

Deno.test("Bradley–Terry: choix's strengths, statsmodels' logistic regression with its covariance", () => {
  for (const known of golden.strengths) {
    const { strengths, covariance } = bradleyTerry(known.wins);
    strengths.forEach((theta, i) => {
      close(theta, known.glm[i], 1e-9, "statsmodels");
      // choix stops at its optimiser's tolerance.
      close(theta, known.choix[i], 1e-5, "choix");
    });
    covariance.flat().forEach((c, i) => close(c, known.covariance.flat()[i], 1e-8, "covariance"));
    bradleyTerry(known.wins, { prior: 0.5 }).strengths.forEach((theta, i) =>
      close(theta, known.prior[i], 1e-9, "half a game more on each side")
    );
  }
});

Deno.test("two samples, Welch, prediction and Holm: statsmodels' values", () => {
  const { before, after, difference, p, prediction, ps, welch, holm: adjusted } = golden.student;
  const found = differenceInterval({ before, after });
  close(found.low, difference[0], 1e-12);
  close(found.high, difference[1], 1e-12);
  close(2 * tUpperTail(Math.abs(found.estimate) / found.standardError, found.df), p, 1e-12);
  // A new run inside the prediction interval of the old ones is one whose difference's holds 0.
  const ahead = differenceInterval({ before, after: [mean(before)] });
  close(mean(before) + ahead.low, prediction[0], 1e-12);
  close(mean(before) + ahead.high, prediction[1], 1e-12);
  close(welchP(after, before.map((x) => 3 * x)), welch, 1e-12, "Welch");
  holm(ps).forEach((value, i) => close(value, adjusted[i], 1e-12));
});
