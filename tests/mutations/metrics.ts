/** Bugs that the laws of metrics must notice. */
import type { Mutant } from "./run.ts";

const distances = "tests/properties/metrics_distances_test.ts";
const images = "tests/properties/metrics_images_test.ts";
const control = "tests/properties/metrics_control_test.ts";

/** Mutants of src/metrics. */
export const mutants: readonly Mutant[] = [
  {
    id: "precision-recall-swapped",
    file: "src/metrics/coverage.ts",
    find: "precision: share(inReal),\n    recall: share(inSamples),",
    replace: "precision: share(inSamples),\n    recall: share(inReal),",
    law: distances,
  },
  {
    id: "fd-without-mean-term",
    file: "src/metrics/frechet.ts",
    find: "meanTerm += difference * difference;",
    replace: "meanTerm += 0 * difference;",
    law: distances,
  },
  {
    id: "fd-root-not-doubled",
    file: "src/metrics/frechet.ts",
    find: "p.trace + q.trace - 2 * root",
    replace: "p.trace + q.trace - root",
    law: distances,
  },
  {
    id: "kid-biased",
    file: "src/metrics/kernel.ts",
    find: "return 2 * sum / (a.count * (a.count - 1));",
    replace: "return 2 * sum / (a.count * a.count);",
    law: distances,
  },
  {
    id: "ssim-unquantised",
    file: "src/metrics/image.ts",
    find: "if (!(data instanceof Uint8Array)) {",
    replace: "if (data === undefined) {",
    law: images,
  },
  {
    id: "psnr-of-summed-error",
    file: "src/metrics/image.ts",
    find: "10 * log10(255 * 255 * size / square)",
    replace: "10 * log10(255 * 255 / square)",
    law: images,
  },
  {
    id: "probe-never-fitted",
    file: "src/metrics/probe.ts",
    find: "{ steps: 100, tolerance: 3e-4, scale: steepness }",
    replace: "{ steps: 0 }",
    law: control,
  },
  {
    id: "balanced-accuracy-unbalanced",
    file: "src/metrics/probe.ts",
    find: "      sum += right[c] / all[c];\n      present++;",
    replace: "      sum += right[c];\n      present += all[c];",
    law: control,
  },
  {
    id: "direction-away-from-class",
    file: "src/metrics/intervention.ts",
    find: "(probe.weight[to * d + j] - probe.weight[from * d + j])",
    replace: "(probe.weight[from * d + j] - probe.weight[to * d + j])",
    law: control,
  },
  {
    id: "mig-second-is-last",
    file: "src/metrics/disentanglement.ts",
    find: "(information[1] ?? 0)",
    replace: "information[information.length - 1]",
    law: control,
  },
  {
    id: "duplicates-compare-with-themselves",
    file: "src/metrics/neighbours.ts",
    find: "for (let j = i + 1; j < set.count; j++) {",
    replace: "for (let j = i; j < set.count; j++) {",
    law: control,
  },
  {
    id: "iw-without-log-k",
    file: "src/metrics/likelihood.ts",
    find: " - log(draws);",
    replace: ";",
    law: control,
  },
  {
    id: "gaussian-control-one-draw",
    file: "src/run/controls.ts",
    find: "hostNormal(hostFold(hostFold(key, i), p), part.length)",
    replace: "hostNormal(hostFold(hostFold(key, 0 * i), p), part.length)",
    law: "tests/metrics/controls_test.ts",
  },
  {
    id: "lite0-without-blur",
    file: "src/metrics/extractors/resize.ts",
    find: "blurThenResize(size, target, 0.7 * size / 32)",
    replace: "blurThenResize(size, target, 0)",
    law: "tests/metrics/extractors_test.ts",
    filter: "lite0 agrees",
  },
  {
    id: "few-steps-all-alike",
    file: "src/metrics/few_steps.ts",
    find: "await subject.sample(samples, { evaluations: evaluations[i] });",
    replace: "await subject.sample(samples, { evaluations: evaluations[0] });",
    law: "tests/metrics/few_steps_test.ts",
  },
  {
    id: "conditional-without-ceiling",
    file: "src/metrics/conditional.ts",
    find: "value: value / ceiling, beside",
    replace: "value: value, beside",
    law: "tests/metrics/conditional_test.ts",
  },
  {
    id: "conditional-asks-for-one-class",
    file: "src/metrics/conditional.ts",
    find: "Int32Array.from(rows, (i) => i % classes.length)",
    replace: "Int32Array.from(rows, () => 0)",
    law: "tests/metrics/conditional_test.ts",
  },
  {
    id: "conditional-guidance-not-passed",
    file: "src/metrics/conditional.ts",
    find: "...(guidance === null ? {} : { guidance }) };",
    replace: "};",
    law: "tests/metrics/conditional_test.ts",
  },
  {
    id: "memorised-by-one-ratio",
    file: "src/metrics/memorisation.ts",
    find: "below(ratio, standardError) && below(toHeldOut, toHeldOutError)",
    replace: "below(ratio, standardError)",
    law: "tests/properties/metrics_memorisation_test.ts",
  },
  {
    id: "memorised-is-far",
    file: "src/metrics/memorisation.ts",
    find: "value < 1 - Math.max(margin, 2 * error)",
    replace: "value > 1 + Math.max(margin, 2 * error)",
    law: "tests/properties/metrics_memorisation_test.ts",
  },
  {
    id: "nearness-squared",
    file: "src/metrics/memorisation.ts",
    find: "nearest(from, sets.train).map(Math.sqrt)",
    replace: "nearest(from, sets.train)",
    law: "tests/properties/metrics_memorisation_test.ts",
  },
];
