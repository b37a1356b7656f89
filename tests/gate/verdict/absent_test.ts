/** What was asked for and isn't there: named with its seeds, never a pass. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../../src/base/errors.ts";
import type { AskedRun } from "../../../src/gate/verdict/absent.ts";
import { gateExit, gateLine, gateRecords } from "../../../src/gate/mod.ts";
import { evaluateGate } from "../../../src/gate/verdict/evaluate.ts";
import type { GateInput } from "../../../src/gate/verdict/input.ts";
import { writeBaseline } from "../../../src/gate/baseline/baseline.ts";
import { writeFloors } from "../../../src/gate/speed/floors.ts";
import type { RunRecord } from "../../../src/record/record.ts";
import { inFolder } from "../../run/harness.ts";
import { baselinesOf, calibratedFor, planOf, record, seeds, speed } from "../fixture.ts";

const five = [10, 10.4, 9.7, 10.1, 9.9];
const gate = (input: Partial<GateInput> & Pick<GateInput, "records" | "baselines">) =>
  evaluateGate({ suiteVersion: 1, ...input });
const without = (records: readonly RunRecord[], ...ids: string[]) =>
  records.filter(({ id }) => !ids.includes(id));

Deno.test("seeds without a record: missing, which and why, also where the rest has the same bits", () => {
  const all = seeds(five);
  const records = without(all, "vae-2", "vae-5");
  for (const exact of [false, true]) {
    const verdicts = gate({ records, baselines: baselinesOf(all), asked: all, exact });
    assertEquals(verdicts.map(({ verdict, seeds }) => [verdict, seeds]), [
      ["missing", { baseline: 5, value: 3, missing: [2, 5] }],
    ]);
    assertEquals(verdicts[0].why, "bit-identical; seed 2, 5: no record");
    assertEquals(gateExit(verdicts, { records }), 3);
    assertStringIncludes(gateLine(verdicts), "MISSING NUMBERS");
  }
  const unreadable = new Map([["vae-5", "record.json is not valid JSON"]]);
  const [verdict] = gate({ records, baselines: baselinesOf(all), asked: all, unreadable });
  assertStringIncludes(verdict.why, "seed 2: no record; seed 5: record.json is not valid JSON");
});

Deno.test("a row that is new is missing too where seeds of it are, and a run without any row", () => {
  const all = [...seeds(five), record({ label: "noise", seed: 1, metrics: [{ value: 99 }] })];
  const records = without(all, "vae-4", "noise-1");
  const verdicts = gate({ records, baselines: [], asked: all });
  assertEquals(verdicts.map((v) => [v.label, v.metric, v.verdict, v.seeds.missing, v.why]), [
    ["vae", "FD@100", "missing", [4], "no baseline of this suite; seed 4: no record"],
    ["noise", "every metric", "missing", [1], "seed 1: no record"],
  ]);
  assertEquals(gateExit(verdicts, { records }), 3);
  const off = gate({ records, baselines: [], asked: all, policies: () => ({ off: true }) });
  assertEquals(off.map((v) => [v.label, v.verdict]), [["vae", "missing"], ["noise", "missing"]]);
  // A run that failed gave no row either.
  const failed = record({ label: "gan", seed: 3, state: "failed", cause: "told to", metrics: [] });
  const [, told] = gate({ records: [...seeds(five), failed], baselines: [] });
  assertEquals([told.label, told.verdict, told.why], ["gan", "missing", "seed 3: failed, told to"]);
});

Deno.test("a finished record that lacks a metric of the baseline is a gap; a seed not asked for is none", () => {
  const all = seeds(five);
  const hollow = all.map((r) => r.spec.seed === 3 ? { ...r, metrics: [] } : r);
  const [verdict] = gate({ records: hollow, baselines: baselinesOf(all), asked: all });
  assertEquals([verdict.verdict, verdict.seeds.missing], ["missing", [3]]);
  assertStringIncludes(verdict.why, "seed 3: the record doesn't hold this metric");
  const two = all.slice(0, 2);
  const [narrowed] = gate({ records: two, baselines: baselinesOf(all), asked: two });
  assertEquals([narrowed.verdict, narrowed.test], ["pass", "bits"]);
});

Deno.test("what another class of machines measured is a row of its own, and missing where it was", () => {
  const on = (machineClass: string, of: readonly number[]) =>
    of.map((seed) =>
      record({ seed, machineClass, metrics: [{ ...speed, value: 100 + seed, raw: [100 + seed] }] })
    );
  const all = on("slow", [1, 2, 3]);
  const records = [...on("slow", [1, 2]), ...on("fast", [3])];
  const floors = calibratedFor(records);
  const verdicts = gate({ records, baselines: baselinesOf(all), asked: all, floors });
  assertEquals(verdicts.map((v) => [v.scope, v.verdict, v.seeds, v.why.split("; ").at(-1)]), [
    ["fast", "new", { baseline: 0, value: 1 }, "no baseline of machine class fast"],
    [
      "slow",
      "missing",
      { baseline: 3, value: 2, missing: [3] },
      "seed 3: measured on machine class fast",
    ],
  ]);
  assertStringIncludes(refusal({ records, baselines: baselinesOf(all) }), "images/s, seed 3: in");
});

Deno.test("what regressed and lacks a seed is a regression, and the exit code says that it lacks one", () => {
  const records = seeds(five.map((x) => x + 5)).slice(0, 4);
  const verdicts = gate({ records, baselines: baselinesOf(seeds(five)), asked: seeds(five) });
  assertEquals(verdicts.map((v) => [v.verdict, v.seeds.missing]), [["regressed", [5]]]);
  assertEquals(gateExit(verdicts, { records }), 3);
});

Deno.test("another measurement of the runs that are there doesn't bring back those that aren't", () =>
  inFolder(async (folder) => {
    const raw = [100, 101, 99, 100.5, 99.5, 100.2, 99.8, 100.1];
    const made = (factor: number, n: number) =>
      Array.from({ length: n }, (_, i) => {
        const own = raw.map((x) => x * factor);
        return record({ seed: i + 1, metrics: [{ ...speed, value: own[0], raw: own }] });
      });
    for (const baseline of baselinesOf(made(1, 3))) await writeBaseline(folder, baseline);
    for (const floors of calibratedFor(made(1, 1))) await writeFloors(folder, floors);
    const records = made(0.7, 2);
    const outcome = await gateRecords(records, {
      suite: "made",
      suiteVersion: 1,
      baselines: folder,
      asked: made(1, 3),
      rerun: () => Promise.resolve(made(1, 2)),
    });
    const [verdict] = outcome.verdicts;
    assertEquals([verdict.verdict, verdict.seeds.missing], ["missing", [3]]);
    assertEquals(outcome.exitCode, 3);
  }));

const refusal = (given: Parameters<typeof planOf>[0]) =>
  assertThrows(() => planOf(given), UsageError).message;

Deno.test("an update names what is missing and refuses; keep and drop do what they say", () => {
  const old = [...seeds(five), record({ label: "noise", seed: 1, metrics: [{ value: 99 }] })];
  const baselines = baselinesOf(old);
  const all = old.map((r) => ({
    ...r,
    metrics: r.metrics.map((m) => ({ ...m, value: m.value! + 1 })),
  }));
  const records = without(all, "vae-2", "noise-1");
  const given = { records, baselines, asked: all as readonly AskedRun[] };
  assertStringIncludes(refusal(given), "vae, seed 2: no record\n  noise, seed 1: no record\n");
  // Also where nothing says what was asked for: the baseline does.
  assertStringIncludes(
    refusal({ records, baselines }),
    "vae FD@100, seed 2: in the baseline, not measured\n  noise FD@100, seed 1: in the",
  );
  assertStringIncludes(refusal({ ...given, baselines: [] }), "vae, seed 2: no record");
  const rows = (missing: "keep" | "drop") =>
    planOf({ ...given, missing }).baselines[0].rows.map(({ label, values }) => [label, values]);
  assertEquals(rows("keep"), [
    ["noise", { "1": 99 }],
    ["vae", { "1": 11, "2": 10.4, "3": 10.7, "4": 11.1, "5": 10.9 }],
  ]);
  assertEquals(rows("drop"), [["vae", { "1": 11, "3": 10.7, "4": 11.1, "5": 10.9 }]]);
});

Deno.test("an update keeps nothing beside values of another experiment", () => {
  const old = seeds(five);
  const baselines = baselinesOf(old);
  const records = without(old, "vae-2");
  const keep = { baselines, missing: "keep" } as const;
  const spec = records.map((r) => ({ ...r, group: "another" }));
  assertStringIncludes(refusal({ ...keep, records: spec }), "vae FD@100, seed 2: can't be kept");
  const version = records.map((r) => ({
    ...r,
    spec: { ...r.spec, metrics: r.spec.metrics.map((m) => ({ ...m, version: 2 })) },
  }));
  assertStringIncludes(refusal({ ...keep, records: version }), "version 1 of the metric");
  assertStringIncludes(
    refusal({ ...keep, records, suiteVersion: 2 }),
    "version 1 of the suite: measure them, or --missing drop",
  );
});

Deno.test("rows of labels and metrics that the suite has no more go; a class left without rows is told", () => {
  const both = (n: number) =>
    Array.from(
      { length: n },
      (_, i) =>
        record({ seed: i + 1, metrics: [{ value: i + 0.5 }, { ...speed, value: i + 1.5 }] }),
    );
  const baselines = baselinesOf(both(2));
  const records = both(2).map((r) => ({ ...r, metrics: r.metrics.slice(0, 1) }));
  assertStringIncludes(
    refusal({ records, baselines }),
    "vae images/s, seed 1, 2: in the baseline, not measured",
  );
  const asks = ({ metric }: { metric: string }) => metric !== speed.metric;
  const gone = planOf({ records, baselines, asks });
  assertEquals([gone.baselines, gone.emptied], [[], ["wasm_2-cores"]]);
  assertEquals(gone.changes.map(({ change, metric }) => [change, metric]), [[
    "removed",
    "images/s",
  ]]);
});
