import { assertEquals } from "@std/assert";
import { evaluationContext } from "../../src/run/evaluate.ts";
import { runKeys } from "../../src/run/keys.ts";
import { inFolder, tinyHost } from "./harness.ts";
import { tinyData } from "./tiny.ts";

Deno.test("a number of the data alone is computed once for all runs, and again for other data", async () => {
  await inFolder(async (out) => {
    const { engine } = await tinyHost(out);
    let computed = 0;
    const read = async (seed: number, train: number, of: readonly (string | number)[]) => {
      const context = evaluationContext({
        subject: {
          label: "none",
          capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: true },
          sample: () => Promise.reject(new Error("not asked for")),
        },
        dataset: await tinyData.load(tinyData.config.parse({ train }), { cache: out, jobs: 1 }),
        keys: runKeys(seed),
        metric: () => Promise.reject(new Error("not asked for")),
        extractor: () => Promise.reject(new Error("not asked for")),
        cache: out,
        engine,
      });
      return await context.remembered(of, () => 0.1 + computed++);
    };
    assertEquals(await read(1, 50, ["probe", 1]), 0.1);
    assertEquals(await read(2, 50, ["probe", 1]), 0.1);
    assertEquals(await read(1, 50, ["probe", 2]), 1.1);
    assertEquals(await read(1, 40, ["probe", 1]), 2.1);
  });
});
