import { assert, assertEquals, assertRejects } from "@std/assert";
import type { EngineName, EngineSettings } from "../../src/engine/mod.ts";
import { processorHas } from "../../src/engine/processor.ts";
import { need, needing } from "../needs.ts";
import type { Job, Report } from "./agreement_worker.ts";

const steps = 20;

/** Trains on an engine in a worker of its own: one engine a worker. */
async function train(
  engine: EngineName,
  settings: EngineSettings = {},
): Promise<{ losses: readonly number[]; state: number }> {
  const worker = new Worker(new URL("./agreement_worker.ts", import.meta.url), { type: "module" });
  const report = await new Promise<Report>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ engine, steps, settings } satisfies Job);
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

const needs = { tensorflow: await need("tensorflow"), webgpu: await need("webgpu") };
for (const name of ["tensorflow", "webgpu"] as const) {
  needing(needs[name])(
    `the VAE's first ${steps} steps on ${name} are those of wasm, and again the same bits`,
    async () => {
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
  );
}

const test = needing(needs.tensorflow);

/** On other processors oneDNN would leave a program in float32. */
if (processorHas("avx512f")) {
  test("bfloat16 products train the VAE as float32 ones do, to three digits' rounding", async () => {
    const full = await train("tensorflow");
    const half = await train("tensorflow", { precision: "bfloat16" });
    assert(half.losses.some((loss, i) => loss !== full.losses[i]), "bfloat16 is used");
    half.losses.forEach((loss, i) => {
      // 8 bits of mantissa: 2⁻⁸ a product, less in sums, which are float32's.
      const off = Math.abs(loss - full.losses[i]) / Math.abs(full.losses[i]);
      assert(off <= 2 ** -8 * Math.sqrt(i + 1), `step ${i}: off by ${off}`);
    });
    assertEquals(await train("tensorflow", { precision: "bfloat16" }), half);
  });
} else {
  test("bfloat16 is refused where the processor has no products in it", async () => {
    const refused = () => train("tensorflow", { precision: "bfloat16" });
    await assertRejects(refused, Error, "bfloat16 needs a processor with AVX-512");
  });
}

test("one thread or two, graph or XLA: other bits at most, never another training", async () => {
  const [one, xla, two] = [
    await train("tensorflow", { threads: 1 }),
    await train("tensorflow", { threads: 2, compile: "xla" }),
    await train("tensorflow", { threads: 2 }),
  ];
  for (const other of [one, xla]) {
    other.losses.forEach((loss, i) => {
      const off = Math.abs(loss - two.losses[i]) / Math.abs(two.losses[i]);
      assert(off <= tolerance, `step ${i}: off by ${off}`);
    });
  }
});
