import type { Mutant } from "../run.ts";

/** Bugs of the path from plan to record. */
export const mutants: readonly Mutant[] = [
  {
    id: "seed-ignored",
    file: "src/run/keys.ts",
    find: `hostKey(seed, "run", ...purposes)`,
    replace: `hostKey(0 * seed, "run", ...purposes)`,
    law: "tests/run/resume_test.ts",
  },
  {
    id: "twin-of-another-training",
    file: "src/run/score/twin.ts",
    find: "extractors: _e, needs, ...training }",
    replace: "extractors: _e, needs, seed: _n, batch: _b, config: _c, ...training }",
    law: "tests/run/twin_test.ts",
  },
  {
    id: "unmeasured-values-taken-over",
    file: "src/run/score/twin.ts",
    find: 'value !== null || status === "not-defined"',
    replace: "value !== null || status !== undefined",
    law: "tests/run/twin_test.ts",
  },
  {
    id: "fresh-takes-values-over",
    file: "src/run/score/twin.ts",
    find: "if (run.fresh) return null;",
    replace: "if (run.fresh && twin !== null) return null;",
    law: "tests/run/twin_test.ts",
  },
  {
    id: "twin-counted-as-resumed",
    file: "src/protocols/train_evaluate/execute.ts",
    find: "resumed: twin?.resumed ?? resumed,",
    replace: "resumed: (twin?.resumed ?? resumed) + (twin === null ? 0 : 1),",
    law: "tests/run/twin_test.ts",
  },
  {
    id: "resume-counts-steps-from-zero",
    file: "src/run/train/train.ts",
    find: "      step,\n      told: (at, scalar) => series.add(at, scalar),",
    replace:
      "      step: step - options.from,\n      told: (at, scalar) => series.add(at, scalar),",
    law: "tests/run/resume_test.ts",
  },
  {
    id: "seed-ignored-on-resume",
    file: "src/run/train/train.ts",
    find: "batchAt(setup, step + 1)",
    replace: "batchAt(setup, step + 1 - options.from)",
    law: "tests/run/resume_test.ts",
  },
  {
    id: "checkpoint-forgets-optimiser",
    file: "src/run/checkpoint.ts",
    find: `if (typeof node === "string") {`,
    replace: `if (typeof node === "string") {
      if (node.startsWith("slots/first/")) {
        return engine.tensor(new Float32Array(tensors[node].data.length), tensors[node].shape);
      }`,
    law: "tests/run/resume_test.ts",
  },
  {
    id: "order-same-in-every-epoch",
    file: "src/kinds/batch/order.ts",
    find: "hostPermutation(hostFold(key, epoch), size)",
    replace: "hostPermutation(hostFold(key, 0), size)",
    law: "tests/kinds/batch/order_test.ts",
  },
  {
    id: "mirrors-the-same-at-every-step",
    file: "src/kinds/batch/order.ts",
    find: "hostFold(hostFold(key, name), step)",
    replace: "hostFold(hostFold(key, name), 0)",
    law: "tests/kinds/batch/order_test.ts",
  },
  {
    id: "mirror-turns-pictures-over",
    file: "src/kinds/image/images.ts",
    find: "const at = from + (width - 1 - x) * channels, to = from + x * channels;",
    replace:
      "const at = (2 * n + 1) * height * line - line - from + x * channels, to = from + x * channels;",
    law: "tests/kinds/image/images_test.ts",
  },
  {
    id: "order-ignores-its-key",
    file: "src/kinds/batch/order.ts",
    find: "hostPermutation(hostFold(key, epoch), size)",
    replace: "hostPermutation(hostFold([0, 0], epoch), size)",
    law: "tests/kinds/batch/order_test.ts",
  },
  {
    id: "order-draws-with-replacement",
    file: "src/kinds/batch/order.ts",
    find: "[at % size];",
    replace: "[(at * at) % size];",
    law: "tests/kinds/batch/order_test.ts",
  },
  {
    id: "divergence-sees-no-nan",
    file: "src/run/divergence.ts",
    find: "if (!Number.isFinite(value)) {",
    replace: "if (value === Infinity) {",
    law: "tests/run/divergence_test.ts",
  },
  {
    id: "divergence-one-spike-is-enough",
    file: "src/run/divergence.ts",
    find: "value > limit ? this.#exploded + 1 : 0",
    replace: "value > limit ? explodedSteps : 0",
    law: "tests/run/divergence_test.ts",
  },
  {
    id: "every-seed-timed-where-nothing-is-judged",
    file: "src/launch/timing.ts",
    find: "(rounds[turn] ??= []).push(planned);",
    replace: "rounds[0 * turn].push(planned);",
    law: "tests/launch/timing_test.ts",
  },
  {
    id: "judged-seeds-left-untimed",
    file: "src/launch/timing.ts",
    find: "rounds[0].push(...all.map(({ planned }) => planned));",
    replace: "",
    law: "tests/launch/timing_test.ts",
  },
  {
    id: "timing-without-a-budget",
    file: "src/launch/timing.ts",
    find: "/ 1000 > budgetSeconds) return;",
    replace: "/ 1000 > Infinity) return;",
    law: "tests/launch/timing_test.ts",
  },
  {
    id: "counts-wait-for-the-clock",
    file: "src/run/score/evaluate.ts",
    find: 'if (phase === "quality") return counts ?? null;',
    replace: 'if (phase === "quality") return null;',
    law: "tests/protocols/execute_test.ts",
    filter: "speed metrics are added",
  },
];
