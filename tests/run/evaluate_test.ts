import { assertEquals } from "@std/assert";
import { mirrorImages } from "../../src/data/images.ts";
import { authenticity } from "../../src/metrics/authenticity.ts";
import { duplicates } from "../../src/metrics/duplicates.ts";
import type { Extractor } from "../../src/metrics/metric.ts";
import type { RunSpec } from "../../src/record/record.ts";
import { evaluationContext } from "../../src/run/evaluate.ts";
import { neighbourhoodOf } from "../../src/run/neighbourhood.ts";
import { law } from "../law.ts";
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

law("a mirrored copy is a copy where the model saw mirror images, and only there", {
  source: "definition",
  given: {},
  cases: 1,
  kills: ["mirrored-copies-pass"],
  holds: () =>
    inFolder(async (out) => {
      const { engine } = await tinyHost(out);
      const dataset = await tinyData.load(tinyData.config.parse({}), { cache: out, jobs: 1 });
      const train = (count: number) =>
        dataset.read("train", Array.from({ length: count }, (_, i) => i));
      const raw: Extractor = {
        name: "raw",
        dimension: 64,
        extract: ({ count, data }) =>
          Promise.resolve({ count, dimension: 64, data: Float64Array.from(data) }),
      };
      const scored = async (mirrored: boolean, features: string) => {
        const context = evaluationContext({
          subject: {
            label: "copies",
            capabilities: {
              likelihood: "none",
              latent: "none",
              reconstructs: false,
              samples: true,
            },
            sample: async (count) => {
              const { images } = await train(count);
              return mirrorImages(images, Array.from({ length: count }, (_, i) => i % 2 === 0));
            },
          },
          dataset,
          keys: runKeys(1),
          metric: () => Promise.reject(new Error("not asked for")),
          extractor: () => Promise.resolve(raw),
          cache: out,
          mirrored,
          engine,
        });
        const config = { features, samples: 40 };
        const copies = await duplicates.compute(context, duplicates.config.parse(config));
        const authentic = await authenticity.compute(
          context,
          authenticity.config.parse({ ...config, features: "raw" }),
        );
        const neighbours = await neighbourhoodOf(context, {
          metrics: [{ metric: "duplicates", version: 2, config }],
        } as unknown as RunSpec);
        return {
          copies: copies[0].value,
          pictures: copies[0].beside?.trainPictures,
          authenticity: authentic[0].value,
          rows: (await neighbours!.train()).count,
        };
      };
      for (const features of ["pixels", "raw"]) {
        // Twice: the second time from the cache.
        for (let time = 0; time < 2; time++) {
          const seen = { copies: 1, pictures: 50, authenticity: 0, rows: 100 };
          assertEquals(await scored(true, features), seen);
          const unseen = await scored(false, features);
          assertEquals([unseen.copies! < 0.7, unseen.rows], [true, 50], features);
          assertEquals(unseen.authenticity! > 0.2, true, features);
        }
      }
    }),
});
