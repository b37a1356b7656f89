/** Mutants of statistics, gate and figures: each edit must make its law fail. */
export const mutants = [
  {
    id: "holm-without-running-maximum",
    file: "src/stats/multiplicity.ts",
    find: "Math.max(running, Math.min(1, (p.length - place) * p[index]))",
    replace: "Math.min(1, (p.length - place) * p[index])",
    law: "tests/properties/stats_laws_test.ts",
  },
  {
    id: "holm-counts-from-the-wrong-end",
    file: "src/stats/multiplicity.ts",
    find: "(p.length - place) * p[index]",
    replace: "(place + 1) * p[index]",
    law: "tests/properties/stats_laws_test.ts",
  },
  {
    id: "ranks-ignore-ties",
    file: "src/stats/rank.ts",
    find: "ranks[order[i]] = start + 1 + end",
    replace: "ranks[order[i]] = 2 * (i + 1)",
    law: "tests/properties/stats_laws_test.ts",
  },
  {
    id: "shift-interval-one-pair-short",
    file: "src/stats/rank.ts",
    find: "differences[outside - 1]",
    replace: "differences[outside]",
    law: "tests/properties/stats_laws_test.ts",
  },
  {
    id: "t-interval-with-n-degrees-of-freedom",
    file: "src/stats/interval.ts",
    find: "tQuantile((1 + level) / 2, n - 1) * deviation(values)",
    replace: "tQuantile((1 + level) / 2, n) * deviation(values)",
    law: "tests/properties/stats_coverage_test.ts",
  },
  {
    id: "prediction-interval-forgets-the-new-runs-spread",
    file: "src/stats/interval.ts",
    find: "pooled * Math.sqrt(1 / n + 1 / k)",
    replace: "pooled * Math.sqrt(1 / k)",
    law: "tests/properties/stats_coverage_test.ts",
  },
  {
    id: "bootstrap-not-widened",
    file: "src/stats/interval.ts",
    find: "tQuantile((1 + level) / 2, df) * Math.sqrt(n / df)",
    replace: "normalQuantile((1 + level) / 2)",
    law: "tests/properties/stats_coverage_test.ts",
  },
  {
    id: "bootstrap-ignores-strata",
    file: "src/stats/interval.ts",
    find: "sum += stratum[draws[at++]];",
    replace: "sum += strata.flat()[draws[at++]];",
    law: "tests/properties/stats_coverage_test.ts",
  },
];
