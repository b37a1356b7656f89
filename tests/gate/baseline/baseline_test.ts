import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../../src/base/errors.ts";
import {
  baselinePath,
  baselineRows,
  readBaseline,
  readBaselines,
  writeBaseline,
} from "../../../src/gate/baseline/baseline.ts";
import { gateRecords } from "../../../src/gate/mod.ts";
import { law } from "../../law.ts";
import { baselinesOf, planOf, record, seeds, update } from "../fixture.ts";

law("baselines: any finite float64 comes back with the same bits", {
  source: "definition",
  given: {
    values: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 6,
    }),
  },
  holds: async ({ values }) => {
    const folder = await Deno.makeTempDir();
    try {
      const records = seeds(values);
      for (const baseline of planOf({ records }).baselines) await writeBaseline(folder, baseline);
      const outcome = await gateRecords(records, {
        suite: "made",
        suiteVersion: 1,
        baselines: folder,
      });
      assertEquals(outcome.counts.identical, 1);
      assertEquals(outcome.exitCode, 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  kills: ["baseline-rounds-its-numbers"],
  cases: 40,
});

Deno.test("an update says what changes, keeps its history and what the records don't cover", () => {
  const old = baselinesOf([...seeds([1, 2]), ...seeds([5], { label: "autoencoder" })]);
  const { baselines, changes } = planOf({
    records: seeds([1, 3]),
    baselines: old,
    missing: "keep",
  });
  assertEquals(changes.map((c) => [c.change, c.label, c.after.get(2)]), [["changed", "vae", 3]]);
  assertEquals(baselines.length, 1);
  assertEquals(baselines[0].rows.map((row) => row.label), ["autoencoder", "vae"]);
  assertEquals(baselines[0].updates.map((u) => u.reason), ["first numbers", "made"]);
  const same = planOf({ records: seeds([1, 2]), baselines: old, missing: "keep" });
  assertEquals([same.baselines, same.changes], [[], []]);
  const gone = planOf({ records: seeds([1, 2]), baselines: old, labels: new Set(["vae"]) });
  assertEquals(gone.changes.map((c) => [c.change, c.label]), [["removed", "autoencoder"]]);
});

Deno.test("an update refuses dirty, failed, mixed and empty sets, and no reason", () => {
  const refuses = (given: Parameters<typeof planOf>[0], message: string) =>
    assertStringIncludes(assertThrows(() => planOf(given), UsageError).message, message);
  const value = [{ value: 1 }];
  refuses({ records: [] }, "no records");
  refuses({ records: seeds([1]), update: { ...update, reason: " " } }, "--reason");
  refuses({ records: [record({ seed: 1, metrics: value, gitDirty: true })] }, "uncommitted");
  refuses(
    { records: [...seeds([1]), record({ seed: 2, state: "diverged", cause: "NaN", metrics: [] })] },
    "vae seed 2: diverged, NaN",
  );
  refuses({ records: [record({ seed: 1, state: "unreliable", metrics: value })] }, "unreliable");
  refuses({
    records: [
      record({ seed: 1, metrics: value, gitSha: "a" }),
      record({ seed: 2, metrics: value, gitSha: "b" }),
    ],
  }, "2 commits");
  refuses(
    { records: [record({ seed: 1, metrics: [{ value: null, reason: "no judge" }] })] },
    "no judge",
  );
});

Deno.test("a baseline file is whole or absent, and another suite's or a broken one is refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const which = { suite: "made", machineClass: "any" };
    assertEquals(await readBaseline(folder, which), null);
    const [baseline] = planOf({ records: seeds([0.1, 0.2]) }).baselines;
    const path = await writeBaseline(folder, baseline);
    assertEquals(path, baselinePath(folder, which));
    assertEquals([...Deno.readDirSync(`${folder}/any`)].map((entry) => entry.name), ["made.json"]);
    const read = (await readBaselines(folder, { suite: "made", records: seeds([1]) }))[0];
    assertEquals(baselineRows(read), baselineRows(baseline));
    // One line a row: a reviewer's diff shows which numbers moved.
    const lines = (await Deno.readTextFile(path)).split("\n");
    assertEquals(lines.filter((line) => line.includes('"FD@100"')).length, 1);
    await Deno.writeTextFile(path, (await Deno.readTextFile(path)).slice(0, -20));
    await assertRejects(() => readBaseline(folder, which), UsageError, "not a baseline file");
    await Deno.writeTextFile(path, JSON.stringify({ ...baseline, suite: "other" }));
    await assertRejects(() => readBaseline(folder, which), UsageError, "holds suite other");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
