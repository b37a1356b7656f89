/** Win rates in reports: of rows that were asked the same, and of no others. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { builtInMetrics } from "../../src/metrics/table/mod.ts";
import { buildReport } from "../../src/report/model/build.ts";
import { duelsOf, eachOf } from "../../src/report/model/tables/wins.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import type { MetricValue } from "../../src/record/value.ts";
import { winRate } from "../../src/stats/mod.ts";
import { recordOf } from "./fixture.ts";

const NAME = "rule-reward@4";
assert(builtInMetrics.reward.paired.test(NAME));

/** Records of rows with these rewards by seed and prompt. */
function records(rows: Readonly<Record<string, readonly (readonly number[])[]>>) {
  return Object.entries(rows).flatMap(([family, seeds]) =>
    seeds.map((each, i) => {
      const record = recordOf({ family, seed: i + 1, control: false, steps: 10 });
      const value: MetricValue = {
        name: NAME,
        metric: "reward",
        unit: "",
        direction: "higher",
        kind: "quality",
        value: each.reduce((a, b) => a + b, 0) / each.length,
        each,
      };
      return { ...record, metrics: [value] };
    })
  );
}

const report = (rows: Parameters<typeof records>[0]) =>
  buildReport({ suite: { name: "smoke", version: 1 }, records: records(rows) });

Deno.test("rows stand by their strength, with the win rate over every other and its mirror", () => {
  const model = report({
    vae: [[0, 0, 0.5, 0], [0, 0, 0, 0]],
    gan: [[1, 1, 0.5, 1], [1, 0, 1, 1]],
    autoencoder: [[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5]],
  });
  const [wins] = model.wins!;
  const family = (id: string) => model.groups.find((group) => group.id === id)!.family;
  assertEquals(wins.rows.map(({ group }) => family(group)), ["gan", "autoencoder", "vae"]);
  assertEquals(wins.rows.map(({ rank }) => rank), [1, 2, 3]);
  assertEquals(wins.items, 4);
  assertAlmostEquals(wins.rows.reduce((sum, { points }) => sum + points, 0), 0, 1e-6);
  const mean = (a: number, b: number) => (a + b) / 2;
  assertAlmostEquals(
    wins.rates[0][1]!.estimate,
    mean(
      winRate({ own: [1, 1, 0.5, 1], other: [0.5, 0.5, 0.5, 0.5] }),
      winRate({ own: [1, 0, 1, 1], other: [0.5, 0.5, 0.5, 0.5] }),
    ),
    1e-12,
  );
  wins.rates.forEach((row, i) =>
    row.forEach((rate, j) => {
      if (rate === null) return assertEquals(i, j);
      assertAlmostEquals(rate.estimate + wins.rates[j][i]!.estimate, 1, 1e-12);
      assertAlmostEquals(rate.low + wins.rates[j][i]!.high, 1, 1e-12);
      assert(rate.low <= rate.estimate && rate.estimate <= rate.high);
    })
  );
  const text = renderMarkdown(model, { charts: null });
  assert(text.includes("## Win rates"), "a section of its own");
  assert(text.includes("Bradley–Terry strength"));
});

Deno.test("one row alone, rows without prompts and rows of other prompts are compared with none", () => {
  assertEquals(report({ vae: [[1, 0]] }).wins, undefined);
  assertEquals(report({ vae: [[1, 0]], gan: [[1, 0, 1]] }).wins, undefined);
  const bare = records({ vae: [[1, 0]], gan: [[0, 1]] }).map((record) => ({
    ...record,
    metrics: record.metrics.map(({ each: _, ...value }) => value),
  }));
  assertEquals(
    buildReport({ suite: { name: "smoke", version: 1 }, records: bare }).wins,
    undefined,
  );
});

Deno.test("seeds are paired; a row of one run meets each seed of the other", () => {
  const own = new Map([[1, [1, 0]], [2, [1, 1]]]), other = new Map([[2, [0, 0]], [3, [1, 1]]]);
  assertEquals(duelsOf(own, other), [{ own: [1, 1], other: [0, 0] }]);
  const control = new Map([[1, [0.5, 0.5]]]);
  assertEquals(duelsOf(new Map([[2, [1, 0]], [3, [0, 0]]]), control).length, 2);
  assertEquals(duelsOf(control, new Map([[2, [1, 0]], [3, [0, 0]]])).map((duel) => duel.own), [
    [0.5, 0.5],
    [0.5, 0.5],
  ]);
  assertEquals(eachOf(records({ vae: [[1, 0], [0, 1]] }), NAME).get(2), [0, 1]);
});

Deno.test("answers that were asked for in another way are rows of the same table; copies of controls aren't", () => {
  const asked = records({ vae: [[1, 1]], gan: [[0, 1]] }).map((record) => {
    if (record.spec.family !== "vae") return record;
    const [value] = record.metrics;
    return {
      ...record,
      metrics: [value, { ...value, name: "rule-reward-polite2@4", each: [0, 0] }],
    };
  });
  const [wins, ...others] = buildReport({ suite: { name: "smoke", version: 1 }, records: asked })
    .wins!;
  assertEquals(others, []);
  assertEquals(wins.rows.map(({ how }) => how ?? "as it is"), ["as it is", "as it is", "polite2"]);
  const text = renderMarkdown(
    buildReport({ suite: { name: "smoke", version: 1 }, records: asked }),
    { charts: null },
  );
  assert(text.includes("asked for polite2"));
});

Deno.test("rows of which some never met the others have no strengths, and the report goes on", () => {
  const pairs = records({ vae: [[1, 0], [1, 0]], gan: [[0, 1], [1, 1]] });
  const other = records({ autoencoder: [[1, 0], [0, 0], [1, 1], [0, 1]] })
    .filter(({ spec }) => spec.seed > 2);
  const third = records({ flow: [[1, 0], [0, 0], [1, 1], [0, 0]] })
    .filter(({ spec }) => spec.seed > 2);
  assertEquals(
    buildReport({ suite: { name: "smoke", version: 1 }, records: [...pairs, ...other, ...third] })
      .wins,
    undefined,
  );
});
