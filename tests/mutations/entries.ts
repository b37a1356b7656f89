/** Mutants of entries with data and metrics of their own. */
import type { Mutant } from "./run.ts";

const law = "tests/properties/plan/entries_test.ts";

export const mutants: readonly Mutant[] = [
  {
    id: "entry-data-ignored",
    file: "src/plan/scored.ts",
    find: "return run.data ?? suite.data;",
    replace: "return run === undefined ? run : suite.data;",
    law,
  },
  {
    id: "entry-metrics-merged",
    file: "src/plan/scored.ts",
    find: "return run.metrics ?? suite.metrics;",
    replace: "return run.metrics ? [...suite.metrics, ...run.metrics] : suite.metrics;",
    law,
  },
  {
    id: "rows-of-two-data-called-alike",
    file: "src/plan/scored.ts",
    find: 'return key === own ? "" : onData(names.get(key)!);',
    replace: 'return key === own ? "" : onData(names.get(key)!).slice(0, 0);',
    law,
  },
  {
    id: "control-rows-of-the-suite-alone",
    file: "src/plan/plan.ts",
    find: "scoredSets(suite).filter(({ runs }) => runs.some((run) => there.has(run)))",
    replace: "scoredSets(suite).slice(0, 1).filter(({ runs }) => runs.some((r) => there.has(r)))",
    law,
  },
  {
    id: "control-row-whatever-it-takes",
    file: "src/suite/entries/controls.ts",
    find: "takenBy(controls[row]).includes(kind)",
    replace: "takenBy(controls[row]).length > 0 && kind.length > 0",
    law: "tests/suite/entries_test.ts",
  },
  {
    id: "entry-metrics-held-against-the-suite's-data",
    file: "src/suite/load.ts",
    find: "const scored = await table.of({ ...entry.own, step });",
    replace: "const scored = await table.of({ metrics: entry.own.metrics, step });",
    law: "tests/suite/entries_test.ts",
  },
  {
    id: "step-scored-by-the-suite's-metrics",
    file: "src/suite/entries/scored.ts",
    find: "const written = step ? unscored : this.#metrics;",
    replace: "const written = step && unscored.names.length > 0 ? unscored : this.#metrics;",
    law: "tests/suite/entries_test.ts",
  },
  {
    id: "entry-gated-by-the-suite's-policy",
    file: "src/gate/suite.ts",
    find: "lists.get(rows.get(label)?.metrics ?? suite.metrics)!",
    replace: "lists.get(rows.size > 0 ? suite.metrics : [])!",
    law: "tests/gate/entries_test.ts",
  },
  {
    id: "rows-on-two-data-ranked-together",
    file: "src/report/model/bodies.ts",
    find: "if (found.length < 2) return",
    replace: "if (found.length < 20) return",
    law: "tests/report/parts_test.ts",
  },
  {
    id: "primary-of-other-data",
    file: "src/report/model/bodies.ts",
    find: "(several ? headline.find(({ column }) => ranks(column)) : undefined) ?? headline[0]",
    replace: "(several ? undefined : headline[0])",
    law: "tests/report/parts_test.ts",
  },
];
