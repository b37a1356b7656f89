/** The sheets of a run, on subjects whose pictures are known. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import sharp from "sharp";
import type { ImageSet } from "../../src/kinds/image/image_set.ts";
import { concatImages, imagesOf, mirrorImages } from "../../src/kinds/image/images.ts";
import type { Samples } from "../../src/kinds/kind_map.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import type { Subject } from "../../src/subject/subject.ts";
import type { Features } from "../../src/algebra/features.ts";
import type { RunSpec } from "../../src/record/record.ts";
import { coarsePixels } from "../../src/metrics/features/coarse_pixels.ts";
import { galleries } from "../../src/report/model/galleries.ts";
import { groupRecords } from "../../src/report/model/groups.ts";
import { neighbourhoodOf } from "../../src/show/picture/neighbourhood.ts";
import { show } from "../../src/show/show.ts";
import type { ShowParts } from "../../src/show/shower.ts";
import { recordOf } from "../report/fixture.ts";
import { toyContext, toyDataset, toyModel, toyShape, toySize } from "../metrics/toy.ts";

const dataset = toyDataset(60);
const gap = 2;
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const train = async (rows: number[]) => (await dataset.read("train", rows)).samples;

/** One shade a picture. */
function flat(shades: readonly number[]): ImageSet {
  const data = Uint8Array.from(shades.flatMap((shade) => Array(toySize).fill(shade)));
  return { count: shades.length, ...toyShape, data };
}

async function sheets(parts: Partial<ShowParts>) {
  const files = new Map<string, Uint8Array>();
  const artefacts = await show({
    subject: { ...toyModel(dataset), encode: undefined, reconstruct: undefined },
    dataset,
    samples: null,
    neighbourhood: null,
    write: (file, bytes) => Promise.resolve(void files.set(file, bytes)),
    ...parts,
  });
  /** The pictures of a sheet, row by row, as bytes. */
  async function cells(name: string): Promise<Uint8Array[][]> {
    const { data, info } = await sharp(files.get(`${name}.png`)!).raw()
      .toBuffer({ resolveWithObject: true });
    const { height, width, channels } = toyShape;
    const [columns, rows] = [
      (info.width + gap) / (width + gap),
      (info.height + gap) / (height + gap),
    ];
    return range(rows).map((row) =>
      range(columns).map((column) =>
        Uint8Array.from({ length: toySize }, (_, i) => {
          const pixel = Math.floor(i / channels);
          const y = row * (height + gap) + Math.floor(pixel / width);
          const x = column * (width + gap) + pixel % width;
          return data[(y * info.width + x) * info.channels + i % channels];
        })
      )
    );
  }
  return { artefacts, cells, names: artefacts.map(({ name }) => name) };
}

Deno.test("nearest: a sample that is a training picture stands above that picture", async () => {
  const rows = range(16).map((i) => 59 - 3 * i);
  const neighbourhood = {
    of: "pixels",
    features: (samples: Samples) => Promise.resolve(coarsePixels(imagesOf(samples))),
    train: async () => coarsePixels(await train(range(60))),
  };
  const { cells, artefacts } = await sheets({
    samples: (count) => train(range(count).map((i) => rows[i % 16])),
    neighbourhood,
  });
  const sheet = await cells("nearest");
  assertEquals([sheet.length, sheet[0].length], [4, 8]);
  const { data } = await train(rows);
  const shown = range(16).map((i) => data.subarray(i * toySize, (i + 1) * toySize));
  assertEquals(sheet, [0, 0, 8, 8].map((from) => shown.slice(from, from + 8)));
  assert(sheet[0][0].some((v, i) => v !== sheet[2][0][i]));
  const { about } = artefacts.find(({ name }) => name === "nearest")!;
  assertStringIncludes(about, "nearest of 60 training pictures by pixels");
});

Deno.test("nearest: where mirror images were seen, a mirrored copy stands above its mirror image", async () => {
  const { cells, artefacts } = await sheets({
    samples: async (count) => mirrorImages(await train(range(count))),
    neighbourhood: {
      of: "pixels",
      features: (samples: Samples) => Promise.resolve(coarsePixels(imagesOf(samples))),
      train: async () => {
        const plain = await train(range(60));
        const both = coarsePixels(concatImages([plain, mirrorImages(plain)]));
        return { ...both, pictures: 60 };
      },
    },
  });
  const sheet = await cells("nearest");
  assertEquals(sheet[1], sheet[0]);
  const [own] = (await train([0])).data;
  assert(sheet[0][0][0] !== own, "the toy world's pictures differ from their mirror images");
  const { about } = artefacts.find(({ name }) => name === "nearest")!;
  assertStringIncludes(about, "60 training pictures and their mirror images by pixels");
});

Deno.test("by class: a row a class, the same noise and the same other labels down a column", async () => {
  const plain = toyModel(dataset);
  const subject: Subject = {
    ...plain,
    encode: undefined,
    reconstruct: undefined,
    capabilities: { ...plain.capabilities, conditions: ["expression", "gender"] },
  };
  // Shade = 80·expression + 40·gender + row: all that a sample may depend on.
  const samples: ShowParts["samples"] = (count, options = {}) =>
    Promise.resolve(
      flat(
        range(count).map((i) =>
          80 * (options.labels?.expression[i] ?? 0) + 40 * (options.labels?.gender[i] ?? 0) +
          (options.rows?.[i] ?? i)
        ),
      ),
    );
  const { cells, names, artefacts } = await sheets({ subject, samples });
  assertEquals(names, ["samples", "conditional-expression", "conditional-gender"]);
  const { labels } = await dataset.read("train", range(8));
  const shades = async (name: string) => (await cells(name)).map((row) => row.map(([v]) => v));
  assertEquals(
    await shades("conditional-expression"),
    range(3).map((e) => range(8).map((c) => 80 * e + 40 * labels.gender[c] + c)),
  );
  assertEquals(
    await shades("conditional-gender"),
    range(2).map((g) => range(8).map((c) => 80 * labels.expression[c] + 40 * g + c)),
  );
  assertStringIncludes(artefacts[1].about, "low, middle, high");
});

Deno.test("walks between draws of the prior: ends are draws, lengths go along, ends differ", async () => {
  const decoded: Features[] = [];
  const plain = toyModel(dataset);
  const subject: Subject = {
    ...plain,
    encode: undefined,
    reconstruct: undefined,
    capabilities: { ...plain.capabilities, latent: "none", noise: 5 },
    decode: (codes) => {
      decoded.push(codes);
      return Promise.resolve(flat(range(codes.count).map((i) => i)));
    },
  };
  const { names, cells } = await sheets({ subject });
  assertEquals(names, ["prior-interpolation"]);
  const sheet = await cells("prior-interpolation");
  assertEquals([sheet.length, sheet[0].length], [6, 9]);
  const [{ count, dimension, data }] = decoded;
  assertEquals([count, dimension], [54, 5]);
  const length = (i: number) =>
    Math.sqrt(data.subarray(5 * i, 5 * i + 5).reduce((sum, v) => sum + v * v, 0));
  for (const row of range(6)) {
    const middle = length(9 * row + 4);
    // A straight line would cut through the shell.
    assert(Math.abs(middle - (length(9 * row) + length(9 * row + 8)) / 2) < 1e-9, `${middle}`);
  }
  assertEquals(new Set(range(6).map((row) => data[45 * row])).size, 6);
});

Deno.test("neighbours are looked for by the judge where the suite uses it and it is there, else in pixels", async () => {
  const spec = (config: Record<string, unknown>) =>
    ({ metrics: [{ metric: "duplicates", version: 2, config }] }) as unknown as RunSpec;
  const context = toyContext(dataset, toyModel(dataset));
  const judged = (await neighbourhoodOf(context, spec({ features: "judge", train: 40 })))!;
  assertEquals([judged.of, (await judged.train()).dimension], ["features of toy-judge", 2]);
  const blind = {
    ...context,
    extractor: () => Promise.reject(new MetricUnavailable("not-measured", "no judge here")),
  };
  const pixels = (await neighbourhoodOf(blind, spec({ features: "judge" })))!;
  const other = (await neighbourhoodOf(context, spec({ features: "lite0" })))!;
  for (const found of [pixels, other]) {
    assertEquals(found.of, "mean colours of an 8×8 grid");
    assertEquals((await found.train()).count, 60);
  }
});

Deno.test("a gallery a kind of sheet, and one a condition", () => {
  const record = recordOf({ family: "x", seed: 1, control: false, steps: 10 });
  const names = ["samples", "nearest", "conditional-gender", "conditional-expression"];
  const grouped = groupRecords([{
    ...record,
    artefacts: [...names, "interpolation", "prior-interpolation"].map((name) => ({
      name,
      file: `${name}.png`,
      sha256: "0",
      about: name,
    })),
  }]);
  assertEquals(
    galleries(grouped).map(({ id, title, rows }) => [id, title, rows[0].pictures.length]),
    [
      ["samples", "Samples", 1],
      ["nearest", "Nearest training pictures", 1],
      ["conditional-gender", "Samples by gender", 1],
      ["conditional-expression", "Samples by expression", 1],
      ["interpolations", "Interpolations", 1],
      ["prior-interpolations", "Interpolations between draws of the prior", 1],
    ],
  );
});
