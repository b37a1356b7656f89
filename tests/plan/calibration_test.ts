import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { Calibration, choose, worthTrying } from "../../src/plan/calibration.ts";
import { bareGroup, settingsFrom } from "../../src/plan/settings.ts";
import { StoreError } from "../../src/base/files.ts";
import { law } from "../law.ts";
import { inFolder, planned as tinyRun } from "../run/harness.ts";

const cost = fc.record({
  startSeconds: fc.double({ min: 0, max: 60, noNaN: true }),
  secondsPerStep: fc.double({ min: 1e-4, max: 10, noNaN: true }),
});

law("the way chosen is never the slower as a whole, and more steps never turn back from XLA", {
  source: "definition",
  given: { graph: cost, xla: cost, steps: fc.integer({ min: 1, max: 1e6 }) },
  holds: ({ graph, xla, steps }) => {
    const total = (c: typeof graph, n: number) => c.startSeconds + n * c.secondsPerStep;
    const { compile } = choose(steps, { graph, xla });
    const [chosen, other] = compile === "xla" ? [xla, graph] : [graph, xla];
    assert(total(chosen, steps) <= total(other, steps));
    if (compile === "xla" && xla.startSeconds >= graph.startSeconds) {
      assertEquals(choose(2 * steps, { graph, xla }).compile, "xla");
    }
  },
  kills: ["slower-way-chosen"],
});

law("XLA is tried only where it could make up for compiling", {
  source: "definition",
  given: { graph: cost, steps: fc.integer({ min: 1, max: 1e6 }) },
  holds: ({ graph, steps }) => {
    if (worthTrying(graph, steps)) return steps * graph.secondsPerStep > 5;
    return choose(steps, { graph }).compile === "graph";
  },
});

Deno.test("choices are kept; a file that holds none is an error that says what to do", () =>
  inFolder(async (folder) => {
    const path = join(folder, "calibration.json");
    const graph = { startSeconds: 1, secondsPerStep: 0.1 };
    const made = { ...choose(10, { graph }), steps: 10, graph, date: new Date(0).toISOString() };
    const first = await Calibration.open(path);
    assertEquals(first.get("a"), undefined);
    await first.set("a", made);
    assertEquals((await Calibration.open(path)).get("a"), made);
    await Deno.writeTextFile(path, '{"a": {"compile": "jit"}}');
    await assertRejects(() => Calibration.open(path), StoreError, "remove it");
  }));

Deno.test("settings come from runs of the same configuration, else from any of the suite", () => {
  const settings = { threads: 2, precision: "float32", compile: "xla" } as const;
  const one = tinyRun({});
  const pinned = { spec: { ...one.spec, settings } };
  const of = settingsFrom([pinned]);
  assertEquals(of(one.spec), settings);
  assertEquals(of({ ...one.spec, seed: 99 }), settings);
  assertEquals(of({ ...one.spec, batch: 3 }), settings);
  assertEquals(settingsFrom([one])(one.spec), undefined);
  assertEquals(bareGroup(pinned.spec), bareGroup(one.spec));
});
