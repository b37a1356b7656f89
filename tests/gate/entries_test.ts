import { assertEquals, assertStringIncludes } from "@std/assert";
import { gateSuite, suitePolicies } from "../../src/gate/suite.ts";
import { baselinesFrom } from "../../src/gate/baseline/accepted.ts";
import { writeBaseline } from "../../src/gate/baseline/baseline.ts";
import { verdictTable } from "../../src/gate/outcome.ts";
import { planSuite } from "../../src/plan/plan.ts";
import { parseSuite } from "../../src/suite/load.ts";
import { record } from "./fixture.ts";

const suite = await parseSuite(
  `suite: made
data: { dataset: toys, shape: mixture }
budget: { steps: 2 }
seeds: [1]
controls: [noise]
runs:
  - flow: { width: 8 }
  - flow: { width: 8 }
    data: { dataset: toys, shape: torus }
    metrics: [{ histogram: { samples: 100, bins: 8, gate: { effect: 3% } } }]
metrics:
  - histogram: { samples: 100, bins: 8, gate: { effect: 1% } }
`,
  { file: "made.yaml" },
);
const plan = planSuite(suite, { engine: "wasm" });
const name = "TV-8bins@100";

Deno.test("each row is gated by the policy of its own metrics, control rows with theirs", async () => {
  const policyOf = await suitePolicies(suite, plan);
  const effects = plan.map(({ label }) => [
    label,
    policyOf({ label, metric: "histogram", name })?.effect,
  ]);
  assertEquals(effects, [
    ["noise", "1%"],
    ["noise on toys shape=torus", "3%"],
    ["flow", "1%"],
    ["flow on toys shape=torus", "3%"],
  ]);
});

Deno.test("rows on two data are never held against each other's baselines, and verdicts say which", async () => {
  const values = [0.5, 0.6, 0.2, 0.3];
  const made = (of: (place: number) => number) =>
    plan.map((run, i) => ({
      ...record({
        seed: 1,
        label: run.label,
        metrics: [{ name, metric: "histogram", value: of(i), kind: "deterministic" }],
      }),
      ...run,
    }));
  const baselines = await Deno.makeTempDir({ prefix: "likeness-gate-" });
  try {
    for (const one of baselinesFrom(made((i) => values[i]), { suite: "made", suiteVersion: 1 })) {
      await writeBaseline(baselines, one);
    }
    const same = await gateSuite({ suite, plan, records: made((i) => values[i]) }, { baselines });
    assertEquals([same.counts.identical, same.counts.total, same.exitCode], [4, 4, 0]);
    assertEquals(same.verdicts.map(({ on }) => on).sort(), [
      "toys shape=mixture",
      "toys shape=mixture",
      "toys shape=torus",
      "toys shape=torus",
    ]);
    // The two models' numbers, each in the other's place.
    const swapped = [0, 1, 3, 2];
    const mixed = await gateSuite(
      { suite, plan, records: made((i) => values[swapped[i]]) },
      { baselines },
    );
    assertEquals([mixed.counts.identical, mixed.exitCode], [2, 1]);
    const text = verdictTable(mixed.verdicts).join("\n");
    assertStringIncludes(text, "flow on toys shape=mixture ");
    assertStringIncludes(text, "flow on toys shape=torus ");
    assertStringIncludes(mixed.line, "flow on toys shape=mixture TV-8bins@100 (regressed)");
  } finally {
    await Deno.remove(baselines, { recursive: true });
  }
});
