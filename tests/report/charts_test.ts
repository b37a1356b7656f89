import { assert, assertEquals, assertRejects } from "@std/assert";
import { buildReport } from "../../src/report/model/build.ts";
import type { ReportInputs } from "../../src/report/model/inputs.ts";
import { specOf } from "../../src/report/chart/mod.ts";
import type { Chart } from "../../src/report/model/chart_data.ts";
import { allCharts } from "../../src/report/model/model.ts";
import { drawingPng } from "../../src/report/draw/png.ts";
import { sanityOf } from "../../src/report/model/charts/sanity.ts";
import { ChartError, drawChart, standaloneSvg, textWidth } from "../../src/report/draw/svg.ts";
import { band, binned } from "../../src/report/model/curves.ts";
import { paretoFront } from "../../src/report/model/charts/front.ts";
import { escapeHtml } from "../../src/base/text/escape.ts";
import { fixture, withValues } from "./fixture.ts";
import { HOSTILE, hostile } from "./hostile.ts";
import fc from "fast-check";
import { law } from "../law.ts";

const tables = ["judge-heads-v1", "lite0"].map((extractor, i) => ({
  extractor,
  dataset: "heads",
  digest: "d",
  samples: 500,
  rows: [
    ["held-out", -0.001, 0.001, 0],
    ["noise 2/255", 0.002 + i, 0.001, 0],
    ["two expressions missing", 0.27 / (1 + 20 * i), 0.001, 0],
    ["a tenth duplicates", 0.009, 0.1, 0.1],
    ["blocks shuffled", 3.6 + i, 0, 0],
  ].map(([name, normalised, copies, repeats]) => ({
    name: String(name),
    about: `set: ${name}`,
    distance: Number(normalised) * 40,
    normalised: Number(normalised),
    copies: Number(copies),
    repeats: Number(repeats),
  })),
  claims: [{ claim: "missing modes lie beyond noise", holds: i === 0 }],
}));

/** Every shape of data that a report meets. */
const SHAPES: { readonly [name: string]: () => ReportInputs } = {
  "several seeds": () => ({ ...fixture(), sanity: sanityOf(tables) }),
  "one seed": () => fixture({ seeds: [1] }),
  "one family": () => fixture({ families: ["vae"] }),
  "no controls": () => fixture({ controls: [] }),
  "twelve families": () =>
    fixture({ families: Array.from({ length: 12 }, (_, i) => `family-${"x".repeat(i)}${i}`) }),
  "all diverged": () =>
    fixture({ change: (r) => ({ ...r, state: "diverged", cause: "NaN", metrics: [] }) }),
  "values not finite": () =>
    fixture({ change: (r) => withValues(r, (m) => ({ ...m, value: NaN })) }),
  "all values equal": () =>
    fixture({ change: (r) => withValues(r, (m) => m.value === null ? m : { ...m, value: 1 }) }),
  "all values zero": () =>
    fixture({ change: (r) => withValues(r, (m) => m.value === null ? m : { ...m, value: 0 }) }),
  "negative and huge": () =>
    fixture({
      change: (r) =>
        withValues(r, (m) => m.value === null ? m : { ...m, value: -1e12 * (1 + r.spec.seed) }),
    }),
  "two steps": () => fixture({ steps: 2 }),
  "one step": () => fixture({ steps: 1 }),
};

for (const [name, inputs] of Object.entries(SHAPES)) {
  Deno.test(`charts of ${name} are drawn without a warning, named and described`, async () => {
    const model = buildReport(inputs());
    for (const chart of allCharts(model)) {
      const { svg, width, height } = await drawChart(chart);
      const head = svg.slice(0, svg.indexOf("</desc>"));
      assert(head.includes(`role="img"`) && head.includes("aria-labelledby="), chart.id);
      assert(head.includes(`>${escapeHtml(chart.title)}</title>`), chart.id);
      assert(head.includes(`>${escapeHtml(chart.description)}`), chart.id);
      assert(width > 50 && width < 800 && height > 30 && height < 2000, `${width} × ${height}`);
      assert(!/NaN|undefined|Infinity/.test(svg.replace(/<(title|desc).*?<\/\1>/gs, "")), chart.id);
    }
    if (name === "all diverged" || name === "values not finite") {
      assertEquals(model.charts.leaderboard.length, 0);
    }
  });
}

Deno.test("hostile labels stay text in every chart", async () => {
  for (const text of HOSTILE) {
    const inputs = fixture({ seeds: [1, 2], change: (r) => hostile(r, text) });
    for (const chart of allCharts(buildReport(inputs))) {
      const { svg } = await drawChart(chart);
      assert(!/<(script|img|b|foreignObject|image|a)\b/i.test(svg), chart.id);
      assert(!/\son\w+=/i.test(svg.replace(/>[^<]*</g, "><")), chart.id);
    }
  }
});

Deno.test("the same chart gives the same SVG, and ids of two charts never meet", async () => {
  const charts = allCharts(buildReport(fixture()));
  const ids = new Set<string>();
  for (const chart of charts) {
    const { svg } = await drawChart(chart);
    assertEquals((await drawChart(chart)).svg, svg);
    for (const [, id] of svg.matchAll(/\sid="([^"]+)"/g)) {
      assert(!ids.has(id), `${id} stands twice`);
      ids.add(id);
    }
    for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) {
      assert(svg.includes(`id="${id}"`), `${id} is used and not there`);
    }
  }
});

Deno.test("text and rules take the page's colour; only families have colours of their own", async () => {
  const { STYLES } = await import("../../src/report/draw/palette.ts");
  const allowed = new Set(["currentColor", "none", "transparent", ...STYLES.map((s) => s.colour)]);
  for (const chart of allCharts(buildReport(fixture()))) {
    const { svg } = await drawChart(chart);
    for (const [, colour] of svg.matchAll(/\s(?:fill|stroke)="([^"]+)"/g)) {
      assert(allowed.has(colour), `${chart.id}: ${colour}`);
    }
  }
});

Deno.test("what Vega-Lite only warns of is an error here", async () => {
  const [chart] = allCharts(buildReport(fixture())) as (Chart & { kind: "dots" })[];
  const broken = {
    ...chart,
    rows: chart.rows.map((row) => ({ ...row, mean: Infinity, low: null, high: null, seeds: [] })),
  };
  await assertRejects(() => drawChart(broken), ChartError, chart.id);
});

Deno.test("every kind of chart keeps its data out of expressions", () => {
  const charts = allCharts(buildReport({ ...fixture(), sanity: sanityOf(tables) }));
  assertEquals(new Set(charts.map((c) => c.kind)).size, 8);
  for (const chart of charts) {
    const { data: _, ...rest } = specOf(chart) as { data?: unknown };
    assert(!/"(transform|expr|signal|calculate)"/.test(JSON.stringify(rest)), chart.id);
  }
});

Deno.test("text is measured by the committed font: as wide as sharp draws it", async () => {
  const { useCommittedFont } = await import("../../src/report/draw/fonts.ts");
  useCommittedFont();
  const { default: sharp } = await import("sharp");
  const width = await textWidth();
  for (const text of ["Hamburgefonstiv β=4 ≤ 3.91", "iiiiiiiiiiiiiiiiiiii", "WWWWWWWWWW"]) {
    const size = 40;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="80">` +
      `<text x="20" y="60" font-family="Likeness Sans" font-size="${size}">${text}</text></svg>`;
    const { info } = await sharp(new TextEncoder().encode(svg)).flatten({ background: "#fff" })
      .trim().toBuffer({ resolveWithObject: true });
    const expected = width(text, size, false);
    // Ink ends before the advance by the side bearings of the first and last letter: under 0.2 em.
    assert(Math.abs(info.width - expected) < 0.2 * size, `${text}: ${info.width}, ${expected}`);
  }
});

Deno.test("a chart as a file of its own has the reader's colours; a PNG is black on white", async () => {
  const [chart] = allCharts(buildReport(fixture()));
  const drawing = await drawChart(chart);
  const file = await standaloneSvg(drawing);
  assert(file.includes("prefers-color-scheme:dark") && file.includes("@font-face"));
  assert(!/https?:\/\/(?!www\.w3\.org)/.test(file));
  const { default: sharp } = await import("sharp");
  const { data, info } = await sharp(await drawingPng(drawing)).removeAlpha().raw()
    .toBuffer({ resolveWithObject: true });
  assertEquals([info.width, info.height], [2 * drawing.width, 2 * drawing.height].map(Math.round));
  assertEquals([...data.subarray(0, 3)], [255, 255, 255]);
  assert(data.some((byte) => byte < 80), "nothing is drawn");
});

law("the Pareto front: no point on it is beaten, every point off it is", {
  source: "definition of Pareto dominance",
  given: {
    points: fc.array(
      fc.record({ x: fc.integer({ min: 0, max: 6 }), y: fc.integer({ min: 0, max: 6 }) }),
      { minLength: 1, maxLength: 12 },
    ),
  },
  cases: 300,
  holds: ({ points }) => {
    const front = new Set(paretoFront(points, "lower"));
    assert(front.size > 0);
    for (const [i, p] of points.entries()) {
      const beaten = points.some((q) => q.x >= p.x && q.y <= p.y && (q.x > p.x || q.y < p.y));
      assertEquals(front.has(i), !beaten);
    }
  },
  kills: ["front-of-the-worst"],
});

law("bins keep the mean of their stretch; bands hold every seed", {
  source: "definition",
  given: {
    a: fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 200 }),
    b: fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 200 }),
  },
  cases: 100,
  holds: ({ a, b }) => {
    const track = (values: readonly number[]) => binned(values, values.map((_, i) => i));
    for (const values of [a, b]) {
      const { y } = track(values);
      assert(y.length <= 80);
      assert(Math.min(...y) >= Math.min(...values) - 1e-12);
      assert(Math.max(...y) <= Math.max(...values) + 1e-12);
    }
    for (const { low, mean, high } of band([track(a), track(b)])) {
      assert(low <= mean + 1e-12 && mean <= high + 1e-12);
    }
  },
});

Deno.test("a curve's points are means of equal stretches, the last one of what is left", () => {
  const values = Array.from({ length: 241 }, (_, i) => i * i);
  const { x, y } = binned(values, values.map((_, i) => i + 1));
  assertEquals([x.length, y.length], [61, 61]); // four steps a point
  const stretch = [4, 5, 6, 7].map((i) => i * i);
  assertEquals([x[1], y[1]], [6.5, stretch.reduce((a, b) => a + b) / 4]);
  assertEquals([x[60], y[60]], [241, 240 * 240]);
});

Deno.test("curves leave out steps that are not finite, and say where seeds end", () => {
  const values = [1, NaN, 3, Infinity, 5];
  assertEquals(binned(values, [1, 2, 3, 4, 5]), { x: [1, 3, 5], y: [1, 3, 5] });
  const long = { x: [0, 10], y: [0, 10] };
  const short = { x: [0, 2], y: [4, 4] };
  const reached = band([long, short]);
  assertEquals(reached[reached.length - 1], { x: 10, mean: 10, low: 10, high: 10 });
});
