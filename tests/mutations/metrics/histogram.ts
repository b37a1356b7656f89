/** Mutants of the histogram metric. */

const file = "src/metrics/likelihood/histogram.ts";
const laws = "tests/metrics/histogram_test.ts";

export const mutants = [
  {
    id: "variation-not-halved",
    file,
    find: "return sum / 2;",
    replace: "return sum;",
    law: laws,
  },
  {
    id: "variation-squared",
    file,
    find: "sum += Math.abs(p[k] - q[k]);",
    replace: "sum += 2 * (p[k] - q[k]) ** 2;",
    law: laws,
  },
  {
    id: "bins-of-one-axis-mixed",
    file,
    find: "Math.floor((k >> 8) / cells) * bins + Math.floor((k & 255) / cells)",
    replace: "Math.floor((k & 255) / cells) * bins + Math.floor((k >> 8) / cells)",
    law: laws,
  },
  {
    id: "divergence-of-the-wrong-direction",
    file,
    find: "if (q[k] > 0) sum += q[k] * log(q[k] * total / (counts[k] + 0.5));",
    replace: "const p = (counts[k] + 0.5) / total;\n    if (q[k] > 0) sum += p * log(p / q[k]);",
    law: laws,
  },
  {
    id: "divergence-without-half-points",
    file,
    find: "const total = counts.reduce((sum, n) => sum + n, 0) + counts.length / 2;",
    replace: "const total = counts.reduce((sum, n) => sum + n, 0);",
    law: laws,
  },
];
