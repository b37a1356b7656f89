/** Bugs of the table of metrics, of what artefacts show, and of who names a metric. @module */
import type { Mutant } from "../run.ts";

const table = "tests/metrics/table_test.ts";
const shows = "tests/record/shows_test.ts";
const names = "tests/proof/figures/metric_names_test.ts";
const own = "tests/report/own_metric_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "narrowed-unescaped",
    file: "src/metrics/table/look_up.ts",
    find: 'text.replace(/[\\\\^$.*+?()[\\]{}|/-]/g, "\\\\$&")',
    replace: "text",
    law: table,
    filter: "narrowed",
  },
  {
    id: "defaults-over-the-row",
    file: "src/metrics/table/look_up.ts",
    find: "{ ...standingByDefault, ...metricTable[metric] }",
    replace: "{ ...metricTable[metric], ...standingByDefault }",
    law: table,
  },
  {
    id: "own-standing-dropped",
    file: "src/metrics/table/look_up.ts",
    find: "{ ...metric.standing, load: () => Promise.resolve(metric as Metric) }",
    replace: "{ load: () => Promise.resolve(metric as Metric) }",
    law: table,
  },
  {
    id: "patterns-that-keep-state-taken",
    file: "src/metrics/standing_faults.ts",
    find: "if (pattern.global || pattern.sticky) {",
    replace: "if (pattern.sticky) {",
    law: table,
    filter: "refused",
  },
  {
    id: "walks-of-the-prior-read-as-others",
    file: "src/record/shows.ts",
    find: '[/^prior-interpolations?\\b/, "prior-interpolation"]',
    replace: '[/^prior-interpolations?\\b/, "other"]',
    law: shows,
  },
  {
    id: "factor-of-a-sheet-forgotten",
    file: "src/record/shows.ts",
    find: "? { what } : { what, of: found.groups.of }",
    replace: "? { what } : { what }",
    law: shows,
  },
  {
    id: "shows-ignored",
    file: "src/record/shows.ts",
    find: "if (shows !== undefined) return shows;",
    replace: "if (shows !== undefined) return { what: shows.what };",
    law: shows,
  },
  {
    id: "sheets-of-factors-in-one-gallery",
    file: "src/report/model/galleries.ts",
    find: "JSON.stringify([of, medium])",
    replace: "JSON.stringify([medium])",
    law: shows,
  },
  {
    id: "columns-by-former-names",
    file: "src/record/store.ts",
    find: "[renamed.get(name) ?? name, ",
    replace: "[name, ",
    law: "tests/record/store_test.ts",
    filter: "older version",
  },
  {
    id: "own-theme-left-out",
    file: "src/report/model/tables/themes.ts",
    find: "if (theme.id !== otherTheme.id && !ordered.has(theme.id)) ordered.set(theme.id, theme);",
    replace: "if (ordered.has(theme.id)) ordered.set(theme.id, theme);",
    law: own,
  },
  {
    id: "unranked-metrics-ranked",
    file: "src/report/model/tables/cells.ts",
    find: 'return direction !== "none" && standingOf(metric).ranks;',
    replace: 'return metric !== "" && direction !== "none";',
    law: own,
  },
  {
    id: "the-last-stands-for-quality",
    file: "src/report/model/charts/front.ts",
    find: "place(own) < (best ? place(best) : Infinity) ? own : best",
    replace: "place(own) < Infinity ? own : best",
    law: own,
  },
  {
    id: "memory-passes-for-quality",
    file: "src/report/model/tables/cells.ts",
    find: "!(group.memorised && standingOf(column.metric).comparesSamples)",
    replace: "!(group.memorised && !standingOf(column.metric).comparesSamples)",
    law: own,
  },
  {
    id: "metrics-of-comparisons-missed",
    file: "src/proof/figures/house/metric_names.ts",
    find: "!WORDS.has(name) || OF_METRIC.test(before)",
    replace: "!WORDS.has(name)",
    law: names,
  },
  {
    id: "keys-of-metrics-missed",
    file: "src/proof/figures/house/metric_names.ts",
    find: "if (!WORDS.has(name) && hasKey(tokens, name)) named.add(name);",
    replace: "if (WORDS.has(name) && hasKey(tokens, name)) named.add(name);",
    law: names,
  },
];
