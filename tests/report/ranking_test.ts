import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { buildReport } from "../../src/report/model/build.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import type { Ranking, ReportModel } from "../../src/report/model/model.ts";
import { rankingNote, rankingSheets } from "../../src/report/ranking_sheets.ts";
import type { MetricValue } from "../../src/record/value.ts";
import {
  expectedPlaces,
  improvementInterval,
  rankRanges,
  varianceSplit,
} from "../../src/stats/mod.ts";
import { close, law } from "../law.ts";
import { fixture, recordOf, withValues } from "./fixture.ts";

const FD = "FD-judge-heads-v1@500";
const families = ["autoencoder", "vae", "gan"];

/** Rows of these values by seed in FD and nothing else in which seeds differ. */
function rows(
  values: readonly (readonly number[])[],
  change: (metric: MetricValue) => MetricValue = (m) => m,
): ReportModel {
  return buildReport({
    suite: { name: "smoke", version: 1 },
    records: values.flatMap((own, f) =>
      own.map((value, i) => {
        const record = recordOf({ family: families[f], seed: i + 1, control: false, steps: 10 });
        const metrics = record.metrics.filter((m) => m.name === FD);
        return withValues({ ...record, metrics }, (m) => change({ ...m, value }));
      })
    ),
  });
}

const inOrder = (ranking: Ranking, model: ReportModel) =>
  ranking.rows.map(({ group }) => model.groups.find(({ id }) => id === group)!.family);

Deno.test("no ranking where there is nothing to compare: one seed, one family, equal values, timings", () => {
  assertEquals(rows([[1], [2]]).ranking, null);
  assertEquals(rows([[1, 2, 3]]).ranking, null);
  assertEquals(rows([[1, 2], [3]]).ranking, null, "one row has a spread, the other none");
  assertEquals(rows([[1, 1], [1, 1]]).ranking, null);
  assertEquals(rows([[1, 2], [3, 4]], (m) => ({ ...m, kind: "speed" })).ranking, null);
  assertEquals(rows([[1, 2], [3, 4]], (m) => ({ ...m, direction: "none" })).ranking, null);
  const text = renderMarkdown(rows([[1], [2]]), { charts: null });
  assert(!text.includes("## Ranking"));
});

Deno.test("places, chances and the place of a new run are those of the statistics, best first", () => {
  const values = [[12, 13, 11.5], [10, 10.2, 10.1], [30, 50, 41]];
  const model = rows(values);
  const ranking = model.ranking!;
  assertEquals(inOrder(ranking, model), ["vae", "autoencoder", "gan"]);
  const ranges = rankRanges(values, { direction: "lower" });
  const expected = expectedPlaces([{ samples: values, direction: "lower" }]);
  for (const [place, at] of [1, 0, 2].entries()) {
    assertEquals(ranking.rows[place].places, [ranges[at]]);
    assertEquals(ranking.rows[place].expected, expected[at]);
  }
  const { estimate, low, high } = improvementInterval(values[0], values[1]);
  assertEquals(ranking.duels[0].chances[0][1], { estimate, low, high });
  assertEquals(ranking.seeds, 3);
  assertStringIncludes(rankingNote(ranking), "anything from 50 % to 100 %");
});

Deno.test("more is better: the same order from the other end", () => {
  const values = [[12, 13, 11.5], [10, 10.2, 10.1], [30, 50, 41]];
  const model = rows(values, (m) => ({ ...m, direction: "higher" }));
  assertEquals(inOrder(model.ranking!, model), ["gan", "autoencoder", "vae"]);
});

law("ranking: of two rows the chances add up to one, with mirrored ends", {
  source: "definition",
  given: {
    values: fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 5 }), {
      minLength: 2,
      maxLength: 3,
    }),
    direction: fc.constantFrom("lower" as const, "higher" as const),
  },
  cases: 60,
  holds: ({ values, direction }) => {
    const { ranking } = rows(values, (m) => ({ ...m, direction }));
    for (const { chances } of ranking?.duels ?? []) {
      chances.forEach((row, i) =>
        row.forEach((cell, j) => {
          if (cell === null) return assertEquals(i, j);
          const back = chances[j][i]!;
          close(cell.estimate + back.estimate, 1, 1e-12, "chances");
          close(cell.low + back.high, 1, 1e-9, "ends");
          assert(cell.low <= cell.estimate && cell.estimate <= cell.high);
        })
      );
    }
  },
  kills: ["duels-ignore-direction"],
});

Deno.test("what is memorised doesn't compete, and a row without a value takes no place", () => {
  const nearer = buildReport(fixture({
    families,
    change: (r) =>
      r.spec.family !== "vae" ? r : withValues(r, (m) =>
        m.name.startsWith("train-distance")
          ? {
            ...m,
            value: 0.9,
            beside: { standardError: 0.01, toHeldOut: 0.9, toHeldOutError: 0.01 },
          }
          : m),
  }));
  const { columns, rows, overall } = nearer.ranking!;
  const of = (family: string) => nearer.groups.find((g) => g.family === family && !g.control)!.id;
  const row = (family: string) => rows.find(({ group }) => group === of(family))!;
  const at = (metric: string) => columns.findIndex((c) => c.metric === metric);
  assertEquals(row("vae").places[at("frechet")], null);
  assert(row("vae").places[at("reconstruction")] !== null);
  assertEquals(row("vae").expected, null);
  assertEquals(row("autoencoder").places[at("likelihood")], null, "no likelihood, no place");
  assert(!overall.some((heading) => heading.startsWith("bits/dim")), "not all rows have one");
  assert(!overall.some((heading) => heading.startsWith("precision")), "not measured at all");
  assert(overall.length > 1);
});

Deno.test("several distances on one scale: interquartile mean and profile; one alone has none", () => {
  const model = buildReport(fixture({ families }));
  const { headings, rows: own } = model.ranking!.aggregate!;
  assertEquals(headings, ["d FD-judge-heads-v1@500", "d FD-lite0@500"]);
  assertEquals(own.length, 3);
  for (const { estimate } of own) assertEquals([estimate.n, estimate.method], [3, "jackknife t"]);
  const [chart] = model.charts.ranking;
  assert(chart.kind === "profile");
  for (const { points } of chart.lines) {
    points.slice(1).forEach(({ x, y }, i) => assert(x > points[i].x && y >= points[i].y));
    assertEquals(points.at(-1)!.y, 1);
  }
  assert(
    chart.lines.some(({ points }) => Math.abs(points[0].y - 1 / 6) < 1e-12),
    "the best of six values",
  );
  const single = buildReport(fixture({
    change: (r) => ({ ...r, metrics: r.metrics.filter((m) => m.name !== "FD-lite0@500") }),
  }));
  assertEquals([single.ranking!.aggregate, single.charts.ranking], [null, []]);
});

Deno.test("draws of one run in the record split the spread; without them nothing is said", () => {
  const draws = [[[9, 10, 11], [14, 15, 16]], [[19, 20, 21], [26, 25, 24]]];
  const values = draws.map((runs) => runs.map(([first]) => first));
  let next = 0;
  const model = rows(values, (m) => ({ ...m, raw: draws.flat()[next++] }));
  const [spread] = model.ranking!.spread;
  const { between, share } = varianceSplit(draws);
  assertEquals([spread.column.heading, spread.runs, spread.draws], [FD, 4, 3]);
  close(spread.training.estimate, Math.sqrt(between.estimate), 1e-12);
  assertEquals(spread.share, share);
  const text = renderMarkdown(model, { charts: null });
  assertStringIncludes(text, "### Sources of variation");
  assertEquals(rows(values).ranking!.spread, []);
});

Deno.test("no number is rounded to a certainty, and a long table says what it left out", () => {
  const ranking: Ranking = {
    ...rows([[1, 2, 3], [4, 5, 6]]).ranking!,
  };
  const model = rows([[1, 2, 3], [4, 5, 6]]);
  const groups = new Map(model.groups.map((group) => [group.id, group]));
  const [duel] = ranking.duels;
  const chances = [[null, { estimate: 0.9999, low: 0.001, high: 1 }], [
    { estimate: 0.0001, low: 0, high: 0.999 },
    null,
  ]];
  const sheets = rankingSheets({ ...ranking, duels: [{ ...duel, chances, left: 2 }] }, groups);
  const sheet = sheets.at(-1)!;
  assertEquals(sheet.rows.map(({ cells }) => cells), [["", "99 (1–100)"], ["1 (0–99)", ""]]);
  assertStringIncludes(sheet.caption, "The last 2 rows by place are left out.");
});
