import { assert, assertEquals } from "@std/assert";
import { type EngineName, engineStatuses, startable } from "../../src/engine/mod.ts";
import type { Job, Report } from "./agreement_worker.ts";

const statuses = await engineStatuses();
const steps = 20;

/** Trains on an engine in a worker of its own: one engine a worker. */
async function train(engine: EngineName): Promise<{ losses: readonly number[]; state: number }> {
  const worker = new Worker(new URL("./agreement_worker.ts", import.meta.url), { type: "module" });
  const report = await new Promise<Report>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ engine, steps } satisfies Job);
  }).finally(() => worker.terminate());
  if ("error" in report) throw new Error(report.error);
  return report;
}

/**
 * 20 steps amplify roundings: Adam divides each gradient by its own size, so that where it is near
 * zero its sign may differ. Relative 2⁻²⁴ times the terms of a step's longest sum (16·16·3·9 = 6,912
 * products in a filter's gradient, in quadrature 83) a step: 20 · 83 · 2⁻²⁴ ≈ 1e-4; a wrong kernel,
 * a missing term or another draw shows in the second digit.
 */
const tolerance = 1e-4;

for (const { name, status } of statuses) {
  if (name === "wasm") continue;
  const able = startable(status);
  if (!able) console.log(`skipped: engine ${name} ${status}`);
  Deno.test({
    name: `the VAE's first ${steps} steps on ${name} are those of wasm, and again the same bits`,
    ignore: !able,
    fn: async () => {
      const [wasm, first, again] = [await train("wasm"), await train(name), await train(name)];
      assertEquals(first.losses.length, steps);
      assert(first.losses.at(-1)! < first.losses[0], "it learns");
      first.losses.forEach((loss, i) => {
        const off = Math.abs(loss - wasm.losses[i]) / Math.abs(wasm.losses[i]);
        assert(off <= tolerance, `step ${i}: ${loss} against ${wasm.losses[i]}, off by ${off}`);
      });
      assert(Math.abs(first.state - wasm.state) <= 1e-3 * wasm.state, "the states agree");
      assertEquals(again, first);
    },
  });
}
