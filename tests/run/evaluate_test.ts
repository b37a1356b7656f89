import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { imagesOf, mirrorImages } from "../../src/kinds/image/images.ts";
import { authenticity } from "../../src/metrics/copies/authenticity.ts";
import { duplicates } from "../../src/metrics/copies/duplicates.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import type { RunSpec } from "../../src/record/record.ts";
import { evaluationContext } from "../../src/run/score/evaluate.ts";
import { neighbourhoodOf } from "../../src/show/picture/neighbourhood.ts";
import { law } from "../law.ts";
import { flips } from "../base/flips.ts";
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

/** A context over the tiny data whose extractor gives the pixels, or what `extract` makes of them. */
async function pixelContext(
  out: string,
  { say, extract = (data) => data }: {
    say?: (note: string) => void;
    extract?: (data: Float64Array) => Float64Array;
  } = {},
) {
  const { engine } = await tinyHost(out);
  return evaluationContext({
    subject: {
      label: "none",
      capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: true },
      sample: () => Promise.reject(new Error("not asked for")),
    },
    dataset: await tinyData.load(tinyData.config.parse({}), { cache: out, jobs: 1 }),
    keys: runKeys(1),
    metric: () => Promise.reject(new Error("not asked for")),
    extractor: (name) =>
      Promise.resolve({
        name,
        dimension: 64,
        extract: ({ count, data }) =>
          Promise.resolve({ count, dimension: 64, data: extract(Float64Array.from(data)) }),
      }),
    cache: out,
    engine,
    progress: say,
  });
}

Deno.test("kept features and numbers with a byte changed are made anew, said, and the same", () =>
  inFolder(async (out) => {
    const said: string[] = [];
    let computed = 0;
    const read = async () => {
      const context = await pixelContext(out, { say: (note) => said.push(note) });
      const { data } = await context.features("raw", "test", 7);
      return { data, number: await context.remembered(["n"], () => (computed++, 0.1)) };
    };
    const first = await read();
    assertEquals([await read(), said, computed], [first, [], 1]);
    for (const kind of ["features", "numbers"]) {
      const [{ name }] = [...Deno.readDirSync(join(out, kind))], path = join(out, kind, name);
      const whole = await Deno.readFile(path);
      let times = 0;
      for (const { at, bytes } of flips(whole, 25)) {
        await Deno.writeFile(path, bytes);
        said.length = 0;
        assertEquals(await read(), first, `${kind}, byte ${at}`);
        assertEquals(said, [`${path} is damaged (${reasonIn(said[0])}); it is made again`]);
        times++;
      }
      if (kind === "numbers") assertEquals(computed, 1 + times);
    }
  }));

const reasonIn = (note: string) => /\(([^)]*)\)/.exec(note)?.[1];

Deno.test("features that are no numbers, or of another shape, reach no metric and no cache", () =>
  inFolder(async (out) => {
    const odd = await pixelContext(out, { extract: (data) => data.with(64 * 3 + 5, NaN) });
    await assertRejects(
      () => odd.features("raw", "test", 7),
      RangeError,
      "raw: features of 1 of 7 pictures are not finite: picture 3 (number 5 is NaN)",
    );
    const short = await pixelContext(out, { extract: (data) => data.slice(64) });
    await assertRejects(() => short.features("raw", "test", 7), RangeError, "7 × 64 were expected");
    const extractor = await odd.extractor("raw");
    assertEquals([extractor.name, extractor.dimension, extractor.classify], ["raw", 64, undefined]);
    const { samples: images } = await odd.split("test", 7);
    await assertRejects(() => extractor.extract(imagesOf(images)), RangeError, "not finite");
    const sound = await pixelContext(out);
    assert((await sound.features("raw", "test", 7)).data.every(Number.isFinite));
  }));

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
              const images = imagesOf((await train(count)).samples);
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
