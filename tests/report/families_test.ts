/** What a leaderboard across families needs: costs, few-step curves, kinds of likelihood, findings. */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import type { MetricValue } from "../../src/record/value.ts";
import type { RunRecord } from "../../src/record/record.ts";
import { buildReport } from "../../src/report/model/build.ts";
import type { Chart } from "../../src/report/model/chart_data.ts";
import type { Cell, ReportModel, Table } from "../../src/report/model/model.ts";
import { fixture, recordOf, withValues } from "./fixture.ts";

const JUDGE = "FD-judge-heads-v1@500", LITE = "FD-lite0@500";

function cell(model: ReportModel, table: string, label: string, column: string): Cell {
  const group = model.groups.find((g) => g.label === label)!;
  const found = ([model.leaderboard, ...model.tables] as Table[]).find((t) => t.id === table)!;
  const at = found.columns.findIndex((c) => c.name === column);
  assert(at >= 0, `no column ${column} in ${table}`);
  return found.rows.find((row) => row.group === group.id)!.cells[at];
}

function mean(found: Cell): number {
  if (found.kind !== "value") throw new Error(JSON.stringify(found));
  return found.estimate.mean;
}

/** The fixture with what something else made beside it. */
function withExternal(): ReportModel {
  const inputs = fixture();
  const base = recordOf({ family: "external", seed: 1, control: false, steps: 0 });
  const { capabilities: _, ...rest } = base;
  const theirs: RunRecord = {
    ...rest,
    label: "theirs",
    spec: { ...base.spec, protocol: "external" },
    metrics: base.metrics.map((m) =>
      m.kind === "speed" ? { ...m, value: null, status: "not-measured", reason: "external" } : m
    ),
    samples: { from: "x", asked: 500, count: 500, sha256: "0", seconds: 20 },
  };
  return buildReport({ ...inputs, records: [...inputs.records, theirs] });
}

Deno.test("costs: seconds of the series, FLOPs of all pictures, a picture's sampling time", () => {
  const inputs = fixture();
  const model = buildReport(inputs);
  const seconds = [1, 2, 3].map((seed) => 320 * 0.12 * (1 + 0.1 * seed));
  const cost = (label: string, name: string) => cell(model, "cost", label, name);
  assertAlmostEquals(mean(cost("vae β=4", "training time")), (seconds[0] + seconds[2]) / 2, 1e-9);
  const flops = inputs.records.filter((r) => r.label === "vae β=4")
    .map((r) => r.metrics.find((m) => m.name === "train-FLOPs")!.value! * 320 * 32 / 1e6);
  const average = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  assertAlmostEquals(mean(cost("vae β=4", "training FLOPs")), average(flops), 1e-9);
  const times = inputs.records.filter((r) => r.label === "vae β=4")
    .map((r) => 1000 / r.metrics.find((m) => m.name === "sample-speed-b64")!.value!);
  assertAlmostEquals(mean(cost("vae β=4", "sampling time")), average(times), 1e-9);
  assertEquals(mean(cost("vae β=4", "evaluations a sample")), 4);
  assertEquals(cost("noise", "training time").kind, "not-defined");
  assertEquals(model.charts.cost.map((c) => c.id), [
    "cost-training-flops",
    "cost-evaluations-a-sample",
    "cost-sampling-time",
  ], "rows don't differ in their training time");
});

Deno.test("costs of what was trained elsewhere are not measured, but for its sampling", () => {
  const model = withExternal();
  for (const name of ["parameters", "training time", "training FLOPs", "evaluations a sample"]) {
    const found = cell(model, "cost", "theirs", name);
    assert(found.kind === "not-measured", name);
    assertStringIncludes(found.reason, "external");
  }
  assertEquals(mean(cell(model, "cost", "theirs", "sampling time")), 40);
  assert(model.missing.some((m) => m.labels.includes("theirs") && m.column.includes("FLOPs")));
});

Deno.test("in a chart against cost less is better, and who is cheaper and better beats", () => {
  const model = buildReport(fixture());
  const chart = model.charts.cost.find((c) => c.id === "cost-evaluations-a-sample")!;
  assert(chart.kind === "front");
  assertEquals([chart.xDirection, chart.yDirection], ["lower", "lower"]);
  // The autoencoder takes one evaluation, the VAE four for a smaller distance: both stand.
  assertEquals(chart.points.map((p) => [p.label, p.x.mean, p.onFront]), [
    ["autoencoder", 1, true],
    ["vae β=4", 4, true],
  ]);
  const worse = buildReport(fixture({
    change: (r) =>
      r.spec.family === "vae"
        ? withValues(r, (m) => m.name === JUDGE ? { ...m, value: 90 } : m)
        : r,
  }));
  const [beaten] = worse.charts.cost.filter((c) => c.id === "cost-evaluations-a-sample");
  assert(beaten.kind === "front");
  assertEquals(beaten.points.map((p) => p.onFront), [true, false]);
});

const steps = (chart: Chart | undefined) => {
  if (chart?.kind !== "steps") throw new Error(`${chart?.kind}`);
  return chart;
};

Deno.test("few-step curves: normalised by the controls, by evaluations and by seconds", () => {
  const inputs = fixture();
  const model = buildReport(inputs);
  const [byEvaluations, bySeconds] = model.charts.steps.map(steps);
  assertEquals(byEvaluations.lines.map((l) => l.label), ["vae β=4"]);
  const [{ points }] = byEvaluations.lines;
  assertEquals(points.map((p) => p.x), [1, 2, 4, 8]);
  assertEquals(bySeconds.lines[0].points.map((p) => p.x), [2, 4, 6, 8]);
  const control = (family: string) =>
    inputs.records.find((r) => r.spec.family === family)!.metrics
      .find((m) => m.name === JUDGE)!.value!;
  const [floor, ceiling] = [control("held-out"), control("gaussian")];
  const at2 = inputs.records.filter((r) => r.spec.family === "vae")
    .map((r) => r.metrics.find((m) => m.name === `${JUDGE}-nfe2`)!.value!)
    .map((v) => (v - floor) / (ceiling - floor));
  assertAlmostEquals(points[1].low, Math.min(...at2), 1e-12);
  assertAlmostEquals(points[1].high, Math.max(...at2), 1e-12);
  assertEquals(byEvaluations.references, [
    { label: "held-out data", y: 0 },
    { label: "pixel Gaussian", y: 1 },
  ]);
  const [bare] = buildReport(fixture({ controls: [] })).charts.steps.map(steps);
  assertEquals([bare.y, bare.references], [JUDGE, []]);
});

Deno.test("likelihoods say of what kind they are, side by side in one column", () => {
  const exact = (r: RunRecord) =>
    r.spec.family === "autoencoder"
      ? withValues(
        r,
        (m): MetricValue =>
          m.name.startsWith("bits/dim")
            ? { ...m, value: 3.5, status: undefined, reason: undefined, label: "exact" }
            : m,
      )
      : r;
  const model = buildReport(fixture({ change: exact }));
  const column = "bits/dim-discrete-256@500";
  const [sure, bound] = ["autoencoder", "vae β=4"].map((label) =>
    cell(model, "leaderboard", label, column)
  );
  assert(sure.kind === "value" && bound.kind === "value");
  assertEquals([sure.label, sure.bound], ["exact", undefined]);
  assertEquals([bound.label, bound.bound], ["IW16", "upper"]);
});

/** Two rows whose distances are given by extractor and seed. */
function twoDistances(
  a: { judge: number[]; lite: number[] },
  b: { judge: number[]; lite: number[] },
): ReportModel {
  const runs = (family: string, { judge, lite }: typeof a) =>
    judge.map((value, i) =>
      withValues(
        recordOf({ family, seed: i + 1, control: false, steps: 10 }),
        (m) => m.name === JUDGE ? { ...m, value } : m.name === LITE ? { ...m, value: lite[i] } : m,
      )
    );
  return buildReport({
    suite: { name: "smoke", version: 1 },
    records: [...runs("autoencoder", a), ...runs("flow", b)],
  });
}

Deno.test("where two distances disagree is said in words, and only where seeds tell", () => {
  const near = { judge: [1, 1.1, 1.2], lite: [9, 9.1, 9.2] };
  const far = { judge: [5, 5.1, 5.2], lite: [3, 3.1, 3.2] };
  const [against] = twoDistances(near, far).findings;
  assertStringIncludes(against, `${JUDGE} and ${LITE} disagree on 1 pair of 1`);
  assertStringIncludes(against, "autoencoder is better than flow");
  const [alike] = twoDistances(near, { ...far, lite: [30, 31, 32] }).findings;
  assertStringIncludes(alike, "agree: they order alike all 1 pair");
  const [unsure] = twoDistances(near, { ...far, lite: [2, 9, 17] }).findings;
  assertStringIncludes(unsure, "tell no two rows apart in common");
});

Deno.test("shares of classes: every row's and the data's, the data being a mark of its own", () => {
  const [chart] = buildReport(fixture()).charts.shares;
  assert(chart.kind === "shares");
  assertEquals(new Set(chart.rows.map((r) => r.set)), new Set(["neutral", "happy"]));
  const data = chart.rows.filter((r) => r.index < 0);
  assertEquals(data.find((r) => r.set === "neutral")!.value, 0.17);
  assertEquals(data.find((r) => r.set === "happy")!.value, 0.16);
  assertEquals(chart.rows.filter((r) => r.index >= 0).length, 4);
});
