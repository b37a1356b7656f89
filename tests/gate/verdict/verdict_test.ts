import { assertEquals, assertStringIncludes } from "@std/assert";
import { evaluateGate } from "../../../src/gate/verdict/evaluate.ts";
import type { GateInput } from "../../../src/gate/verdict/input.ts";
import { gateExit, gateLine, verdictTable } from "../../../src/gate/outcome.ts";
import { confirmSpeed } from "../../../src/gate/speed/confirm.ts";
import { baselinesOf, calibratedFor, record, seeds, speed } from "../fixture.ts";

const gate = (input: Partial<GateInput> & Pick<GateInput, "records" | "baselines">) =>
  evaluateGate({ suiteVersion: 1, floors: calibratedFor(input.records), ...input });

const one = (input: Partial<GateInput> & Pick<GateInput, "records" | "baselines">) => {
  const verdicts = gate(input);
  assertEquals(verdicts.length, 1);
  return verdicts[0];
};

const five = [10, 10.4, 9.7, 10.1, 9.9];

Deno.test("same bits pass from one seed on, and say so", () => {
  const baselines = baselinesOf(seeds([0.1 + 0.2, 7]));
  const verdict = one({ records: seeds([0.1 + 0.2]), baselines });
  assertEquals([verdict.verdict, verdict.test], ["pass", "bits"]);
  assertEquals(
    gateLine([verdict]),
    "PASS: 1 of 1 quality number has the published bits",
  );
});

Deno.test("one bit of difference is no regression but starts the statistics, and says so", () => {
  const nudged = five.map((x, i) => i === 2 ? x * (1 + Number.EPSILON) : x);
  const verdict = one({ records: seeds(nudged), baselines: baselinesOf(seeds(five)) });
  assertEquals([verdict.verdict, verdict.test], ["pass", "paired t"]);
  assertStringIncludes(verdict.why, "bits differ in 1 of 5 seeds");
});

Deno.test("too few seeds for a changed number are inconclusive, whatever the change", () => {
  const verdict = one({ records: seeds([20, 21]), baselines: baselinesOf(seeds([10, 11])) });
  assertEquals(verdict.verdict, "inconclusive");
  assertStringIncludes(verdict.why, "the baseline has 2 seeds, the gate needs 5");
  assertEquals(gateExit([verdict], { records: [] }), 4);
  assertEquals(gateExit([verdict], { records: [], allowInconclusive: true }), 0);
});

Deno.test("a plain change regresses or improves by the metric's direction", () => {
  const worse = seeds(five.map((x) => x + 3));
  for (
    const [direction, expected] of [["lower", "regressed"], ["higher", "improved"]] as const
  ) {
    const verdict = one({
      records: worse.map((r) => ({ ...r, metrics: r.metrics.map((m) => ({ ...m, direction })) })),
      baselines: baselinesOf(seeds(five, { direction })),
    });
    assertEquals(verdict.verdict, expected);
  }
});

Deno.test("a significant change below the minimum effect passes", () => {
  const verdict = one({
    records: seeds(five.map((x) => x + 0.1)),
    baselines: baselinesOf(seeds(five)),
  });
  assertEquals([verdict.verdict, verdict.p! < 0.001], ["pass", true]);
});

Deno.test("one new run is held against the prediction interval of five", () => {
  const baselines = baselinesOf(seeds(five));
  const at = (value: number) =>
    one({ records: [record({ seed: 9, metrics: [{ value }] })], baselines });
  assertEquals([at(10.05).test, at(10.05).verdict], ["two-sample t", "inconclusive"]);
  assertEquals(at(12).verdict, "regressed");
  assertEquals(at(8).verdict, "improved");
});

Deno.test("a deterministic number may move within its minimum effect, no further", () => {
  const kind = "deterministic";
  const baselines = baselinesOf(seeds([1000], { kind }));
  const at = (value: number) => one({ records: seeds([value], { kind }), baselines }).verdict;
  assertEquals([at(1000), at(1009), at(1011), at(980)], ["pass", "pass", "regressed", "improved"]);
  const none = { kind, direction: "none" } as const;
  const changed = one({
    records: seeds([1100], none),
    baselines: baselinesOf(seeds([1000], none)),
  });
  assertEquals(changed.verdict, "inconclusive");
});

Deno.test("a direction of both makes any change a regression", () => {
  const verdict = one({
    records: seeds(five.map((x) => x - 3)),
    baselines: baselinesOf(seeds(five)),
    policies: () => ({ direction: "both" }),
  });
  assertEquals(verdict.verdict, "regressed");
});

Deno.test("a baseline of 0 needs an absolute effect, and says so", () => {
  const zeros = baselinesOf(seeds([0, 0, 0, 0, 0]));
  const records = seeds([1, 1.1, 0.9, 1, 1]);
  assertStringIncludes(one({ records, baselines: zeros }).why, "absolute effect");
  const verdict = one({ records, baselines: zeros, policies: () => ({ effect: 0.5 }) });
  assertEquals([verdict.verdict, verdict.effectUnit], ["regressed", "absolute"]);
});

Deno.test("new, missing, unavailable, other versions", () => {
  const baselines = baselinesOf([
    record({ seed: 1, metrics: [{ value: 1 }, { name: "KID@100", metric: "kernel", value: 2 }] }),
  ]);
  const records = [
    record({
      seed: 1,
      metrics: [
        { value: 1 },
        { name: "KID@100", metric: "kernel", value: null, reason: "no judge here" },
        { name: "PSNR", metric: "reconstruction", value: 3 },
      ],
    }),
  ];
  const verdicts = gate({ records, baselines });
  assertEquals(
    verdicts.map((v) => [v.metric, v.verdict]).sort(),
    [["FD@100", "pass"], ["KID@100", "missing"], ["PSNR", "new"]],
  );
  assertEquals(verdicts.find((v) => v.verdict === "missing")!.why, "seed 1: no judge here");
  assertEquals(gateExit(verdicts, { records }), 3);
  const other = one({ records: seeds([1]), baselines: baselinesOf(seeds([1]), 2) });
  assertStringIncludes(other.why, "suite version 1, the baseline is of version 2");
  const version = one({
    records: [record({ seed: 1, version: 2, metrics: [{ value: 1 }] })],
    baselines: baselinesOf(seeds([1])),
  });
  assertStringIncludes(version.why, "metric version 2");
});

Deno.test("labels that were not asked for are not missing", () => {
  const baselines = baselinesOf([...seeds([1]), ...seeds([2], { label: "autoencoder" })]);
  const records = seeds([1]);
  assertEquals(gate({ records, baselines }).map((v) => v.verdict), ["pass", "missing"]);
  assertEquals(
    gate({ records, baselines, labels: new Set(["vae"]) }).map((v) => v.verdict),
    ["pass"],
  );
});

Deno.test("a diverged seed makes its rows missing and the exit code 3; an unreliable one proves nothing", () => {
  const baselines = baselinesOf(seeds([1, 2]));
  const records = [
    ...seeds([1]),
    record({ seed: 2, state: "diverged", cause: "loss is NaN at step 7", metrics: [] }),
  ];
  const verdict = one({ records, baselines });
  assertEquals(verdict.verdict, "missing");
  assertStringIncludes(verdict.why, "seed 2: diverged, loss is NaN at step 7");
  assertEquals(gateExit([verdict], { records }), 3);
  assertEquals(
    one({ records: seeds([1, 2], { state: "unreliable" }), baselines }).verdict,
    "inconclusive",
  );
});

Deno.test("nothing measured is 3, even with nothing to compare", () => {
  assertEquals(gateExit([], { records: [] }), 3);
  assertEquals(gateLine([]), "NOTHING MEASURED");
  const baselines = baselinesOf(seeds([1]));
  assertEquals(gate({ records: [], baselines }).map((v) => v.verdict), ["missing"]);
});

Deno.test("exit codes combine: 3 over 1 over 4 over 0", () => {
  const made = (verdict: string) => {
    const base = one({ records: seeds([1]), baselines: baselinesOf(seeds([1])) });
    return { ...base, verdict } as typeof base;
  };
  const exit = (...names: string[]) => gateExit(names.map(made), { records: [] });
  assertEquals(exit("pass", "improved", "new"), 0);
  assertEquals(exit("pass", "inconclusive"), 4);
  assertEquals(exit("inconclusive", "regressed"), 1);
  assertEquals(exit("regressed", "missing", "inconclusive"), 3);
});

const repeats = (raw: readonly number[], machineClass?: string) => [
  record({ seed: 1, machineClass, metrics: [{ ...speed, value: raw[0], raw }] }),
];
const fast = [100, 101, 99, 100.5, 99.5, 100.2, 99.8, 100.1];

Deno.test("speed: compared within a machine class only", () => {
  const baselines = baselinesOf(repeats(fast));
  assertEquals(one({ records: repeats(fast), baselines }).verdict, "pass");
  const elsewhere = one({ records: repeats(fast, "another"), baselines });
  assertEquals(elsewhere.verdict, "new");
  assertStringIncludes(elsewhere.why, "no baseline of machine class another");
});

Deno.test("speed: slower by a fifth regresses; by a twentieth passes; 3 repeats decide nothing", () => {
  const baselines = baselinesOf(repeats(fast));
  const at = (factor: number) =>
    one({ records: repeats(fast.map((x) => x * factor)), baselines }).verdict;
  assertEquals([at(0.8), at(0.95), at(1.3)], ["regressed", "pass", "improved"]);
  const few = one({ records: repeats([50, 51, 52]), baselines });
  assertEquals(few.verdict, "inconclusive");
  assertStringIncludes(few.why, "3 repeats, the gate needs 5");
});

Deno.test("speed: a plain slowdown among 30 timings of five runs can fail, whatever Holm asks", () => {
  // Five runs against five give no p below 2/252, which times 30 decides nothing: repeats do.
  const made = (factor: number) =>
    [1, 2, 3, 4, 5].map((seed) =>
      record({
        seed,
        metrics: Array.from({ length: 30 }, (_, m) => {
          const raw = fast.slice(0, 5).map((x) => (x + seed / 10) * (m === 0 ? factor : 1));
          return { ...speed, name: `timing ${m}`, value: raw[2], raw };
        }),
      })
    );
  const verdicts = gate({ records: made(0.6), baselines: baselinesOf(made(1)) });
  const slow = verdicts.find((v) => v.metric === "timing 0")!;
  assertEquals([slow.verdict, verdicts.filter((v) => v.verdict === "regressed").length], [
    "regressed",
    1,
  ]);
  assertStringIncludes(slow.why, "unit: repeats");
});

Deno.test("speed: one value a run can't be tested; it passes while all pairs are near", () => {
  const memory = (values: number[]) =>
    values.map((value, i) =>
      record({ seed: i + 1, metrics: [{ ...speed, direction: "lower", name: "MiB", value }] })
    );
  const baselines = baselinesOf(memory([100, 103]));
  const near = one({ records: memory([101, 104]), baselines });
  assertEquals([near.verdict, near.test], ["pass", "range"]);
  assertEquals(one({ records: memory([101, 150]), baselines }).verdict, "inconclusive");
});

Deno.test("speed: the baseline's own spread between runs raises the floor", () => {
  const noisy = [1, 1.3].map((factor, i) =>
    record({
      seed: i + 1,
      metrics: [{ ...speed, value: 100 * factor, raw: fast.map((x) => x * factor) }],
    })
  );
  const slower = noisy.map((r) => ({
    ...r,
    metrics: r.metrics.map((m) => ({
      ...m,
      value: m.value! * 0.85,
      raw: m.raw!.map((x) => x * 0.85),
    })),
  }));
  const verdict = one({ records: slower, baselines: baselinesOf(noisy) });
  assertEquals(verdict.verdict === "regressed", false);
  assertStringIncludes(verdict.why, "raised to the baseline's own spread");
});

Deno.test("a speed failure counts only when a rerun confirms it", async () => {
  const input = {
    records: repeats(fast.map((x) => x * 0.7)),
    baselines: baselinesOf(repeats(fast)),
    floors: calibratedFor(repeats(fast)),
    suiteVersion: 1,
  };
  const verdicts = evaluateGate(input);
  assertEquals(verdicts[0].verdict, "regressed");
  const after = async (records: ReturnType<typeof repeats> | null) =>
    (await confirmSpeed(verdicts, { input, rerun: () => Promise.resolve(records) }))[0];
  const unconfirmed = (await confirmSpeed(verdicts, { input }))[0];
  assertEquals(unconfirmed.verdict, "inconclusive");
  assertStringIncludes(unconfirmed.why, "no rerun was made");
  assertEquals((await after(null)).verdict, "inconclusive");
  assertEquals((await after(repeats(fast))).verdict, "pass");
  assertEquals((await after(repeats(fast.map((x) => x * 0.71)))).verdict, "regressed");
});

Deno.test("numbers of an engine that promises bits only within a class keep to their class", () => {
  const classy = { determinism: "machine-class: fixed threads" };
  const baselines = baselinesOf(seeds([1, 2], classy));
  assertEquals(baselines[0].machineClass, "wasm_2-cores");
  assertEquals(one({ records: seeds([1, 2], classy), baselines }).verdict, "pass");
  const verdict = one({ records: seeds([1, 2], { ...classy, machineClass: "gpu" }), baselines });
  assertEquals(verdict.verdict, "new");
});

Deno.test("a budget of seconds buys each machine other numbers, which keep to their class", () => {
  const timed = (machineClass: string) =>
    seeds([1, 2], { machineClass }).map((r) => ({
      ...r,
      spec: { ...r.spec, budget: { seconds: 60 } },
    }));
  const baselines = baselinesOf(timed("slow"));
  assertEquals(one({ records: timed("slow"), baselines }).verdict, "pass");
  assertEquals(one({ records: timed("fast"), baselines }).verdict, "new");
});

Deno.test("many tests: one small p in forty is not enough for Holm", () => {
  const noise = (i: number) => five.map((x, s) => x + ((i * 7 + s * 3) % 5 - 2) / 10);
  const made = (shift: number) =>
    five.map((_, s) =>
      record({
        seed: s + 1,
        metrics: Array.from({ length: 40 }, (_, i) => ({
          name: `m${i}`,
          value: (shift > 0 ? noise(i + 1) : noise(i))[s] + (i === 0 ? shift : 0),
        })),
      })
    );
  const baselines = baselinesOf(made(0));
  const verdicts = evaluateGate({ records: made(0.9), baselines, suiteVersion: 1 });
  const first = verdicts.find((v) => v.metric === "m0")!;
  assertEquals(first.p! < 0.05 && first.adjustedP! > 0.05, true, `${first.p} ${first.adjustedP}`);
  assertEquals(first.verdict, "inconclusive");
});

Deno.test("the table shows the worst first and passes only when asked", () => {
  const records = [
    record({
      seed: 1,
      metrics: [{ value: 1 }, { name: "PSNR", metric: "r", value: 3, unit: "dB" }],
    }),
  ];
  const verdicts = gate({ records, baselines: baselinesOf(seeds([1])) });
  const table = verdictTable(verdicts);
  assertEquals(table.length, 2);
  assertStringIncludes(table[1], "PSNR (dB)");
  assertEquals(verdictTable(verdicts, { all: true }).length, 3);
  assertEquals(verdictTable(verdicts.filter((v) => v.verdict === "pass")), []);
});
