/** What a report says of steps that kept and dropped documents. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { entry } from "../../src/protocols/curate/entry.ts";
import type { RunRecord } from "../../src/record/record.ts";
import { drawChart } from "../../src/report/draw/svg.ts";
import { specOf } from "../../src/report/chart/mod.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { writeReport } from "../../src/report/mod.ts";
import { buildReport } from "../../src/report/model/build.ts";
import { allCharts } from "../../src/report/model/model.ts";
import { sheetBytes } from "../../src/show/passage/mod.ts";
import { inFolder } from "../run/harness.ts";
import { fixture } from "./fixture.ts";

/** The made suite with a step before it that curated its documents. */
function withStep(measured: Record<string, number>) {
  const inputs = fixture();
  const [first] = inputs.records;
  const step: RunRecord = {
    ...first,
    id: "c".repeat(16),
    group: "d".repeat(16),
    label: "clean & tidy",
    spec: {
      ...first.spec,
      protocol: "curate",
      family: "curate",
      config: entry.config.parse({
        stages: ["unicode", "pii", { pii: { most: 0 } }],
      }) as unknown as RunRecord["spec"]["config"],
      metrics: [],
    },
    metrics: [],
    artefacts: [{
      name: "dropped-samples",
      file: "dropped.json",
      sha256: "0".repeat(64),
      about: "Documents that each check dropped",
      shows: { what: "dropped", medium: "text" },
    }],
    measured,
  };
  return { ...inputs, records: [step, ...inputs.records] };
}

/** Numbers as a record has them. */
const numbers = {
  "read by unicode: documents": 1000,
  "read by unicode: bytes": 50_000,
  "kept by unicode: documents": 940,
  "kept by unicode: bytes": 47_000,
  "rewritten by unicode: documents": 12,
  "dropped by unicode: broken: documents": 60,
  "read by pii: documents": 940,
  "kept by pii: documents": 940,
  "read by pii#2: documents": 940,
  "kept by pii#2: documents": 500,
  "kept by pii#2: bytes": 25_000,
  "dropped by pii#2: finds: documents": 400,
  "dropped by pii#2: other: documents": 40,
};

Deno.test("a report says by stage and check where documents went", () => {
  const model = buildReport(withStep(numbers));
  const [flow] = model.flows!;
  assertEquals(model.flows!.length, 1);
  assertEquals(
    flow.stages.map(({ name, read, kept, dropped }) => [
      name,
      read.documents - kept.documents,
      dropped.map(({ check, documents }) => `${check} ${documents}`),
    ]),
    [
      ["unicode", 60, ["broken 60"]],
      ["pii", 0, []],
      ["pii#2", 440, ["finds 400", "other 40"]],
    ],
  );
  assertStringIncludes(
    flow.chart.description,
    "Of 1,000 documents (50 kB) 500 (25 kB) are left.",
  );
  assert(allCharts(model).some(({ id }) => id === flow.chart.id));
  // A step makes no row, and what there is without it stays the same.
  const alone = buildReport(fixture());
  assertEquals(model.leaderboard, alone.leaderboard);
  assertEquals(alone.flows, undefined);
  const markdown = renderMarkdown(model, { charts: "svg" });
  assertStringIncludes(markdown, "## Documents\n\n### clean &amp; tidy\n\n![");
  assertStringIncludes(markdown, "| pii\\#2: finds |");
});

Deno.test("values of a check are drawn with the limit that they were held against", async () => {
  const values = new Map([["c".repeat(16), [{
    check: "pii#2: finds",
    limit: 0,
    counts: [[0, 500], [1, 300], [4, 140]] as const,
  }]]]);
  const model = buildReport({ ...withStep(numbers), values });
  const [chart] = model.flows![0].values;
  assert(chart.kind === "profile");
  assertEquals(chart.lines[0].points, [{ x: 0, y: 500 / 940 }, { x: 1, y: 800 / 940 }, {
    x: 4,
    y: 1,
  }]);
  assertEquals(chart.references, [{ label: "limit", x: 0 }]);
  assertStringIncludes((await drawChart(chart)).svg, "documents at or below");
  assert(allCharts(model).includes(chart));
});

Deno.test("the chart has a bar a stage, and what is dropped is as wide as it is much", async () => {
  const [{ chart }] = buildReport(withStep(numbers)).flows!;
  const spec = specOf(chart) as { layer: { data: { values: Record<string, unknown>[] } }[] };
  const rects = spec.layer.flatMap(({ data }) => data.values).filter(({ kind }) => kind);
  const widths = (kind: string) =>
    rects.filter((rect) => rect.kind === kind).map(({ x, x2 }) => Number(x2) - Number(x));
  assertEquals(widths("kept").map((w) => Math.round(w)), [250, 235, 235, 125]);
  assertEquals(widths("dropped").map((w) => Math.round(w)), [15, 110]);
  const { svg } = await drawChart(chart);
  for (const text of ["unicode", "pii#2", "−440: finds 400 · other 40", "500 documents"]) {
    assertStringIncludes(svg, text);
  }
  assert(!svg.includes("NaN"));
});

Deno.test("a chart of nothing, of one document and of very many can be drawn", async () => {
  const cases = [0, 1, 3e9].map((n) => ({
    "read by unicode: documents": n,
    "kept by unicode: documents": 0,
    "dropped by unicode: broken: documents": n,
  }));
  for (const measured of cases) {
    const [{ chart }] = buildReport(withStep(measured)).flows!;
    assert(!(await drawChart(chart)).svg.includes("NaN"));
  }
});

Deno.test("samples of what was dropped stand in the page as text", () =>
  inFolder(async (out) => {
    const sheet = sheetBytes({
      format: 1,
      shaded: false,
      passages: [{
        title: "pii: finds: 1 document",
        blocks: [{ heading: "novel 3", stretches: [{ text: "<script>alert(1)</script>" }] }],
      }],
    });
    const model = buildReport(withStep(numbers));
    const { index } = await writeReport(model, out, {
      picture: ({ file }) => Promise.resolve(file === "dropped.json" ? sheet : null),
    });
    const page = await Deno.readTextFile(index);
    assertStringIncludes(page, "Samples of what was dropped");
    assertStringIncludes(page, "&lt;script&gt;alert(1)&lt;/script&gt;");
    assert(!page.includes("<script>alert"));
    const markdown = await Deno.readTextFile(`${out}/report.md`);
    assertStringIncludes(markdown, "pii: finds: 1 document");
  }));
