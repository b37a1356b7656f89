import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { RunRecord } from "../../src/record/record.ts";
import { buildReport } from "../../src/report/model/build.ts";
import type { ReportInputs } from "../../src/report/model/inputs.ts";
import { allCharts, bodiesOf, type ReportModel } from "../../src/report/model/model.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { renderPage } from "../../src/report/page/page.ts";
import { fixture } from "./fixture.ts";

const FD = "FD-judge-heads-v1@500";

/**
 * The made suite on its data, and its first family's records once more on captions under other
 * values: a tenth of each number, so that they would lead every table that they stood in.
 */
function twoData(without: readonly string[] = []): ReportInputs {
  const inputs = fixture();
  const again = inputs.records.filter(({ spec }) =>
    spec.family === inputs.records[0].spec.family || spec.protocol === "control"
  ).map((record): RunRecord => ({
    ...record,
    id: `c${record.id.slice(1)}`,
    group: `c${record.group.slice(1)}`,
    label: `${record.label} on captions`,
    spec: {
      ...record.spec,
      data: { dataset: "captions", version: 1, config: { length: 9 } },
      metrics: record.spec.metrics.filter(({ metric }) => !without.includes(metric)),
    },
    metrics: record.metrics.filter(({ metric }) => !without.includes(metric))
      .map((one) => one.value === null ? one : { ...one, value: one.value / 10 }),
  }));
  return { ...inputs, records: [...again, ...inputs.records] };
}

/** A model as it is but for what is of the whole report, and which data it says that it is on. */
function bodyText(model: object): string {
  const { groups, leaderboard, ranking, findings, tables, galleries, missing } =
    model as ReportModel;
  return JSON.stringify({ groups, leaderboard, ranking, findings, tables, galleries, missing });
}

Deno.test("rows on the suite's own data are told of as if there were no others", () => {
  const inputs = twoData();
  const own = fixture();
  const data = own.records[0].spec.data;
  const both = buildReport({ ...inputs, suite: { ...inputs.suite, data } });
  assertEquals(bodyText(both), bodyText(buildReport(own)));
  assertEquals(bodiesOf(both).map(({ on }) => on?.name), ["heads", "captions"]);
  // In the order of the records, where the suite's file isn't there to say.
  assertEquals(bodiesOf(buildReport(inputs)).map(({ on }) => on?.name), ["captions", "heads"]);
});

Deno.test("rows on other data have tables, ranks, charts and control rows of their own", () => {
  const inputs = twoData();
  const model = buildReport({
    ...inputs,
    suite: { ...inputs.suite, data: fixture().records[0].spec.data },
  });
  const [heads, captions] = bodiesOf(model);
  const runs = new Map(inputs.records.map(({ id, spec }) => [id, spec.data.dataset]));
  for (const [body, dataset] of [[heads, "heads"], [captions, "captions"]] as const) {
    const groups = new Map(body.groups.map((group) => [group.id, group]));
    for (const { runs: own } of body.groups) {
      assert(own.every((id) => runs.get(id) === dataset));
    }
    for (const { rows } of [body.leaderboard, ...body.tables]) {
      assert(rows.every(({ group }) => groups.has(group)));
    }
    for (const { rows } of body.galleries) {
      assert(rows.every(({ group }) => groups.has(group)));
    }
    assertEquals(body.groups.filter((g) => g.control).length, 4);
  }
  // The data needn't be said in each row of their part.
  assert(captions.groups.every(({ label }) => !label.includes("captions")));
  assert(model.cards.some(({ label }) => label.endsWith(" on captions")));
  // Distances are normalised by the control rows on the same data: a tenth of both is the same d.
  const cellsOf = (body: typeof heads) => {
    const column = body.leaderboard.columns.findIndex(({ name }) => name === `d(${FD})`);
    return new Map(body.leaderboard.rows.map(({ group, cells }) => {
      const cell = cells[column];
      const { label } = body.groups.find(({ id }) => id === group)!;
      return [label, cell.kind === "value" ? cell.estimate.mean.toFixed(9) : cell.kind];
    }));
  };
  const [d, other] = [cellsOf(heads), cellsOf(captions)];
  for (const [label, value] of other) assertEquals(value, d.get(label), label);
  const ids = allCharts(model).map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("a part is ordered by what the suite names where its rows have that, else by its own first", () => {
  const inputs = twoData(["frechet"]);
  const model = buildReport({
    ...inputs,
    suite: {
      ...inputs.suite,
      data: fixture().records[0].spec.data,
      report: { primary: "frechet" },
    },
  });
  const [heads, captions] = bodiesOf(model);
  assertMatch(heads.leaderboard.caption, /^Ordered by d FD-judge/);
  assertMatch(heads.on!.lead!, /^On heads, .* leads by d FD-judge-heads-v1@500 \(/);
  assert(!captions.leaderboard.caption.includes("FD-"));
  const by = /^Ordered by (\S+)\./.exec(captions.leaderboard.caption)![1];
  assertEquals(
    by,
    captions.leaderboard.columns.find(({ direction, kind }) =>
      direction !== "none" && kind !== "speed"
    )!.heading,
  );
});

Deno.test("metrics that rows on the same data don't share are not asked of some, and compared without", () => {
  const inputs = fixture();
  const [{ spec: { family } }] = inputs.records;
  const records = inputs.records.map((record): RunRecord =>
    record.spec.family !== family ? record : {
      ...record,
      spec: {
        ...record.spec,
        metrics: record.spec.metrics.filter(({ metric }) => metric !== "frechet"),
      },
      metrics: record.metrics.filter(({ metric }) => metric !== "frechet"),
    }
  );
  const model = buildReport({ ...inputs, records });
  assertEquals(model.also, undefined);
  const { columns, rows } = model.tables.find((t) => t.columns.some(({ name }) => name === FD))!;
  const place = columns.findIndex(({ name }) => name === FD);
  const group = model.groups.find((one) => one.family === family)!;
  const cell = rows.find((row) => row.group === group.id)!.cells[place];
  assertEquals(cell.kind, "not-defined");
  assertStringIncludes((cell as { reason: string }).reason, "not asked of this row");
});

Deno.test("page and Markdown have a part for each data, with headings in order and ids once", () => {
  const inputs = twoData();
  const model = buildReport({
    ...inputs,
    suite: { ...inputs.suite, data: fixture().records[0].spec.data },
  });
  const parts = { drawings: new Map(), pictures: new Map(), pictureNote: "", style: "" };
  const page = renderPage(model, parts);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assertEquals(ids.filter((id, i) => ids.indexOf(id) !== i), []);
  for (const [, to] of page.matchAll(/href="#([^"]+)"/g)) assert(ids.includes(to), to);
  const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
  levels.forEach((level, i) => assert(i === 0 || level <= levels[i - 1] + 1, `heading ${i}`));
  for (const text of ["On heads", "On captions"]) {
    assertStringIncludes(page, `>${text}</h2>`);
  }
  const markdown = renderMarkdown(model, { charts: "svg" });
  const heads = [...markdown.matchAll(/^(#+) (.*)$/gm)].map((
    [, marks, text],
  ) => [marks.length, text]);
  const second = heads.findIndex(([, text]) => text === "On captions");
  assert(heads.findIndex(([, text]) => text === "On heads") < second);
  assertEquals(heads.filter(([, text]) => text === "Leaderboard"), [
    [3, "Leaderboard"],
    [3, "Leaderboard"],
  ]);
  assert(heads.slice(second).some(([level, text]) => level === 2 && text === "Provenance"));
});
