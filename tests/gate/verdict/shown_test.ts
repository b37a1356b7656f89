/** Speed where nobody has calibrated the machine: shown, never judged, never waited for. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { baselineRows, readBaseline } from "../../../src/gate/baseline/baseline.ts";
import { gateMarkdown } from "../../../src/gate/ci/markdown.ts";
import { junitXml } from "../../../src/gate/ci/junit.ts";
import { annotations } from "../../../src/gate/ci/annotations.ts";
import { confirmSpeed } from "../../../src/gate/speed/confirm.ts";
import { type Floors, isCalibrated, readFloors } from "../../../src/gate/speed/floors.ts";
import { countVerdicts, gateExit, gateLine } from "../../../src/gate/outcome.ts";
import { evaluateGate } from "../../../src/gate/verdict/evaluate.ts";
import type { Verdict } from "../../../src/gate/verdict/verdict.ts";
import { machineClass } from "../../../src/record/provenance.ts";
import { law } from "../../law.ts";
import { baselinesOf, calibratedFor, record, speed } from "../fixture.ts";

/** A run a seed: a quality number that never changes, and a timing of three metrics. */
const runs = (factor: number) =>
  [1, 2, 3, 4, 5].map((seed) =>
    record({
      seed,
      metrics: [
        { name: "FD@100", value: 7 + seed / 3 },
        ...["images/s", "ms", "s"].map((name, m) => {
          const raw = [0, 1, 2, 3, 4].map((r) => (100 + seed + r / 7) * (m === 0 ? factor : 1));
          return { ...speed, name, value: raw[2], raw };
        }),
      ],
    })
  );

const line = (verdicts: readonly Verdict[]) => gateLine(verdicts, { suite: "made" });

law("speed is judged where its machine was calibrated and nowhere else, whatever it comes to", {
  source: "DESIGN, Statistics",
  given: {
    percent: fc.integer({ min: 10, max: 400 }),
    how: fc.constantFrom("not", "before processors", "another class", "another version", "quality"),
    baseline: fc.boolean(),
  },
  holds: ({ percent, how, baseline }) => {
    const records = runs(percent / 100);
    const [floors] = calibratedFor(records);
    const given: Record<string, Floors[]> = {
      "not": [],
      "before processors": [{ ...floors, format: 1 }],
      "another class": [{ ...floors, machineClass: "another" }],
      "another version": [{ ...floors, suiteVersion: 2 }],
      "quality": [{ ...floors, rows: floors.rows.map((row) => ({ ...row, kind: "quality" })) }],
    };
    const all = baselinesOf(runs(1));
    const input = {
      records,
      baselines: baseline ? all : all.filter((one) => one.machineClass === "any"),
      suiteVersion: 1,
    };
    const shown = evaluateGate({ ...input, floors: given[how] });
    assertEquals(countVerdicts(shown), {
      pass: 1,
      regressed: 0,
      improved: 0,
      inconclusive: 0,
      new: 0,
      missing: 0,
      shown: 3,
      total: 4,
      identical: 1,
    });
    assertEquals(gateExit(shown, { records }), 0);
    const first = shown.find(({ metric }) => metric === "images/s")!;
    assertEquals(first.baseline === null, !baseline);
    if (baseline) assert(Math.abs(first.effect! - (percent / 100 - 1)) < 1e-12);
    const judged = evaluateGate({ ...input, floors: [floors] });
    assertEquals(countVerdicts(judged).shown, 0);
  },
  kills: ["speed-judged-where-nobody-calibrated", "floors-of-before-processors-count"],
});

Deno.test("what is shown is never measured again unless that is asked for", async () => {
  const input = { records: runs(0.4), baselines: baselinesOf(runs(1)), suiteVersion: 1 };
  let measured = 0;
  const options = {
    input,
    rerun: () => Promise.resolve((measured++, null)),
    interleave: () => Promise.resolve((measured++, { reason: "counted" })),
  };
  await confirmSpeed(evaluateGate(input), options);
  assertEquals(measured, 0);
  const floors = calibratedFor(input.records);
  await confirmSpeed(evaluateGate({ ...input, floors }), options);
  assert(measured > 0);
  measured = 0;
  const asked = await confirmSpeed(evaluateGate(input), { ...options, everything: true });
  assertEquals([measured, asked.filter((v) => v.verdict === "shown").length], [1, 3]);
});

Deno.test("the line says how many numbers have the published bits, which do not, and of speed", () => {
  const uncalibrated = "speed shown, not judged (this machine isn't calibrated; " +
    '`deno task likeness calibrate made --reason "…"`)';
  const input = { records: runs(0.4), baselines: baselinesOf(runs(1)), suiteVersion: 1 };
  const same = evaluateGate(input);
  assertEquals(
    line(same),
    `PASS: 1 of 1 quality number has the published bits · ${uncalibrated}`,
  );
  const calibrated = evaluateGate({ ...input, floors: calibratedFor(input.records) });
  assertEquals(
    line(calibrated),
    "REGRESSED: 1 of 1 quality number has the published bits · speed: 2 pass, 1 regressed",
  );
  const quality = same.find(({ kind }) => kind === "quality")!;
  const of = (n: number, change: Partial<Verdict>) =>
    Array.from({ length: n }, (_, i) => ({ ...quality, metric: `m${i}`, ...change }));
  const other = { test: "paired t" } as const;
  assertEquals(
    line([...of(110, {}), ...of(2, { ...other, verdict: "regressed" }), ...of(1, other)]),
    "REGRESSED: 110 of 113 quality numbers have the published bits; not: vae m0 (regressed), " +
      "vae m1 (regressed), vae m0 (pass)",
  );
  assertEquals(
    line([...of(3, {}), ...of(6, other), ...of(2, { verdict: "new", test: "none" })]),
    "PASS: 3 of 11 quality numbers have the published bits; not: vae m0 (pass), vae m1 (pass), " +
      "vae m2 (pass), vae m3 (pass) and 2 more; 2 without a baseline",
  );
  // Another engine promises no bits to others: its tests decide, and no number is named for its bits.
  assertEquals(
    line(of(3, { ...other, scope: "tensorflow" })),
    "PASS: 3 quality numbers: 3 pass",
  );
  assertEquals(
    line(of(3, { verdict: "new", test: "none", baseline: null })),
    "NO BASELINE YET: 3 quality numbers without a baseline",
  );
  assertMatch(gateLine(same, { broken: true }), /^FAILED RUNS: 1 of 1 /);
});

law("the line: its count is the verdicts' own, and PASS stands where the exit code is 0", {
  source: "definition",
  given: {
    verdicts: fc.array(
      fc.tuple(
        fc.constantFrom("pass", "regressed", "improved", "inconclusive", "missing"),
        fc.constantFrom("bits", "paired t"),
        fc.constantFrom("quality", "speed", "deterministic"),
      ),
      { minLength: 1, maxLength: 12 },
    ),
  },
  holds: ({ verdicts }) => {
    const [base] = evaluateGate({ records: runs(1), baselines: [], suiteVersion: 1 });
    const made = verdicts.map(([verdict, test, kind], i) =>
      ({ ...base, label: `l${i}`, verdict, test, kind, value: 1, scope: "any" }) as Verdict
    );
    const text = line(made);
    const own = made.filter(({ kind }) => kind !== "speed");
    const same = own.filter((v) => v.test === "bits" && v.verdict === "pass").length;
    if (own.length > 0) assertMatch(text, new RegExp(`: ${same} of ${own.length} quality number`));
    assertEquals(text.startsWith("PASS"), gateExit(made, { records: [] }) === 0);
  },
  kills: ["line-counts-any-pass-as-bits"],
});

Deno.test("CI: what is shown fails nothing, asks for no look and stands among what passed", () => {
  const records = runs(0.4);
  const verdicts = evaluateGate({ records, baselines: baselinesOf(runs(1)), suiteVersion: 1 });
  const gated = {
    suite: "made",
    path: "suites/made.yaml",
    records,
    allowInconclusive: false,
    command: "likeness gate made",
    outcome: {
      verdicts,
      counts: countVerdicts(verdicts),
      line: line(verdicts),
      exitCode: gateExit(verdicts, { records }),
    },
  };
  assertStringIncludes(
    junitXml([gated], { date: "2026-01-02T03:04:05Z" }),
    'failures="0" errors="0" skipped="3"',
  );
  assertEquals(annotations([gated]), []);
  const text = gateMarkdown([gated]);
  const folded = text.indexOf(
    "<details><summary>1 passed, 1 of them bit-identical; 3 timings shown, not judged",
  );
  assert(folded >= 0 && text.indexOf("images/s") > folded, text);
});

Deno.test("a machine class names the processor's model, not its name alone", async () => {
  const identity = { name: "wasm", versions: { wasm: "simd" }, device: "cpu", threads: 1 } as const;
  const made = await machineClass(identity);
  assertMatch(made, /^[a-z0-9._-]+$/);
  const text = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const name = text.match(/^model name\s*:\s*(.+)$/m)?.[1].trim();
  const model = text.match(/^model\s*:\s*(\d+)$/m)?.[1];
  if (name !== undefined && model !== undefined) { // Linux on x86
    assertStringIncludes(made, name.toLowerCase().replace(/[^a-z0-9.]+/g, "-").replace(/-$/, ""));
    assertMatch(made, new RegExp(`-${model}-\\d+_\\d+-cores$`));
  }
});

Deno.test("what was committed before classes named a processor is readable, and judges no speed", async () => {
  const folder = new URL("../../../baselines/", import.meta.url).pathname;
  const any = await readBaseline(folder, { suite: "smoke", machineClass: "any" });
  assert(baselineRows(any!).size > 0);
  let before = 0;
  for await (const { name: scope } of Deno.readDir(folder)) {
    const which = { suite: "smoke", machineClass: scope };
    const floors = await readFloors(folder, which);
    if (floors === null) continue;
    assert(baselineRows((await readBaseline(folder, which))!).size > 0);
    if (floors.format !== 1) continue;
    before++;
    assert(floors.rows.length > 0);
    assertEquals(isCalibrated([floors], { scope, suiteVersion: floors.suiteVersion }), false);
  }
  assert(before > 0, "there is no such file any more: this test can go");
});
