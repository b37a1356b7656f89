/** Bugs of figures, each with the law that must see it. @module */
import type { Mutant } from "../run.ts";

const law = "tests/proof/figures/image_families_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "figure-from-too-few-seeds",
    file: "src/proof/figures/suites/readings.ts",
    find: "values.length >= seeds",
    replace: "values.length >= 1",
    law,
  },
  {
    id: "figure-of-another-configuration",
    file: "src/proof/figures/suites/figures_of_suite.ts",
    find: "all.filter(({ spec }) => wanted.has(configurationOf(spec)))",
    replace: "all.filter(({ spec }) => wanted.size > 0 && spec !== null)",
    law,
  },
  {
    id: "edited-record-believed",
    file: "src/proof/figures/suites/small_records.ts",
    find: `|| runId(record.spec) !== record.id) {`,
    replace: `) {`,
    law,
  },
  {
    id: "worst-configuration-shown",
    file: "src/proof/figures/suites/readings.ts",
    find: "sign * b.mean < sign * a.mean ? b : a",
    replace: "sign * b.mean < sign * a.mean ? a : b",
    law,
  },
  ...[
    {
      id: "faults-any-end-is-told",
      file: "program.ts",
      find: "return ended.code === 2 || ended.code === 3 ? null : shownEnd(ended);",
      replace: "return ended.code !== 0 ? null : shownEnd(ended);",
    },
    {
      id: "faults-own-fault-is-told",
      file: "program.ts",
      find: '.includes("this is a bug in Likeness")',
      replace: '.includes("this is nobody\'s fault")',
    },
    {
      id: "faults-pass-by-zero-unseen",
      file: "inject/writes.ts",
      find: "? otherNumbers(left, clean)",
      replace: "? null",
    },
    {
      id: "faults-numbers-afterwards-unseen",
      file: "inject/writes.ts",
      find: "const differs = otherNumbers(after, clean);",
      replace: "const differs = otherNumbers(clean, clean);",
    },
    {
      id: "faults-of-one-process-only",
      file: "inject/failing_writes.ts",
      find: "preloadChildren(import.meta.url);",
      replace: "",
    },
    {
      id: "faults-flip-without-numbers-passes",
      file: "inject/flips.ts",
      find: "return missing.length === 0 ? null",
      replace: "return missing.length >= 0 ? null",
    },
    {
      id: "faults-unseen-edit-passes",
      file: "inject/edits.ts",
      find: "wrong: should === does ? null",
      replace: "wrong: does || should ? null",
    },
    {
      id: "faults-children-outlive-a-late-program",
      file: "program.ts",
      find: 'Deno.kill(-child.pid, "SIGKILL");',
      replace: 'Deno.kill(child.pid, "SIGKILL");',
    },
  ].map(({ file, ...rest }) => ({
    ...rest,
    file: `src/proof/figures/faults/${file}`,
    law: "tests/proof/figures/faults_test.ts",
  })),
  ...[
    {
      id: "scenes-best-taken-for-worst",
      file: "figures/scenes/raster.ts",
      find: "const value = Math.min(...Object.values(ratios));",
      replace: "const value = Math.max(...Object.values(ratios));",
    },
    {
      id: "scenes-ratio-upside-down",
      file: "figures/scenes/raster.ts",
      find: "median(race.theirs) / median(race.ours)",
      replace: "median(race.ours) / median(race.theirs)",
    },
    {
      id: "scenes-lists-left-in",
      file: "figures/scenes/raster.ts",
      find: "lists ? seconds : seconds - ofLists[i]",
      replace: "lists ? seconds : seconds - 0 * ofLists[i]",
    },
    {
      id: "scenes-nearest-taken-for-farthest",
      file: "figures/scenes/raster.ts",
      find: "const value = Math.max(...agreement.map(of));",
      replace: "const value = Math.min(...agreement.map(of));",
    },
    {
      id: "scenes-other-bits-raced",
      file: "figures/scenes/raster.ts",
      find: "({ differ }) => differ > 0",
      replace: "({ differ }) => differ < 0",
    },
    {
      id: "scenes-slower-peer-taken",
      file: "figures/scenes/hash_grid.ts",
      find: "Math.min(median(plain), median(flat))",
      replace: "Math.max(median(plain), median(flat))",
    },
    {
      id: "scenes-one-thread-twice",
      file: "figures/scenes/splat.ts",
      find: "if (one.cores === two.cores) {",
      replace: "if (one.cores < 0) {",
    },
    {
      id: "scenes-difference-that-is-no-number-passes",
      file: "peers/scenes/agreement.ts",
      find: "Number.isNaN(share) ? Infinity : share",
      replace: "Number.isNaN(share) ? 0 : share",
    },
    {
      id: "scenes-row-norm-without-root",
      file: "peers/scenes/agreement.ts",
      find: "Math.sqrt(squares / whole)",
      replace: "squares / whole",
    },
  ].map(({ file, ...rest }) => ({
    ...rest,
    file: `src/proof/${file}`,
    law: "tests/proof/figures/scenes_test.ts",
  })),
];
