/** Records that aren't as they should be: each is met by a plain word. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { gateExit } from "../../../src/gate/outcome.ts";
import { evaluateGate } from "../../../src/gate/verdict/evaluate.ts";
import type { GateInput } from "../../../src/gate/verdict/input.ts";
import type { RunRecord } from "../../../src/record/record.ts";
import { baselinesOf, calibratedFor, record, seeds } from "../fixture.ts";

const gate = (input: Partial<GateInput> & Pick<GateInput, "records" | "baselines">) =>
  evaluateGate({ suiteVersion: 1, ...input });

const five = [10.137, 10.411, 9.713, 10.109, 9.907].map((x) => x * Math.PI);

Deno.test("several records of one seed: the newest counts, and it says so", () => {
  const at = (r: RunRecord, startedAt: string): RunRecord => ({
    ...r,
    provenance: { ...r.provenance, startedAt },
  });
  const [first, ...rest] = seeds(five);
  const stale = at(record({ seed: 1, metrics: [{ value: 999 }] }), "2025-01-01T00:00:00Z");
  for (const records of [[stale, first, ...rest], [first, ...rest, stale]]) {
    const [verdict] = gate({ records, baselines: baselinesOf(seeds(five)) });
    assertEquals([verdict.verdict, verdict.test, verdict.seeds.value], ["pass", "bits", 5]);
    assertStringIncludes(verdict.why, "seed 1 has 2 records, the newest counts");
  }
});

Deno.test("a seed whose number became NaN is missing, however good the others are", () => {
  const records = seeds(five.map((x, i) => i === 2 ? NaN : x));
  const verdicts = gate({ records, baselines: baselinesOf(seeds(five)) });
  assertEquals(verdicts.map((v) => v.verdict), ["missing"]);
  assertStringIncludes(verdicts[0].why, "seed 3: the value is NaN");
  assertEquals(gateExit(verdicts, { records }), 3);
  const all = gate({ records: seeds(five.map(() => NaN)), baselines: baselinesOf(seeds(five)) });
  assertEquals(all.map((v) => [v.verdict, v.why]), [
    ["missing", "seed 1, 2, 3, 4, 5: the value is NaN"],
  ]);
});

Deno.test("a repeat that is no number is met like a value that is none", () => {
  const speed = { kind: "speed", name: "ms", metric: "t" } as const;
  const made = (raw: number[]) => [record({ seed: 1, metrics: [{ ...speed, value: 1, raw }] })];
  const baselines = baselinesOf(made([1, 1.1, 1.2, 1, 1]));
  const records = made([1, NaN, 1, 1, 1]);
  const [verdict] = gate({ records, baselines, floors: calibratedFor(records) });
  assertEquals([verdict.verdict, verdict.why], ["missing", "seed 1: a repeat is NaN"]);
});

Deno.test("a baseline without spread: the minimum effect alone decides, and it says so", () => {
  const flat = baselinesOf(seeds([4, 4, 4, 4, 4]));
  const at = (value: number) => gate({ records: seeds(Array(5).fill(value)), baselines: flat })[0];
  assertEquals([at(4).verdict, at(4).test], ["pass", "bits"]);
  assertEquals(at(4.1).verdict, "pass");
  assertEquals(at(4.5).verdict, "regressed");
  assertStringIncludes(at(4.5).why, "no spread between seeds: the minimum effect alone decides");
});

Deno.test("a baseline of one seed decides nothing but equality, and says what is missing", () => {
  const baselines = baselinesOf(seeds([five[0]]));
  assertEquals(gate({ records: seeds([five[0]]), baselines })[0].verdict, "pass");
  const [verdict] = gate({ records: seeds(five.map((x) => x + 1)), baselines });
  assertEquals(verdict.verdict, "inconclusive");
  assertStringIncludes(verdict.why, "the baseline has 1 seed, the gate needs 5");
});

Deno.test("a wrong seed: numbers that are the baseline's of another seed are a regression", () => {
  const baselines = baselinesOf(seeds(five));
  const shifted = seeds([...five.slice(1), 31.4159]);
  const [verdict] = gate({ records: shifted, baselines });
  assertEquals(verdict.verdict, "regressed");
  assertStringIncludes(verdict.why, "wrong seed: seed 1 has the bits of the baseline's seed 2");
});

Deno.test("an ignored seed: one number for all is a regression", () => {
  const [verdict] = gate({
    records: seeds(Array(5).fill(five[3])),
    baselines: baselinesOf(seeds(five)),
  });
  assertEquals(verdict.verdict, "regressed");
  assertStringIncludes(verdict.why, "the seed is ignored");
});

Deno.test("counts that agree between seeds by chance accuse nobody", () => {
  const shares = [0.42, 0.4, 0.44, 1 / 3, 0.385];
  const moved = [0.4, 0.42, 0.44, 0.385, 1 / 3];
  const [verdict] = gate({ records: seeds(moved), baselines: baselinesOf(seeds(shares)) });
  assertEquals(verdict.why.includes("wrong seed"), false, verdict.why);
  // Neither does one row among several that tell another story.
  const two = (a: readonly number[], b: readonly number[]) =>
    a.map((value, i) =>
      record({ seed: i + 1, metrics: [{ value }, { name: "KID@100", value: b[i] }] })
    );
  const other = five.map((x) => x * 1.01);
  const verdicts = gate({
    records: two([five[1], five[0], ...five.slice(2)], other),
    baselines: baselinesOf(two(five, five)),
  });
  assertEquals(verdicts.some((v) => v.why.includes("wrong seed")), false);
});

Deno.test("--exact: any change of bits that were promised is a regression, a budget of time is none", () => {
  const nudged = five.map((x, i) => i === 1 ? x * (1 + Number.EPSILON) : x);
  const input = { records: seeds(nudged), baselines: baselinesOf(seeds(five)) };
  assertEquals(gate(input)[0].verdict, "pass");
  const [exact] = gate({ ...input, exact: true });
  assertEquals(exact.verdict, "regressed");
  assertStringIncludes(exact.why, "bits differ in 1 of 5 seeds");
  const none = { determinism: "none: a device in software" };
  const free = gate({
    records: seeds(nudged, none),
    baselines: baselinesOf(seeds(five, none)),
    exact: true,
  });
  assertEquals(free.map((v) => v.verdict), ["pass"]);
});
