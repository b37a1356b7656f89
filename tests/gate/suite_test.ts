import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UsageError } from "../../src/base/errors.ts";
import { gateSuite, suitePolicies } from "../../src/gate/suite.ts";
import { planSuite } from "../../src/plan/plan.ts";
import { parseSuite } from "../../src/suite/load.ts";
import { record } from "./fixture.ts";

const suiteOf = (metrics: string, { seeds = "[1, 2]", set = [] as string[] } = {}) =>
  parseSuite(
    `suite: made
data: { dataset: heads, size: 32, train: 10, test: 200 }
budget: { steps: 1 }
seeds: ${seeds}
runs: [autoencoder, vae]
metrics:
${metrics}
`,
    { file: "made.yaml", set },
  );

Deno.test("a metric that stands in a suite twice has each entry's own gate", async () => {
  const suite = await suiteOf(`  - kernel: { features: judge, samples: 50, gate: { effect: 1% } }
  - kernel: { features: lite0, samples: 50, gate: { effect: 0.2 } }
  - reconstruction`);
  const policyOf = await suitePolicies(suite);
  const names = [`KID-judge-heads-v1@50`, `KID-lite0@50`];
  assertEquals(names.map((name) => policyOf({ label: "ae", metric: "kernel", name })?.effect), [
    "1%",
    0.2,
  ]);
  assertEquals(policyOf({ label: "ae", metric: "reconstruction", name: "PSNR@50" }), undefined);
});

Deno.test("a suite's rank gate that could never fail is refused before anything runs", async () => {
  const gate = "  - kernel: { samples: 50, gate: { test: rank } }";
  const two = await suiteOf(gate);
  const error = await assertRejects(
    () => suitePolicies(two, planSuite(two, { engine: "wasm" })),
    UsageError,
  );
  // Two families' kernel distances: 2 tests at 0.05 need 2/C(2n, n) ≤ 0.025, so 5 seeds.
  assertStringIncludes(error.message, "Use 5 seeds or more");
  const five = await suiteOf(gate, { seeds: "[1, 2, 3, 4, 5]" });
  await suitePolicies(five, planSuite(five, { engine: "wasm" }));
});

Deno.test("a quick look at one seed is gated, not refused for the seeds it leaves out", async () => {
  const gate = "  - kernel: { samples: 50, gate: { test: rank } }";
  const suite = await suiteOf(gate, { seeds: "[1, 2, 3, 4, 5]" });
  const baselines = await Deno.makeTempDir({ prefix: "likeness-gate-" });
  try {
    const whole = planSuite(suite, { engine: "wasm" });
    const plan = planSuite(suite, { engine: "wasm", seeds: [1] });
    const records = plan.map((run) => ({
      ...record({ seed: 1, label: run.label, metrics: [{ value: 1 }] }),
      ...run,
    }));
    const outcome = await gateSuite({ suite, plan, records }, { baselines });
    assertEquals([outcome.counts.new, outcome.exitCode], [outcome.counts.total, 0]);
    const left = whole.length - plan.length;
    assertStringIncludes(
      outcome.line,
      `; ${left} of the suite's ${whole.length} runs were not asked for`,
    );
    // The same records judged against the whole suite lack the seeds that were left out.
    const judged = await gateSuite({ suite, plan: whole, records }, { baselines });
    assertEquals(judged.exitCode, 3);
    const trained = judged.verdicts.filter(({ seeds }) => seeds.missing?.length === 4);
    assertEquals(trained.map(({ label, verdict }) => [label, verdict]), [
      ["autoencoder", "missing"],
      ["vae", "missing"],
    ]);
  } finally {
    await Deno.remove(baselines, { recursive: true });
  }
});

Deno.test("a suite changed by --set is another experiment: it is not compared", async () => {
  const suite = await suiteOf("  - reconstruction", { set: ["budget.steps=2"] });
  const outcome = await gateSuite({
    suite,
    plan: planSuite(suite, { engine: "wasm" }),
    records: [record({ seed: 1, metrics: [{ value: 1 }] })],
  });
  assertStringIncludes(
    outcome.line,
    "NOT COMPARED: --set budget.steps=2 makes it a different experiment",
  );
  assertEquals([outcome.exitCode, outcome.verdicts], [0, []]);
});
