/** Laws of the gate, all through `evaluateGate` on whole records. */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { evaluateGate } from "../../../src/gate/verdict/evaluate.ts";
import type { GatePolicy } from "../../../src/suite/schema/gate_policy.ts";
import type { MetricValue } from "../../../src/record/value.ts";
import { hostKey, hostNormal } from "../../../src/random/host/host.ts";
import { baselinesOf, calibratedFor, record, seeds } from "../../gate/fixture.ts";
import { law } from "../../law.ts";

type Direction = "lower" | "higher";
const flip = { lower: "higher", higher: "lower" } as const;
const swap = { regressed: "improved", improved: "regressed" } as const;
const severity = ["improved", "pass", "inconclusive", "regressed"];

interface Case {
  readonly kind: MetricValue["kind"];
  readonly direction: Direction;
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly policy: GatePolicy;
}

/** The verdict on one metric; a timing has its values as repeats of one run. */
function verdictOf({ kind, direction, before, after, policy }: Case) {
  const made = (values: readonly number[]) =>
    kind === "speed"
      ? [record({ seed: 1, metrics: [{ kind, direction, value: values[0], raw: [...values] }] })]
      : seeds(values, { kind, direction });
  const [verdict] = evaluateGate({
    records: made(after),
    baselines: baselinesOf(made(before)),
    floors: calibratedFor(made(after)),
    suiteVersion: 1,
    policies: () => policy,
  });
  return verdict;
}

const values = fc.array(fc.integer({ min: 60, max: 140 }).map((k) => k / 10), {
  minLength: 5,
  maxLength: 8,
});
const given = {
  kind: fc.constantFrom("quality", "speed", "deterministic"),
  direction: fc.constantFrom("lower", "higher"),
  before: values,
  after: values,
  policy: fc.record({
    effect: fc.constantFrom("5%", "20%", 0.4),
    test: fc.constantFrom("t", "rank"),
    alpha: fc.constantFrom(0.05, 0.2),
  }),
} as { [K in keyof Case]: fc.Arbitrary<Case[K]> };

law("gate: reflecting values and direction together changes no verdict", {
  source: "INVARIANTS: symmetric under direction flip",
  given,
  holds: (c: Case) => {
    const reflected = {
      ...c,
      direction: flip[c.direction],
      before: c.before.map((x) => -x),
      after: c.after.map((x) => -x),
    };
    const [a, b] = [verdictOf(c), verdictOf(reflected)];
    assertEquals(b.verdict, a.verdict);
    assertEquals([b.p, b.adjustedP], [a.p, a.adjustedP]);
  },
  kills: ["gate-reads-lower-bound-for-harm"],
  cases: 400,
});

law("gate: flipping the direction alone exchanges regressed and improved", {
  source: "INVARIANTS: symmetric under direction flip",
  given,
  holds: (c: Case) => {
    const a = verdictOf(c).verdict;
    const b = verdictOf({ ...c, direction: flip[c.direction] }).verdict;
    if (a in swap) assertEquals(b, swap[a as keyof typeof swap]);
    else assertEquals(b in swap, false, `${a} became ${b}`);
  },
  kills: ["gate-ignores-direction"],
  cases: 400,
});

law("gate: the more harm, the worse the verdict", {
  source: "INVARIANTS: monotone in effect",
  given: {
    ...given,
    steps: fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 2, maxLength: 8 }),
  },
  holds: (c: Case & { steps: readonly number[] }) => {
    const sign = c.direction === "lower" ? 1 : -1;
    const at = (harm: number) =>
      severity.indexOf(
        verdictOf({ ...c, after: c.after.map((x) => x + sign * harm / 8) }).verdict,
      );
    const severities = [...c.steps].sort((a, b) => a - b).map(at);
    severities.forEach((s, i) => {
      if (i > 0 && s < severities[i - 1]) throw new Error(`severities ${severities}`);
    });
  },
  kills: ["gate-reads-lower-bound-for-harm", "gate-ignores-direction"],
  cases: 200,
});

law("gate: a set against itself passes bit for bit, whatever the order of its records", {
  source: "definition",
  given: { values, seed: fc.integer({ min: 0, max: 1000 }) },
  holds: ({ values, seed }) => {
    const records = seeds(values);
    const shuffled = records.map((r, i) => [(i * 7 + seed) % records.length, r] as const)
      .sort((a, b) => a[0] - b[0]).map(([, r]) => r);
    const [verdict] = evaluateGate({
      records: shuffled,
      baselines: baselinesOf(records),
      suiteVersion: 1,
    });
    return verdict.verdict === "pass" && verdict.test === "bits";
  },
});

/**
 * A/A: the same law on both sides, `metrics` metrics of 5 seeds each, through the whole gate.
 * @returns the share of simulations with any regression, and with any change at all
 */
function falseAlarms(
  simulations: number,
  { metrics, policy, kind = "quality", n = 5 }: {
    metrics: number;
    policy: GatePolicy;
    kind?: MetricValue["kind"];
    n?: number;
  },
) {
  let regressed = 0;
  let changed = 0;
  for (let s = 0; s < simulations; s++) {
    const draws = hostNormal(hostKey(11, kind, metrics, n, s), 2 * metrics * n);
    const side = (offset: number) =>
      kind === "speed"
        ? [record({
          seed: 1,
          metrics: Array.from({ length: metrics }, (_, m) => {
            const raw = [...draws.slice((2 * m + offset) * n, (2 * m + offset + 1) * n)]
              .map((x) => 100 + x);
            return { name: `m${m}`, kind, value: raw[0], raw };
          }),
        })]
        : Array.from({ length: n }, (_, i) =>
          record({
            seed: i + 1,
            metrics: Array.from({ length: metrics }, (_, m) => ({
              name: `m${m}`,
              kind,
              value: 100 + draws[(2 * m + offset) * n + i],
            })),
          }));
    const verdicts = evaluateGate({
      records: side(1),
      baselines: baselinesOf(side(0)),
      floors: calibratedFor(side(1)),
      suiteVersion: 1,
      policies: () => policy,
    });
    assertEquals(verdicts.length, metrics);
    if (verdicts.some((v) => v.verdict === "regressed")) regressed++;
    if (verdicts.some((v) => v.verdict === "regressed" || v.verdict === "improved")) changed++;
  }
  return { regressed: regressed / simulations, changed: changed / simulations };
}

// A share of S simulations has standard error √(r(1 − r)/S); 4.5 of them are allowed. A minimum
// effect of next to nothing leaves the test alone to guard the false alarms.
const bare = { effect: 1e-9 };
const slack = (rate: number, simulations: number) =>
  4.5 * Math.sqrt(rate * (1 - rate) / simulations);

Deno.test("A/A, one metric, paired t: false alarms on either side at α, neither more nor less", () => {
  const simulations = 2000;
  const { regressed, changed } = falseAlarms(simulations, { metrics: 1, policy: bare });
  if (Math.abs(changed - 0.05) > slack(0.05, simulations)) throw new Error(`changed ${changed}`);
  if (Math.abs(regressed - 0.025) > slack(0.025, simulations)) throw new Error(`${regressed}`);
});

Deno.test("A/A, 10 metrics: any false alarm at most α, and Holm gives not all of it away", () => {
  const simulations = 2000;
  const { changed } = falseAlarms(simulations, { metrics: 10, policy: bare });
  // Independent metrics: 1 − (1 − α/10)^10 = 0.049 by Bonferroni, a lower bound of Holm's rate.
  if (changed > 0.05 + slack(0.05, simulations)) throw new Error(`changed ${changed}`);
  if (changed < 0.049 - slack(0.049, simulations)) throw new Error(`changed ${changed}`);
});

Deno.test("A/A, rank test on seeds and on repeats of a timing: at most α", () => {
  const simulations = 2000;
  // 5 against 5: P(p ≤ 0.05) = 8/252; 8 against 8 over 3 timings: at most α.
  const seeds = falseAlarms(simulations, { metrics: 1, policy: { ...bare, test: "rank" } });
  const attained = 8 / 252;
  if (Math.abs(seeds.changed - attained) > slack(attained, simulations)) {
    throw new Error(`changed ${seeds.changed}, attainable ${attained}`);
  }
  const speed = falseAlarms(simulations, { metrics: 3, policy: bare, kind: "speed", n: 8 });
  if (speed.changed > 0.05 + slack(0.05, simulations)) throw new Error(`speed ${speed.changed}`);
  if (speed.changed === 0) throw new Error("a test that never fires guards nothing");
});

Deno.test("a real change of three standard deviations is found in most of 500 simulations", () => {
  let found = 0;
  for (let s = 0; s < 500; s++) {
    const draws = [...hostNormal(hostKey(12, s), 10)];
    const verdict = verdictOf({
      kind: "quality",
      direction: "lower",
      before: draws.slice(0, 5).map((x) => 100 + x),
      after: draws.slice(5).map((x) => 103 + x),
      policy: { effect: "1%" },
    });
    if (verdict.verdict === "regressed") found++;
  }
  // Paired t, 4 degrees of freedom, noncentrality 3/√2·√5 = 4.74: power 0.93.
  if (found < 500 * 0.93 - 4.5 * Math.sqrt(500 * 0.93 * 0.07)) throw new Error(`found ${found}`);
});
