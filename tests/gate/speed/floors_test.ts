/** Noise floors: how they are set, kept, and what they do to a verdict. */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../../src/base/errors.ts";
import { floorTable, planFloors } from "../../../src/gate/speed/calibrate.ts";
import {
  type Floors,
  floorsPath,
  readFloors,
  seedFloor,
  sessionFloor,
  writeFloors,
} from "../../../src/gate/speed/floors.ts";
import { minimumText, verdictTable } from "../../../src/gate/outcome.ts";
import { sessionEntry, sessionTasks } from "../../../src/gate/speed/sessions.ts";
import { evaluateGate } from "../../../src/gate/verdict/evaluate.ts";
import { hostKey, hostNormal } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";
import { baselinesOf, calibratedFor, record, seeds, speed } from "../fixture.ts";

const machineClass = "wasm_2-cores";

/** Five runs a side, whose medians are these. */
const timed = (values: readonly number[]) =>
  values.map((value, i) => record({ seed: i + 1, metrics: [{ ...speed, value, raw: [value] }] }));

/** Floors of eight sessions that differ by about `floor` in all. */
const floorsOf = (floor: number, label = "vae"): Floors => ({
  format: 2,
  suite: "made",
  suiteVersion: 1,
  machineClass,
  engine: { name: "wasm" },
  updates: [{ reason: "r", author: "a", date: "d", commit: null, n: 8, command: "c" }],
  rows: [{
    label,
    metric: "images/s",
    kind: "speed",
    unit: "",
    floor,
    // Two sessions at the ends, six in the middle: the widest pair is the floor.
    values: [1, 1 + floor, ...Array(6).fill(1 + floor / 2)],
  }],
});

const steady = [100, 100.5, 99.5, 100.2, 99.8];

Deno.test("a speed's minimum effect is the larger of policy and floor, and the table says which", () => {
  const baselines = baselinesOf(timed(steady));
  const slower = (share: number) => timed(steady.map((x) => x * (1 - share)));
  const at = (share: number, floor: number | null) =>
    evaluateGate({
      records: slower(share),
      baselines,
      suiteVersion: 1,
      floors: floor === null ? calibratedFor(slower(share)) : [floorsOf(floor)],
    })[0];
  assertEquals([at(0.15, null).verdict, minimumText(at(0.15, null))], [
    "regressed",
    "10 % (policy)",
  ]);
  assertEquals([at(0.15, 0.02).verdict, minimumText(at(0.15, 0.02))], [
    "regressed",
    "10 % (policy)",
  ]);
  assertEquals([at(0.15, 0.2).verdict, minimumText(at(0.15, 0.2))], ["pass", "20 % (A/A floor)"]);
  assertEquals(at(0.25, 0.2).verdict, "regressed");
  const [head, line] = verdictTable([at(0.15, 0.2)], { all: true });
  assertStringIncludes(head, "counts from");
  assertStringIncludes(line, "20 % (A/A floor)");
  assertStringIncludes(line, "the floor of 8 A/A sessions");
});

Deno.test("a floor of another label, suite version or class raises nothing", () => {
  const input = {
    records: timed(steady.map((x) => x * 0.85)),
    baselines: baselinesOf(timed(steady)),
  };
  const verdict = (floors: Floors) =>
    evaluateGate({
      ...input,
      suiteVersion: 1,
      floors: [...calibratedFor(input.records), floors],
    })[0].verdict;
  assertEquals(verdict(floorsOf(0.2)), "pass");
  assertEquals(verdict(floorsOf(0.2, "autoencoder")), "regressed");
  assertEquals(verdict({ ...floorsOf(0.2), suiteVersion: 2 }), "regressed");
  assertEquals(verdict({ ...floorsOf(0.2), machineClass: "another" }), "regressed");
});

Deno.test("a floor takes the place of the baseline's own spread", () => {
  // Seeds that differ by 30 % in speed are no noise of the machine where A/A sessions say 3 %.
  const uneven = [100, 110, 120, 128, 130];
  const input = {
    records: timed(uneven.map((x) => x * 0.6)),
    baselines: baselinesOf(timed(uneven)),
    suiteVersion: 1,
  };
  const [without] = evaluateGate({ ...input, floors: calibratedFor(input.records) });
  assertEquals(minimumText(without), "25 % (baseline's spread)");
  const [floored] = evaluateGate({ ...input, floors: [floorsOf(0.03)] });
  assertEquals([minimumText(floored), floored.verdict], ["10 % (policy)", "regressed"]);
});

Deno.test("quality: a floor counts for independent seeds, a pair of one seed knows its own noise", () => {
  const before = seeds([10, 10.4, 9.7, 10.1, 9.9], { name: "images/s" });
  const floors: Floors = { ...floorsOf(0.5), machineClass: "any" };
  const input = { baselines: baselinesOf(before), suiteVersion: 1, floors: [floors] };
  const paired = seeds([13, 13.4, 12.7, 13.1, 12.9], { name: "images/s" });
  const others = paired.map((r) => ({ ...r, spec: { ...r.spec, seed: r.spec.seed + 10 } }));
  assertEquals(evaluateGate({ ...input, records: paired })[0].verdict, "regressed");
  const [unpaired] = evaluateGate({ ...input, records: others });
  assertEquals([unpaired.verdict, unpaired.minimumFrom], ["pass", "floor"]);
});

law("floors: at least what any two sessions differ by, the same for every order and unit", {
  source: "definition",
  given: {
    values: fc.array(fc.integer({ min: 500, max: 2000 }).map((k) => k / 7), {
      minLength: 5,
      maxLength: 12,
    }),
    unit: fc.constantFrom(0.001, 3, -1),
  },
  holds: ({ values, unit }) => {
    const floor = sessionFloor(values);
    const widest = Math.max(...values) / Math.min(...values) - 1;
    if (floor < widest * (1 - 1e-12)) throw new Error(`${floor} < ${widest}`);
    close(sessionFloor([...values].reverse().map((x) => x * unit)), floor, 1e-9 * (1 + floor));
  },
  kills: ["floor-forgets-the-widest-pair"],
});

law("floors: wider for more timings and smaller α; a wider floor fails nothing more", {
  source: "definition",
  given: {
    values: fc.array(fc.integer({ min: 900, max: 1100 }), { minLength: 5, maxLength: 10 }),
    tests: fc.integer({ min: 1, max: 40 }),
    share: fc.integer({ min: 0, max: 60 }).map((k) => k / 100),
    floors: fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })),
  },
  holds: ({ values, tests, share, floors }) => {
    const at = (reach: { alpha: number; tests: number }) => sessionFloor(values, reach);
    const narrow = at({ alpha: 0.05, tests });
    if (at({ alpha: 0.05, tests: tests + 1 }) < narrow) throw new Error("more tests, narrower");
    if (at({ alpha: 0.01, tests }) < narrow) throw new Error("smaller α, narrower");
    const [small, large] = [Math.min(...floors) / 100, Math.max(...floors) / 100];
    const fails = (floor: number) =>
      evaluateGate({
        records: timed(steady.map((x) => x * (1 - share))),
        baselines: baselinesOf(timed(steady)),
        suiteVersion: 1,
        floors: [floorsOf(floor)],
      })[0].verdict === "regressed";
    if (fails(large) && !fails(small)) throw new Error(`${share} fails at ${large}, not ${small}`);
  },
  kills: ["floor-of-one-timing-for-many"],
});

Deno.test("of two more sessions, at most one pair in twenty differs by more than the floor of eight", () => {
  const simulations = 2000;
  let above = 0;
  for (let s = 0; s < simulations; s++) {
    const draws = [...hostNormal(hostKey(21, s), 10)].map((x) => 100 + 2 * x);
    const floor = sessionFloor(draws.slice(0, 8));
    if (Math.abs(draws[9] / draws[8] - 1) > floor) above++;
  }
  const most = 0.05 * simulations + 4.5 * Math.sqrt(0.05 * 0.95 * simulations);
  if (above > most) throw new Error(`${above} of ${simulations}`);
  if (above < 20) throw new Error(`${above}: a floor that is never passed hides everything`);
});

Deno.test("floors: too few sessions, zeros and mixed signs are refused; seeds give t s√(2/k)", () => {
  assertThrows(() => sessionFloor([1, 1, 1, 1]), RangeError, "5 or more");
  assertThrows(() => sessionFloor([0, 1, 1, 1, 1]), RangeError, "not 0");
  assertThrows(() => sessionFloor([-1, 1, 1, 1, 1]), RangeError, "one sign");
  assertEquals(sessionFloor([16, 16, 16, 16, 16]), 0);
  // s = √2.5, t(0.975, 4) = 2.7764, mean 3, five seeds a side.
  close(seedFloor([1, 2, 3, 4, 5], 5), 2.776445 * Math.sqrt(2.5 * 2 / 5) / 3, 1e-6);
});

Deno.test("a calibration shows what changes, keeps what it didn't measure, and is kept whole", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const entries = [100, 102, 98, 101, 99].flatMap((value, i) =>
      [1, 2].map((seed) =>
        sessionEntry(
          record({ seed, metrics: [{ ...speed, unit: "images/s", value: value + seed }] }),
          { session: i + 1, commit: "abc", seconds: 1 },
        )
      )
    );
    const old = floorsOf(0.5, "autoencoder");
    const plan = planFloors({
      suite: "made",
      suiteVersion: 1,
      entries,
      records: [],
      seeds: 5,
      floors: [old],
      update: { reason: "why", author: "who", date: "2026-01-01", commit: "abc", command: "c" },
    });
    assertEquals(plan.changes.map(({ row, before }) => [row.values, before]), [
      [[101.5, 103.5, 99.5, 102.5, 100.5], null],
    ]);
    assertStringIncludes(floorTable(plan.changes)[1], "5 sessions");
    assertEquals(plan.floors[0].rows.map(({ label }) => label), ["autoencoder", "vae"]);
    assertEquals(plan.floors[0].updates.map(({ n }) => n), [5, 8]);
    const path = await writeFloors(folder, plan.floors[0]);
    const which = { suite: "made", machineClass };
    assertEquals(path, floorsPath(folder, which));
    assertEquals(await readFloors(folder, which), plan.floors[0]);
    assertEquals(await readFloors(folder, { ...which, suite: "other" }), null);
    await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace('"floor":', '"flor":'));
    await assertRejects(() => readFloors(folder, which), UsageError, "not a file of noise floors");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sessions: what is left is what isn't there, session by session", () => {
  const plan = [1, 2].map((seed) => {
    const { id, group, label, spec } = record({ seed, metrics: [] });
    return { id, group, label, spec };
  });
  const done = [sessionEntry(record({ seed: 2, metrics: [] }), {
    session: 1,
    commit: "abc",
    seconds: 1,
  })];
  const left = sessionTasks(plan, { repeats: 2, done });
  assertEquals(left.map(({ session, planned }) => [session, planned.spec.seed]), [
    [1, 1],
    [2, 1],
    [2, 2],
  ]);
});
