/** Mutants of the posterior metric. */

const file = "src/metrics/latents/posterior.ts";
const laws = "tests/metrics/posterior_test.ts";

export const mutants = [
  {
    id: "posterior-kl-of-the-wrong-direction",
    file,
    find: "kl[i] += 0.5 * (m * m + expm1(l) - l);",
    replace: "kl[i] += 0.5 * ((m * m + 1) * exp(-l) - 1 + l);",
    law: laws,
  },
  {
    id: "posterior-draws-without-entropy",
    file,
    find: "sum += 0.5 * (z * z - e * e - l);",
    replace: "sum += 0.5 * (z * z - e * e);",
    law: laws,
  },
];
