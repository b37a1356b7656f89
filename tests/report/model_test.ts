import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { buildReport } from "../../src/report/model/build.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { newestGroups } from "../../src/report/model/groups.ts";
import {
  allCharts,
  type Cell,
  type ReportModel,
  type Table,
} from "../../src/report/model/model.ts";
import { tInterval } from "../../src/stats/mod.ts";
import { close, law } from "../law.ts";
import { fixture, recordOf, verdictsOf, withValues } from "./fixture.ts";

function cell(model: ReportModel, { label, column }: { label: string; column: string }): Cell {
  const group = model.groups.find((g) => g.label === label)!;
  for (const table of [model.leaderboard, ...model.tables] as Table[]) {
    const at = table.columns.findIndex((c) => c.name === column);
    if (at >= 0) return table.rows.find((row) => row.group === group.id)!.cells[at];
  }
  throw new Error(`no column ${column}`);
}

function value(model: ReportModel, at: { label: string; column: string }) {
  const found = cell(model, at);
  if (found.kind !== "value") throw new Error(`${at.column} of ${at.label} is ${found.kind}`);
  return found;
}

const FD = "FD-judge-heads-v1@500";

Deno.test("a report is a pure function: the same inputs give the same model, and none is changed", () => {
  const inputs = fixture();
  const before = structuredClone(inputs);
  const first = buildReport(inputs);
  assertEquals(buildReport(inputs), first);
  assertEquals(inputs, before);
  assertEquals(JSON.parse(JSON.stringify(first)), first);
});

Deno.test("cells hold the mean over seeds with Student's interval", () => {
  const inputs = fixture();
  const model = buildReport(inputs);
  const own = inputs.records.filter((r) => r.label === "vae β=4")
    .map((r) => r.metrics.find((m) => m.name === FD)!.value!);
  const { estimate, low, high } = tInterval(own);
  const found = value(model, { label: "vae β=4", column: FD });
  assertEquals(found.estimate, { mean: estimate, low, high, n: 3, method: "t" });
  assertEquals(found.seeds.map((s) => s.value), own);
});

Deno.test("one seed has no interval and ranks nobody", () => {
  const model = buildReport(fixture({ seeds: [1] }));
  for (const label of ["autoencoder", "vae β=4"]) {
    const found = value(model, { label, column: FD });
    assertEquals([found.estimate.low, found.estimate.high, found.rank], [null, null, undefined]);
  }
});

/** Two families whose values of one column are given by seed. */
function twoFamilies(a: readonly number[], b: readonly number[]): ReportModel {
  const change = (family: string, values: readonly number[]) =>
    values.map((v, i) =>
      withValues(
        recordOf({ family, seed: i + 1, control: false, steps: 10 }),
        (m) => m.name === FD ? { ...m, value: v } : m,
      )
    );
  return buildReport({
    suite: { name: "smoke", version: 1 },
    records: [...change("autoencoder", a), ...change("vae", b)],
  });
}

Deno.test("ties: seeds that overlap tie with the best, seeds far apart don't", () => {
  const rank = (model: ReportModel, label: string) => value(model, { label, column: FD }).rank;
  const near = twoFamilies([10, 12, 14], [11, 13, 15]);
  assertEquals([rank(near, "autoencoder"), rank(near, "vae β=4")], ["best", "tied"]);
  const far = twoFamilies([10, 10.1, 10.2], [20, 20.1, 20.2]);
  assertEquals([rank(far, "autoencoder"), rank(far, "vae β=4")], ["best", undefined]);
});

law("the best of a column is the extreme of the means in the metric's direction", {
  source: "definition",
  given: {
    a: fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 5 }),
    b: fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 5 }),
  },
  cases: 40,
  holds: ({ a, b }) => {
    const model = twoFamilies(a, b);
    const [x, y] = ["autoencoder", "vae β=4"].map((label) => value(model, { label, column: FD }));
    if (x.estimate.mean === y.estimate.mean) return true;
    const best = x.estimate.mean < y.estimate.mean ? x : y;
    return best.rank === "best" && (best === x ? y : x).rank !== "best";
  },
  kills: ["best-is-largest"],
});

law("d is 0 at held-out data, 1 at the pixel Gaussian, and linear between", {
  source: "definition: (FD − held-out) / (Gaussian − held-out)",
  given: {
    heldOut: fc.double({ min: 0, max: 10, noNaN: true }),
    gap: fc.double({ min: 0.1, max: 100, noNaN: true }),
    share: fc.double({ min: -0.5, max: 20, noNaN: true }),
  },
  cases: 40,
  holds: ({ heldOut, gap, share }) => {
    const at: { [label: string]: number } = {
      "held-out": heldOut,
      "gaussian": heldOut + gap,
      "vae": heldOut + share * gap,
    };
    const { records } = fixture({ families: ["vae"] });
    const model = buildReport({
      suite: { name: "smoke", version: 1 },
      records: records.map((r) =>
        withValues(r, (m) => m.name === FD ? { ...m, value: at[r.spec.family] ?? heldOut } : m)
      ),
    });
    const d = (label: string) => value(model, { label, column: `d(${FD})` }).estimate.mean;
    // Rounding of the two subtractions, relative to the gap that they are divided by.
    const tolerance = 1e-14 * (1 + (heldOut + Math.abs(share) * gap) / gap);
    close(d("held-out data"), 0, tolerance);
    close(d("pixel Gaussian"), 1, tolerance);
    return close(d("vae β=4"), share, tolerance * 4);
  },
  kills: ["d-without-the-floor"],
});

Deno.test("d is left out where a control is missing or the controls don't lie in order", () => {
  const columns = (model: ReportModel) => model.tables.flatMap((t) => t.columns.map((c) => c.name));
  assert(columns(buildReport(fixture())).includes(`d(${FD})`));
  const without = buildReport(fixture({ controls: ["held-out", "noise"] }));
  assert(!columns(without).includes(`d(${FD})`));
  const inverted = buildReport(fixture({
    change: (r) =>
      r.spec.family === "gaussian"
        ? withValues(r, (m) => m.name === FD ? { ...m, value: 0 } : m)
        : r,
  }));
  assert(!columns(inverted).includes(`d(${FD})`));
});

/** Runs of a family whose samples are nearer to the training set, by so much and so sure. */
function nearer(family: string, { ratio, error }: { ratio: number; error: number }) {
  return (record: ReturnType<typeof recordOf>) =>
    record.spec.family !== family
      ? record
      : withValues(record, (m) =>
        m.name.startsWith("train-distance")
          ? {
            ...m,
            value: ratio,
            beside: { standardError: error, toHeldOut: ratio, toHeldOutError: error },
          }
          : m.name === FD
          ? { ...m, value: 0.1 }
          : m);
}

Deno.test("what is nearer to the training set than new data is: marked in words, and never best", () => {
  const change = nearer("vae", { ratio: 0.9, error: 0.01 });
  const model = buildReport(fixture({ change }));
  const marked = model.groups.filter((g) => g.memorised).map((g) => g.label);
  assertEquals(marked, ["vae β=4", "training copy"]);
  assertEquals(value(model, { label: "vae β=4", column: FD }).rank, undefined);
  const primary = fixture({ change });
  const byDistance = buildReport({
    ...primary,
    suite: { ...primary.suite, report: { primary: "frechet" } },
  });
  const [first, second] = byDistance.leaderboard.rows.map(({ group }) => group);
  const label = (id: string) => byDistance.groups.find((g) => g.id === id)!.label;
  assertEquals([label(first), label(second)], ["autoencoder", "vae β=4"]);
  const [front] = byDistance.charts.front;
  assert(front.kind === "front");
  assertEquals(front.points.filter((p) => p.onFront).map((p) => p.label), ["autoencoder"]);
  const text = renderMarkdown(byDistance, { charts: null });
  assertStringIncludes(text, "nearer to the training set than new data is: memorised");
});

Deno.test("nearer by less than twice the error is no memory", () => {
  const model = buildReport(fixture({ change: nearer("vae", { ratio: 0.9, error: 0.06 }) }));
  assertEquals(model.groups.filter((g) => g.memorised).map((g) => g.label), ["training copy"]);
  assertEquals(value(model, { label: "vae β=4", column: FD }).rank, "best");
});

Deno.test("gaps keep apart what is not defined and what was not measured, with every reason", () => {
  const model = buildReport(fixture());
  const elbo = cell(model, { label: "autoencoder", column: "ELBO-discrete-256@500" });
  assertEquals(elbo, { kind: "not-defined", reason: "an autoencoder has no likelihood" });
  const gap = model.missing.find((m) => m.column.includes("precision"))!;
  assertEquals(gap.status, "not-measured");
  assertStringIncludes(gap.reason, "holds 200 pictures");
  assertEquals(gap.labels, [], "all rows");
  assertEquals(model.missing[0], gap, "what could have been measured stands first");
});

Deno.test("a failed seed leaves the others their value and is named with its cause", () => {
  const model = buildReport(fixture({
    change: (r) =>
      r.spec.family === "vae" && r.spec.seed === 2
        ? { ...r, state: "diverged", cause: "loss is not finite at step 17", metrics: [] }
        : r,
  }));
  const found = value(model, { label: "vae β=4", column: FD });
  assertEquals(found.estimate.n, 2);
  assertStringIncludes(found.note!, "seed 2: the run diverged: loss is not finite at step 17");
  assertEquals(model.banner.tone, "bad");
  assertStringIncludes(model.banner.headline, "1 run of 10 failed or diverged");
  assert(model.missing.some((m) => m.reason.includes("step 17")));
});

Deno.test("values that are not finite are gaps, never numbers", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const model = buildReport(fixture({
      change: (r) =>
        r.spec.family === "vae"
          ? withValues(r, (m) => m.name === FD ? { ...m, value: bad } : m)
          : r,
    }));
    const found = cell(model, { label: "vae β=4", column: FD });
    assertEquals(found, { kind: "not-measured", reason: "the value is not a finite number" });
  }
});

Deno.test("nothing measured is said, whatever the gate says", () => {
  const inputs = fixture({
    change: (r) => ({ ...r, state: "failed", cause: "boom", metrics: [] }),
  });
  const model = buildReport({ ...inputs, gate: { baseline: "baselines", verdicts: [] } });
  assertEquals(model.banner.headline, "Nothing was measured");
  assertEquals(model.banner.tone, "bad");
  assertEquals(model.leaderboard.columns, []);
  assertEquals(buildReport({ suite: inputs.suite, records: [] }).banner.tone, "bad");
});

Deno.test("the banner follows the worst verdict, and counts bits apart", () => {
  const { records } = fixture({ seeds: [1, 2, 3, 4, 5] });
  const same = verdictsOf(records, records);
  const pass = buildReport({ ...fixture(), gate: { baseline: "baselines", verdicts: same } });
  assertEquals(pass.banner.tone, "good");
  assertStringIncludes(pass.banner.details.join(), "bit-identical");
  const worse = records.map((r) =>
    r.spec.family === "vae"
      ? withValues(r, (m) => m.name === FD && m.value ? { ...m, value: m.value * 3 } : m)
      : r
  );
  const verdicts = verdictsOf(worse, records);
  assert(verdicts.some((v) => v.verdict === "regressed"));
  const model = buildReport({ ...fixture(), records: worse, gate: { baseline: "b", verdicts } });
  assertEquals(model.banner.tone, "bad");
  assertStringIncludes(model.banner.headline, "Regressed");
  assertEquals(model.gate!.verdicts[0].verdict, "regressed");
});

Deno.test("control rows stand last in every table, in their order, and never rank", () => {
  const model = buildReport(fixture());
  const controls = model.groups.filter((g) => g.control).map((g) => g.label);
  assertEquals(controls, ["held-out data", "training copy", "pixel Gaussian", "noise"]);
  for (const { rows } of [model.leaderboard, ...model.tables]) {
    const kinds = rows.map((row) => model.groups.find((g) => g.id === row.group)!.control);
    assertEquals(kinds, [...kinds].sort());
    for (const [i, row] of rows.entries()) {
      if (!kinds[i]) continue;
      assert(row.cells.every((c) => c.kind !== "value" || c.rank === undefined));
    }
  }
});

Deno.test("the leaderboard is ordered by the suite's primary metric", () => {
  const order = (primary: string) => {
    const inputs = fixture();
    const model = buildReport({ ...inputs, suite: { ...inputs.suite, report: { primary } } });
    const { rows, columns } = model.leaderboard;
    const column = columns.find((c) => c.metric === primary)!;
    const best = rows[0].cells[columns.indexOf(column)];
    assert(best.kind === "value" && best.rank === "best", primary);
    return rows[0].group;
  };
  assert(
    order("reconstruction") !== order("frechet"),
    "the fixture's families differ in their best",
  );
});

Deno.test("of two versions of a label the newest group is kept", () => {
  const old = fixture().records;
  const fresh = old.map((r) => ({
    ...r,
    id: `f${r.id.slice(1)}`,
    group: `f${r.group.slice(1)}`,
    provenance: { ...r.provenance, startedAt: "2026-11-21T09:00:00.000Z" },
  }));
  const { kept, superseded } = newestGroups([...fresh, ...old]);
  assertEquals(superseded, old.length);
  assertEquals(kept, fresh);
});

Deno.test("groups of one label are told apart by their hash", () => {
  const { records } = fixture();
  const other = records.filter((r) => r.spec.family === "vae")
    .map((r) => ({ ...r, id: `e${r.id.slice(1)}`, group: `e${r.group.slice(1)}` }));
  const labels = buildReport({ suite: fixture().suite, records: [...records, ...other] })
    .groups.map((g) => g.label);
  assertEquals(new Set(labels).size, labels.length);
});

Deno.test("every chart of the model has an id of its own, a title and a description", () => {
  const charts = allCharts(buildReport(fixture()));
  assertEquals(new Set(charts.map((c) => c.id)).size, charts.length);
  for (const chart of charts) assert(chart.title !== "" && chart.description !== "", chart.id);
  assertEquals(
    new Set(charts.map((c) => c.kind)),
    new Set(["dots", "profile", "front", "steps", "shares", "curves", "time"]),
  );
});
