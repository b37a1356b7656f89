/** Figures of the lifecycle suite, from records small enough to know every number. */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { suiteFigures, winRateOf } from "../../../src/proof/figures/lifecycle/suites.ts";
import type { SmallRecord } from "../../../src/proof/figures/suites/small_records.ts";
import { recordOf } from "../../report/fixture.ts";

/** A record of a row with these rewards of each prompt. */
function record(label: string, seed: number, each: readonly number[]): SmallRecord {
  const made = recordOf({ family: "vae", seed, control: false, steps: 10 });
  const value = {
    name: `rule-reward@${each.length}`,
    metric: "reward",
    unit: "",
    direction: "higher",
    kind: "quality",
    value: each.reduce((a, b) => a + b, 0) / each.length,
    each,
  } as const;
  return { ...made, label, metrics: [value] };
}

Deno.test("lifecycle: a win rate is over seeds that both rows have, and prompts", () => {
  const records = [1, 2, 3].flatMap((seed) => [
    record("dpo", seed, [1, 1, 0.5, 0]),
    record("sft", seed, [0, 1, 0, seed === 3 ? 0 : 1]),
  ]);
  const { value, detail } = winRateOf(records, { own: "dpo", other: "sft" });
  // 1, ½, 1 of the first three prompts; of the last 0 of two seeds and ½ of the third.
  assertAlmostEquals(value!, (1 + 0.5 + 1 + 0.5 / 3) / 4, 1e-12);
  assertEquals([detail!.prompts, detail!.seeds], [4, 3]);
  const turned = winRateOf(records, { own: "sft", other: "dpo" });
  assertAlmostEquals(turned.value! + value!, 1, 1e-12);
  const few = winRateOf(records.slice(0, 4), { own: "dpo", other: "sft" });
  assertEquals(few.value, null);
  assertStringIncludes(few.reason!, "2 of the 3 seeds");
});

Deno.test("lifecycle: figures of the suite have names and targets of their own", () => {
  const names = suiteFigures.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const { group, command, stored } of suiteFigures) {
    assertEquals(group, "lifecycle");
    assert(stored !== undefined && command.includes("figures lifecycle"));
  }
});
