/** Rewards against divergence in reports. */
import { assert, assertEquals } from "@std/assert";
import { optimisationCharts } from "../../src/report/model/charts/optimisation.ts";
import type { Group } from "../../src/report/model/model.ts";
import type { Series } from "../../src/record/record.ts";

const group = (label: string, runs: string[]) => ({ label, index: 0, runs }) as unknown as Group;
const series = (columns: Series["columns"]): Series => ({ format: 1, columns });

Deno.test("optimisation: each reward by divergence, in its order, of runs that tell both", () => {
  const kl = Array.from({ length: 40 }, (_, i) => i / 10);
  const known = new Map([
    ["a", series({ kl, reward: kl.map((x) => x), true_reward: kl.map((x) => 1 - (x - 2) ** 2) })],
    ["b", series({ loss: [1, 2] })],
  ]);
  const charts = optimisationCharts([group("ppo", ["a"]), group("sft", ["b"])], known);
  assertEquals(charts.map(({ id }) => id), ["optimisation-true_reward", "optimisation-reward"]);
  for (const chart of charts) {
    assert(chart.kind === "curves" && chart.x === "divergence");
    assertEquals(chart.lines.map(({ label }) => label), ["ppo"]);
    const { points } = chart.lines[0];
    assert(points.every(({ x }, i) => i === 0 || x > points[i - 1].x));
  }
  const [truth, trained] = charts.map((chart) =>
    chart.kind === "curves" ? chart.lines[0].points : []
  );
  // The one that is trained on goes on rising where the true one falls.
  assert(trained.at(-1)!.mean > trained.at(-6)!.mean);
  assert(truth.at(-1)!.mean < truth.at(-6)!.mean);
  assertEquals(optimisationCharts([group("sft", ["b"])], known), []);
});
