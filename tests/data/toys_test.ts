import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Dataset, Split } from "../../src/data/dataset.ts";
import { cellLaw, levelOf } from "../../src/data/toys/law.ts";
import { type ShapeName, toys, toysConfig } from "../../src/data/toys/mod.ts";
import { shapes } from "../../src/data/toys/shapes.ts";
import { close, law } from "../law.ts";

const context = { cache: ".likeness/cache", jobs: 1 };
const load = (config: Record<string, unknown>) => toys.load(toysConfig.parse(config), context);
const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);
const read = (data: Dataset<"point">, split: Split) => data.read(split, all(data.size(split)));
const names = Object.keys(shapes) as ShapeName[];
const planar = names.filter((name) => shapes[name].law !== undefined);

/** Sums of a law over squares of 8×8 cells: [32 · column + row]. */
function coarse(cells: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(32 * 32);
  for (let k = 0; k < cells.length; k++) sums[32 * (k >> 11) + ((k & 255) >> 3)] += cells[k];
  return sums;
}

law("the law of a shape is what its points follow: χ² over 32² squares", {
  source: "Pearson 1900; the shapes' own definitions",
  given: { shape: fc.constantFrom(...planar), seed: fc.integer({ min: 0, max: 1e6 }) },
  kills: ["toy-law-half-a-cell-off", "toy-curve-narrower", "toy-twist-backwards"],
  cases: 28,
  holds: async ({ shape, seed }) => {
    const count = 20_000;
    const data = await load({ shape, seed, train: 0, test: count });
    const { samples: points } = await read(data, "test");
    const seen = new Float64Array(256 * 256);
    for (let i = 0; i < count; i++) seen[256 * points.data[2 * i] + points.data[2 * i + 1]]++;
    const [found, expected] = [coarse(seen), coarse(data.truth!().law)];
    // Squares that expect fewer than 8 points are counted as one.
    let [chi, bins, rest, restSeen] = [0, 0, 0, 0];
    expected.forEach((p, k) => {
      if (p * count < 8) {
        rest += p * count;
        restSeen += found[k];
        return;
      }
      chi += (found[k] - p * count) ** 2 / (p * count);
      bins++;
    });
    if (rest >= 8) {
      chi += (restSeen - rest) ** 2 / rest;
      bins++;
    } else close(restSeen, rest, 5 * Math.sqrt(rest) + 5, "points where few are");
    // χ² of bins − 1 degrees has mean bins − 1 and variance 2(bins − 1): five deviations.
    close(chi, bins - 1, 5 * Math.sqrt(2 * (bins - 1)), `${shape}: χ² of ${bins} bins`);
  },
});

for (const shape of planar) {
  Deno.test(`toys: the law of ${shape} is a law: no cell below 0, all together 1`, async () => {
    const cells = (await load({ shape, train: 0, test: 0 })).truth!().law;
    assertEquals(cells.length, 256 * 256);
    assert(cells.every((p) => p >= 0));
    // Places reach 8 deviations; a row of midpoints stands for a curve within 1e-6.
    close(cells.reduce((sum, p) => sum + p, 0), 1, 1e-9, "sum");
  });
}

Deno.test("toys: a density's mass outside the square is below 1e-6", () => {
  for (const shape of planar) {
    const found = shapes[shape].law!();
    if (found.kind !== "density") continue;
    // The midpoint rule over a square twice as wide is exact to many digits for smooth laws.
    let inside = 0, whole = 0;
    for (let i = -256; i < 256; i++) {
      for (let j = -256; j < 256; j++) {
        const p = found.density((i + 0.5) / 128, (j + 0.5) / 128) / 128 ** 2;
        whole += p;
        if (i >= -128 && i < 128 && j >= -128 && j < 128) inside += p;
      }
    }
    close(whole, 1, 1e-9, `${shape}: the density's mass`);
    close(inside, whole, 1e-6, `${shape}: inside`);
  }
});

Deno.test("toys: a narrow place in the middle of a cell is that cell's, at the edge the last one's", () => {
  const at = (x: number, y: number) =>
    cellLaw({ kind: "places", sigma: 1e-5, places: [{ x, y, weight: 1 }] });
  close(at(2 * 100 / 255 - 1, 2 * 7 / 255 - 1)[256 * 100 + 7], 1, 1e-12);
  close(at(-1.4, 1.4)[255], 1, 1e-12);
  assertEquals([levelOf(-2), levelOf(-1), levelOf(0), levelOf(1), levelOf(9)], [
    0,
    0,
    128,
    255,
    255,
  ]);
});

Deno.test("toys: every shape gives points of its dimensions, modes equally often", async () => {
  for (const shape of names) {
    const data = await load({ shape, train: 4000, test: 10 });
    const { samples: points, labels } = await read(data, "train");
    assertEquals(data.sample, { kind: "point", dimensions: shapes[shape].dimensions });
    assertEquals([points.count, points.dimensions], [4000, shapes[shape].dimensions]);
    const [factor] = data.factors;
    assertEquals(factor === undefined, ["gaussian", "torus"].includes(shape));
    if (factor?.kind !== "class") continue;
    const counts = factor.classes.map((_, k) => labels.mode.filter((m) => m === k).length);
    const each = 4000 / counts.length;
    counts.forEach((n, k) => close(n, each, 5 * Math.sqrt(each), `${shape}, ${factor.classes[k]}`));
  }
});

Deno.test("toys: points lie on the torus to the grain of 8 bits", async () => {
  const { samples: points } = await read(
    await load({ shape: "torus", train: 500, test: 0 }),
    "train",
  );
  for (let i = 0; i < points.count; i++) {
    const [x, y, z] = [0, 1, 2].map((d) => 2 * points.data[3 * i + d] / 255 - 1);
    const tube = Math.sqrt((Math.sqrt(x * x + y * y) - 0.6) ** 2 + z * z);
    close(tube, 0.25, Math.sqrt(3) / 255, "distance from the circle inside");
  }
});

Deno.test("toys: splits and seeds draw apart; a larger split begins with the smaller one", async () => {
  const bytes = async (config: Record<string, unknown>, split: Split) =>
    Array.from((await read(await load(config), split)).samples.data);
  const small = { train: 300, test: 300 };
  const train = await bytes(small, "train");
  assertNotEquals(train, await bytes(small, "test"));
  assertNotEquals(train, await bytes({ ...small, seed: 1 }, "train"));
  const larger = await bytes({ train: 1000, test: 10 }, "train");
  assertEquals(larger.slice(0, 600), train);
  const [one, two] = await Promise.all([load(small), load({ ...small, seed: 1 })]);
  assertNotEquals(one.digest, two.digest);
  assertEquals(one.digest, (await load(small)).digest);
  await assertRejects(() => one.read("test", [300]), RangeError);
});
