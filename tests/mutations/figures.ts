/** Bugs of figures, each with the law that must see it. @module */
import type { Mutant } from "./run.ts";

const law = "tests/figures/image_families_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "figure-from-too-few-seeds",
    file: "src/figures/image_families/readings.ts",
    find: "values.length >= seeds",
    replace: "values.length >= 1",
    law,
  },
  {
    id: "figure-of-another-configuration",
    file: "src/figures/image_families/mod.ts",
    find: "all.filter(({ spec }) => wanted.has(configurationOf(spec)))",
    replace: "all.filter(({ spec }) => wanted.size > 0 && spec !== null)",
    law,
  },
  {
    id: "edited-record-believed",
    file: "src/figures/image_families/small_records.ts",
    find: `|| runId(record.spec) !== record.id) {`,
    replace: `) {`,
    law,
  },
  {
    id: "worst-configuration-shown",
    file: "src/figures/image_families/readings.ts",
    find: "sign * b.mean < sign * a.mean ? b : a",
    replace: "sign * b.mean < sign * a.mean ? a : b",
    law,
  },
];
