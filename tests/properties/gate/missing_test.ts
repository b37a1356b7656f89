/** Laws of what is missing, over made-up suites of records: no subset of it passes or is lost. */
import fc from "fast-check";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../src/base/errors.ts";
import { type Baseline, baselineRows } from "../../../src/gate/baseline/baseline.ts";
import { gateExit, gateLine } from "../../../src/gate/outcome.ts";
import { planUpdate } from "../../../src/gate/baseline/update.ts";
import { evaluateGate } from "../../../src/gate/verdict/evaluate.ts";
import type { RunRecord } from "../../../src/record/record.ts";
import { baselinesOf, calibratedFor, record } from "../../gate/fixture.ts";
import { law } from "../../law.ts";

/** A suite: entries with their seeds (a control row has one), each with metrics of all kinds. */
interface Made {
  readonly seeds: readonly number[];
  readonly entries: number;
  readonly controls: number;
  readonly metrics: readonly ("deterministic" | "quality" | "speed")[];
}

const suites: fc.Arbitrary<Made> = fc.record({
  seeds: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 }),
  entries: fc.integer({ min: 1, max: 3 }),
  controls: fc.integer({ min: 0, max: 2 }),
  metrics: fc.array(fc.constantFrom("deterministic", "quality", "speed"), {
    minLength: 1,
    maxLength: 3,
  }),
});

/** Its records; `shift` as if the code had changed. */
function recordsOf({ seeds, entries, controls, metrics }: Made, shift = 0): RunRecord[] {
  const made = (label: string, own: readonly number[]) =>
    own.map((seed) =>
      record({
        label,
        seed,
        metrics: metrics.map((kind, m) => {
          const value = 100 + shift + Math.sin(seed + 7 * m) + label.length;
          const raw = Array.from({ length: 8 }, (_, i) => value + i / 100);
          return {
            kind,
            name: `m${m}`,
            metric: `of ${m}`,
            value,
            ...(kind === "speed" ? { raw } : {}),
          };
        }),
      })
    );
  return [
    ...Array.from({ length: controls }, (_, c) => made(`control ${c}`, seeds.slice(0, 1))).flat(),
    ...Array.from({ length: entries }, (_, e) => made(`entry ${e}`, seeds)).flat(),
  ];
}

/** A non-empty subset of so many records, chosen by bits. */
function chosen(records: readonly RunRecord[], bits: number): ReadonlySet<string> {
  const mask = 1 + bits % (2 ** records.length - 1);
  return new Set(records.filter((_, i) => Math.floor(mask / 2 ** i) % 2 === 1).map(({ id }) => id));
}

const values = (baselines: readonly Baseline[]) =>
  new Set(
    baselines.flatMap((baseline) =>
      [...baselineRows(baseline)].flatMap(([key, { values, raw }]) =>
        [...values.keys()].map((seed) =>
          JSON.stringify([baseline.machineClass, key, seed, raw.get(seed)?.length ?? 0])
        )
      )
    ),
  );

const given = {
  made: suites,
  bits: fc.maxSafeNat(),
  how: fc.constantFrom("gone", "failed", "hollow"),
  known: fc.boolean(),
  exact: fc.boolean(),
  calibrated: fc.boolean(),
} as const;

/** What is left when some records are gone, or failed, or hold no number any more. */
function broken(
  records: readonly RunRecord[],
  { lost, how }: { lost: ReadonlySet<string>; how: "gone" | "failed" | "hollow" },
): RunRecord[] {
  return records.flatMap((r): RunRecord[] => {
    if (!lost.has(r.id)) return [r];
    if (how === "gone") return [];
    return [how === "failed" ? { ...r, state: "failed", metrics: [] } : { ...r, metrics: [] }];
  });
}

law("gate: whatever subset of runs has no record or no number, it is never a pass", {
  source: "definition",
  given,
  holds: ({ made, bits, how, known, exact, calibrated }) => {
    // Where nobody calibrated, a record without a timing lacks nothing that is judged.
    fc.pre(calibrated || how !== "hollow" || made.metrics.some((kind) => kind !== "speed"));
    const all = recordsOf(made);
    const lost = chosen(all, bits);
    // Without a baseline a record that is whole in itself can lack nothing.
    const baselines = known || how === "hollow" ? baselinesOf(all) : [];
    const records = broken(all, { lost, how });
    const floors = calibrated ? calibratedFor(all) : [];
    const input = { records, baselines, asked: all, suiteVersion: 1, exact, floors };
    const verdicts = evaluateGate(input);
    assertEquals(gateExit(verdicts, { records, allowInconclusive: true }), 3);
    assert(!gateLine(verdicts).startsWith("PASS"), gateLine(verdicts));
    // Speed that nobody calibrated is shown, and judged by nothing.
    const judged = verdicts.filter(({ verdict }) => verdict !== "shown");
    for (const { id, label, spec } of all) {
      if (!lost.has(id)) continue;
      const own = judged.filter((verdict) => verdict.label === label);
      assert(own.length > 0, `nothing is said of ${label}`);
      for (const { verdict, seeds } of own) {
        assertEquals([verdict, seeds.missing?.includes(spec.seed)], ["missing", true]);
      }
    }
    // What is whole is judged as if nothing else were asked.
    const whole = judged.filter(({ verdict }) => verdict !== "missing");
    assert(whole.every(({ verdict }) => verdict === (baselines.length > 0 ? "pass" : "new")));
  },
  kills: ["gate-asks-for-no-record", "gate-asks-for-no-number", "runs-without-a-row-are-silent"],
  cases: 300,
});

law("update: refused where a run has no record; with keep no value is lost, whatever is missing", {
  source: "definition",
  given: { made: suites, bits: fc.maxSafeNat() },
  holds: ({ made, bits }) => {
    const before = baselinesOf(recordsOf(made));
    const all = recordsOf(made, 1);
    const lost = chosen(all, bits);
    const records = all.filter(({ id }) => !lost.has(id));
    const input = {
      suite: "made",
      suiteVersion: 1,
      records,
      asked: all,
      baselines: before,
      update: { reason: "again", author: "a law", date: "2026-01-02" },
      labels: new Set(all.map(({ label }) => label)),
    };
    for (const baselines of [before, []]) {
      const { message } = assertThrows(() => planUpdate({ ...input, baselines }), UsageError);
      if (records.length === 0) continue;
      for (const { id, label } of all) if (lost.has(id)) assert(message.includes(label), message);
    }
    fc.pre(records.length > 0);
    const kept = planUpdate({ ...input, missing: "keep" });
    assertEquals(kept.emptied, []);
    assertEquals(values(kept.baselines), values(before));
    // With drop what is left is what was measured.
    const dropped = planUpdate({ ...input, missing: "drop" });
    assertEquals(values(dropped.baselines), values(baselinesOf(records)));
  },
  kills: ["update-keeps-rows-not-seeds", "update-refuses-nothing"],
  cases: 200,
});
