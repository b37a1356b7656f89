/** Bugs that the laws of fidelity, diversity, memory and transport must notice. */
import type { Mutant } from "../run.ts";

const fidelity = "tests/properties/metrics/fidelity_test.ts";
const transport = "tests/properties/metrics/transport_test.ts";
const compute = "tests/metrics/fidelity_compute_test.ts";
const peers = "tests/metrics/peers_golden_test.ts";

/** Mutants of src/metrics. */
export const mutants: readonly Mutant[] = [
  {
    id: "views-of-one-picture-as-neighbours",
    file: "src/algebra/neighbours.ts",
    find: "if ((j - i) % pictures === 0) continue;",
    replace: "",
    law: "tests/properties/metrics/fidelity_test.ts",
  },
  {
    id: "views-by-products-as-neighbours",
    file: "src/algebra/neighbours.ts",
    find: "for (let j = i % pictures; j < pool.count; j += pictures) distances[j] = Infinity",
    replace: "distances[i] = Infinity",
    law: "tests/properties/metrics/fidelity_test.ts",
  },
  {
    id: "mirrored-copies-pass",
    file: "src/metrics/copies/training_views.ts",
    find: "if (!context.mirrored) return plain;",
    replace: "if (context.mirrored !== null) return plain;",
    law: "tests/run/evaluate_test.ts",
  },
  {
    id: "neighbour-slack-missing",
    file: "src/algebra/neighbours.ts",
    find: "4 * (d + 4) * 2 ** -53 * (own[i] + largest)",
    replace: "0 * (own[i] + largest)",
    law: fidelity,
  },
  {
    id: "density-over-data",
    file: "src/metrics/features/coverage.ts",
    find: "density: balls / (k * samples.count),",
    replace: "density: balls / (real.count * samples.count),",
    law: "tests/properties/metrics/distances_test.ts",
  },
  {
    id: "clipped-density-unclipped",
    file: "src/metrics/features/clipped.ts",
    find: "sum + Math.min(n, k) / k",
    replace: "sum + n / k",
    law: fidelity,
  },
  {
    id: "clipped-radii-unclipped",
    file: "src/metrics/features/clipped.ts",
    find: "radii: radii.map((r) => Math.min(r, middle))",
    replace: "radii",
    law: fidelity,
  },
  {
    id: "clipped-coverage-uncalibrated",
    file: "src/metrics/features/clipped.ts",
    find: "coverage: calibrated(raw, { rows: real.count, samples: samples.count, k }),",
    replace: "coverage: raw,",
    law: fidelity,
  },
  {
    id: "authenticity-reversed",
    file: "src/metrics/copies/authenticity.ts",
    find: "distances[i] > own[rows[i]]",
    replace: "distances[i] < own[rows[i]]",
    law: fidelity,
  },
  {
    id: "vendi-without-share",
    file: "src/metrics/features/vendi.ts",
    find: "gram.data.map((v) => v / n)",
    replace: "gram.data",
    law: fidelity,
  },
  {
    id: "fld-gap-of-held-out",
    file: "src/metrics/features/feature_likelihood.ts",
    find: "mixtureLoss(mixture, train, algebra) - loss",
    replace: "loss - mixtureLoss(mixture, train, algebra)",
    law: fidelity,
  },
  {
    id: "line-read-at-the-mean",
    file: "src/metrics/features/frechet_infinity.ts",
    find: "const intercept = my - slope * mx;",
    replace: "const intercept = my;",
    law: transport,
  },
  {
    id: "jackknife-as-spread",
    file: "src/metrics/features/frechet_infinity.ts",
    find: "Math.sqrt((groups - 1) / groups * squares)",
    replace: "Math.sqrt(squares / groups / (groups - 1))",
    law: transport,
    filter: "FD∞",
  },
  {
    id: "transport-unsorted",
    file: "src/metrics/features/sliced.ts",
    find: "  a.sort();\n  b.sort();",
    replace: "  a.sort();",
    law: transport,
  },
  {
    id: "slices-not-unit",
    file: "src/metrics/features/sliced.ts",
    find: "out.map((v) => v / norm)",
    replace: "out",
    law: transport,
  },
  {
    id: "class-share-not-mean",
    file: "src/metrics/features/class_score.ts",
    find: "log(p / (to - from))",
    replace: "log(p)",
    law: transport,
  },
  {
    id: "ms-ssim-borders-cut",
    file: "src/metrics/image/multiscale.ts",
    find: "similarityMaps(mirrored(p), mirrored(q))",
    replace: "similarityMaps(p, q)",
    law: peers,
    filter: "MS-SSIM",
  },
  {
    id: "path-step-not-squared",
    file: "src/metrics/latents/path_length.ts",
    find: "2 * p + 1) * steps * steps;",
    replace: "2 * p + 1) * steps;",
    law: compute,
  },
  {
    id: "spatial-features-pooled",
    file: "src/metrics/features/frechet.ts",
    find: "real: await extractor.spatial((",
    replace: "real: await extractor.extract((",
    law: compute,
  },
];
