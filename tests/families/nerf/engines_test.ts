/** Radiance fields give the same on every engine, to rounding. */
import { assert, assertEquals } from "@std/assert";
import type { EngineName } from "../../../src/engine/mod.ts";
import { need, needing } from "../../needs.ts";
import { reportOn } from "../engine_worker.ts";
import type { Report } from "./worker.ts";

async function valuesOn(engine: EngineName): Promise<Record<string, number[]>> {
  const report = await reportOn<Report>(new URL("./worker.ts", import.meta.url), engine);
  if ("error" in report) throw new Error(report.error);
  return report.values;
}

const test = needing(await need("tensorflow"));

test("nerf: every program compiles on tensorflow, and gives what it gives on wasm", async () => {
  const [wasm, found] = [await valuesOn("wasm"), await valuesOn("tensorflow")];
  assertEquals(Object.keys(found), Object.keys(wasm));
  for (const [what, values] of Object.entries(wasm)) {
    assertEquals(found[what].length, values.length, what);
    // Adam's first step is ±the rate, whichever sign rounding gives a gradient of nearly 0.
    values.forEach((v, i) =>
      assert(Math.abs(found[what][i] - v) < 2e-2, `${what}: ${v} and ${found[what][i]}`)
    );
    const mean = values.reduce((sum, v, i) => sum + Math.abs(found[what][i] - v), 0) /
      values.length;
    assert(mean < 2e-3, `${what} is off by ${mean} on average`);
  }
});
