/** Bugs of reports, each with the law that must see it. @module */
import type { Mutant } from "../run.ts";

const model = "tests/report/model_test.ts";
const charts = "tests/report/charts_test.ts";
const page = "tests/report/page_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "report-hoists-what-differs",
    file: "src/report/model/tables/tables.ts",
    find: "others.every((cell) => cell.beside?.[name] === first.beside![name])",
    replace: "others.some((cell) => cell.beside?.[name] === first.beside![name])",
    law: "tests/report/hoisting_test.ts",
  },
  {
    id: "best-is-largest",
    file: "src/report/model/tables/cells.ts",
    find: `const sign = column.direction === "lower" ? -1 : 1;`,
    replace: `const sign = 1;`,
    law: model,
  },
  {
    id: "d-without-the-floor",
    file: "src/report/model/tables/tables.ts",
    find: `(v.value - heldOut) / (gaussian - heldOut)`,
    replace: `v.value / (gaussian - heldOut)`,
    law: model,
  },
  {
    id: "ties-never-shown",
    file: "src/report/model/tables/cells.ts",
    find: `return low > 0 || high < 0;`,
    replace: `return true;`,
    law: model,
  },
  {
    id: "failed-runs-counted-as-passed",
    file: "src/report/model/banner.ts",
    find: `const broken = of("failed").length + of("diverged").length;`,
    replace: `const broken = of("failed").length;`,
    law: model,
  },
  {
    id: "infinite-values-shown",
    file: "src/report/model/tables/cells.ts",
    find: `if (metric.value !== null && Number.isFinite(metric.value)) {`,
    replace: `if (metric.value !== null) {`,
    law: model,
  },
  {
    id: "front-of-the-worst",
    file: "src/report/model/charts/front.ts",
    find: `(q.x > p.x || good(q) > good(p))`,
    replace: `(q.x < p.x || good(q) < good(p))`,
    law: charts,
    filter: "Pareto",
  },
  {
    id: "warnings-of-charts-ignored",
    file: "src/report/draw/svg.ts",
    find: `if (problems.length > 0) throw`,
    replace: `if (problems.length > 99) throw`,
    law: charts,
    filter: "only warns",
  },
  {
    id: "labels-not-escaped",
    file: "src/base/text/escape.ts",
    find: `return escapeHtml(String(value));`,
    replace: `return String(value);`,
    law: page,
    filter: "markup escapes",
  },
  {
    id: "another-runs-picture-shown",
    file: "src/report/model/stored.ts",
    find: `if (found === expected) return bytes;`,
    replace: `return bytes;`,
    law: page,
    filter: "another run",
  },
  {
    id: "memory-ranked-as-quality",
    file: "src/report/model/tables/cells.ts",
    find:
      `return !group.control && !(group.memorised && standingOf(column.metric).comparesSamples);`,
    replace: `return !group.control;`,
    law: model,
    filter: "nearer to the training set",
  },
  {
    id: "cost-front-of-the-dear",
    file: "src/report/model/charts/front.ts",
    find: `const sign = xDirection === "higher" ? 1 : -1;`,
    replace: `const sign = 1;`,
    law: "tests/report/families_test.ts",
  },
  {
    id: "few-steps-not-normalised",
    file: "src/report/model/charts/few_steps.ts",
    find: `(value - span.heldOut) / (span.gaussian - span.heldOut)`,
    replace: `value / span.gaussian`,
    law: "tests/report/families_test.ts",
  },
  {
    id: "disagreement-by-chance",
    file: "src/report/model/tables/findings.ts",
    find: `if (!toldApart(a, b)) return 0;`,
    replace: ``,
    law: "tests/report/families_test.ts",
  },
  {
    id: "elsewhere-costs-nothing",
    file: "src/report/model/costs.ts",
    find: "unknown !== undefined && !unknown.but?.includes(name)",
    replace: "false",
    law: "tests/report/families_test.ts",
  },
  {
    id: "data-config-rounded",
    file: "src/report/model/banner.ts",
    find: "configLine(config)",
    replace: 'Object.entries(config).map(([k, v]) => `${k} ${Number(v).toFixed(0)}`).join(", ")',
    law: "tests/base/config_text_test.ts",
  },
  {
    id: "config-digits-cut",
    file: "src/base/text/config_text.ts",
    find: 'Object.is(value, -0) ? "-0" : String(value)',
    replace: 'Object.is(value, -0) ? "-0" : String(Number(value.toPrecision(6)))',
    law: "tests/base/config_text_test.ts",
  },
  {
    id: "effect-of-a-policy-rounded",
    file: "src/gate/outcome.ts",
    find: 'minimumFrom === "policy" ? asWritten : short',
    replace: "short",
    law: "tests/base/config_text_test.ts",
  },
];
