/**
 * Laws of hash grids: weights of eight vertices, what a lookup gives at and between them, which rows a
 * gradient touches, and that the engine's kernel and the composition are one function.
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { exclusiveOr, lowBits } from "../../src/nn/hash_grid/bits.ts";
import { hashFeatures, hashSites } from "../../src/nn/hash_grid/hash_grid.ts";
import { type HashGrid, hashLevels, hashRows } from "../../src/nn/hash_grid/levels.ts";
import { valueAndGrad } from "../../src/nn/gradient.ts";
import { HASH_GRID, HASH_GRID_GRADIENT } from "../../src/engine/tfjs/kernel_names.ts";
import { hostKey, hostNormal, hostUniform } from "../../src/random/host/host.ts";
import { engine, values } from "../families/on_engine.ts";
import { close, float32, law } from "../law.ts";

const grids: fc.Arbitrary<HashGrid> = fc.record({
  levels: fc.integer({ min: 1, max: 4 }),
  features: fc.integer({ min: 1, max: 3 }),
  rowBits: fc.integer({ min: 5, max: 9 }),
  base: fc.integer({ min: 2, max: 5 }),
  finest: fc.integer({ min: 5, max: 60 }),
});
const coordinate = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.fround);
const point = fc.tuple(coordinate, coordinate, coordinate);
const pointList = fc.array(point, { minLength: 1, maxLength: 9 });
const seed = fc.nat(1000);

function tableOf(seed: number, grid: HashGrid): tf.Tensor2D {
  const rows = hashRows(grid);
  const numbers = Float32Array.from(hostNormal(hostKey(seed, "table"), rows * grid.features));
  return engine.tensor(numbers, [rows, grid.features]) as tf.Tensor2D;
}

const tensor = (points: readonly (readonly number[])[]) => tf.tensor2d(points.map((p) => [...p]));

const PRIMES = [1n, 2_654_435_761n, 805_459_861n];

/** A vertex's row, as the paper's equations say it. */
function rowOf(
  vertex: readonly number[],
  level: { resolution: number; rows: number; first: number },
) {
  const side = level.resolution + 1;
  if (side ** 3 <= level.rows) {
    return level.first + vertex[0] + side * (vertex[1] + side * vertex[2]);
  }
  const hash = vertex.reduce((h, v, axis) => h ^ (BigInt(v) * PRIMES[axis]), 0n);
  return level.first + Number(hash % BigInt(level.rows));
}

/** Features of a point in float64: Σ over the vertices of a cell of Π (1 − |x − v|) · row. */
function reference(table: readonly number[], point: readonly number[], grid: HashGrid): number[] {
  return hashLevels(grid).flatMap((level) => {
    const at = point.map((x) => Math.fround(x * level.resolution));
    const low = at.map((a) => Math.min(Math.floor(a), level.resolution - 1));
    const sum = new Array<number>(grid.features).fill(0);
    for (const dx of [0, 1]) {
      for (const dy of [0, 1]) {
        for (const dz of [0, 1]) {
          const vertex = [low[0] + dx, low[1] + dy, low[2] + dz];
          const weight = vertex.reduce((w, v, k) => w * (1 - Math.abs(at[k] - v)), 1);
          const row = rowOf(vertex, level);
          sum.forEach((_, f) => sum[f] += weight * table[row * grid.features + f]);
        }
      }
    }
    return sum;
  });
}

/** Runs `f` as on an engine that has no kernel of its own for grids. */
async function composed<T>(f: () => Promise<T>): Promise<T> {
  const own = [HASH_GRID, HASH_GRID_GRADIENT].map((name) => tf.getKernel(name, "wasm")!);
  for (const { kernelName } of own) tf.unregisterKernel(kernelName, "wasm");
  try {
    return await f();
  } finally {
    for (const kernel of own) tf.registerKernel(kernel);
  }
}

/** Runs `f` as on an engine that computes on the host now. */
async function hosted<T>(f: () => Promise<T>): Promise<T> {
  const backend = tf.backend() as { computesOnHost?: boolean };
  backend.computesOnHost = true;
  try {
    return await composed(f);
  } finally {
    delete backend.computesOnHost;
  }
}

const each = (f: () => Promise<void>) => f().then(() => composed(f)).then(() => hosted(f));

law(
  "features are the eight vertices' rows, each by its share of the cell: kernel and composition",
  {
    source: "arXiv:2201.05989, section 3",
    given: { grid: grids.filter(({ base, finest }) => base <= finest), points: pointList, seed },
    cases: 40,
    kills: [
      "hash-without-primes",
      "hash-corners-swapped",
      "hash-kernel-of-the-first-rows",
      "hash-host-features-shifted",
    ],
    holds: async ({ grid, points, seed }) => {
      const table = tableOf(seed, grid), numbers = Array.from(await engine.read(table));
      const expected = points.flatMap((p) => reference(numbers, p, grid));
      await each(async () => {
        const found = await values(() => hashFeatures(table, tensor(points), grid));
        assertEquals(found.length, expected.length);
        found.forEach((v, i) => close(v, expected[i], float32(60, 8), `feature ${i}`));
      });
      table.dispose();
    },
  },
);

law(
  "weights of a cell's vertices are none below 0 and sum to 1; at a vertex its row alone is seen",
  {
    source: "arXiv:2201.05989, section 3",
    given: { grid: grids.filter(({ base, finest }) => base <= finest), points: pointList, seed },
    cases: 40,
    kills: ["hash-weights-of-two-axes"],
    holds: async ({ grid, points, seed }) => {
      for (const [l, level] of hashLevels(grid).entries()) {
        const weights = await values(() => hashSites(tensor(points), grid)[l].weights);
        assertEquals(weights.length, 8 * points.length);
        points.forEach((_, n) => {
          const own = Array.from({ length: 8 }, (_, k) => weights[k * points.length + n]);
          assert(own.every((w) => w >= 0 && w <= 1));
          close(own.reduce((a, b) => a + b, 0), 1, float32(8), "sum of weights");
        });
        // Vertices of this level, at places that float32 has.
        const r = level.resolution;
        const u = hostUniform(hostKey(seed, "vertex"), 3);
        const vertex = Array.from(u, (v) => Math.round(v * r));
        const place = vertex.map((v) => Math.fround(v / r));
        if (place.some((x, k) => Math.fround(x * r) !== vertex[k])) continue;
        const table = tableOf(seed, grid), numbers = Array.from(await engine.read(table));
        await each(async () => {
          const found = await values(() => hashFeatures(table, tensor([place]), grid));
          const row = rowOf(vertex, level) * grid.features;
          assertEquals(
            found.slice(l * grid.features, (l + 1) * grid.features),
            numbers.slice(row, row + grid.features),
          );
        });
        table.dispose();
      }
    },
  },
);

law("features go on without a jump from cell to cell", {
  source: "arXiv:2201.05989, section 3",
  given: {
    grid: grids.filter(({ base, finest }) => base <= finest),
    at: point,
    axis: fc.nat(2),
    vertex: fc.double({ min: 0, max: 1, noNaN: true }),
    seed,
  },
  cases: 40,
  kills: ["hash-cells-rounded"],
  holds: async ({ grid, at, axis, vertex, seed }) => {
    const table = tableOf(seed, grid);
    for (const { resolution } of hashLevels(grid)) {
      const border = Math.max(1, Math.round(vertex * resolution)) / resolution;
      const moved = (by: number) => at.map((x, k) => k === axis ? border + by : x);
      const step = 2 ** -16;
      await each(async () => {
        const found = await values(() =>
          hashFeatures(table, tensor([moved(-step), moved(step)]), grid)
        );
        const half = found.length / 2;
        // Rows are normals: a feature changes by less than 2·5·finest in a unit.
        for (let i = 0; i < half; i++) {
          close(found[i], found[half + i], 2 * step * 2 * 6 * grid.finest, "feature");
        }
      });
    }
    table.dispose();
  },
});

law(
  "the gradient is the transpose: ⟨lookup(t), g⟩ = ⟨t, spread(g)⟩, and touches at most 8 rows a level",
  {
    source: "definition",
    given: { grid: grids.filter(({ base, finest }) => base <= finest), points: pointList, seed },
    cases: 40,
    kills: [
      "hash-gradient-unweighted",
      "hash-kernel-gradient-of-fewer-points",
      "hash-host-gradient-not-cleared",
    ],
    holds: async ({ grid, points, seed }) => {
      const table = tableOf(seed, grid), numbers = Array.from(await engine.read(table));
      const width = grid.levels * grid.features;
      const g = Float32Array.from(hostNormal(hostKey(seed, "g"), points.length * width));
      await each(async () => {
        const dy = tf.tensor2d(g, [points.length, width]);
        const through = (t: tf.Tensor2D) => tf.mul(hashFeatures(t, tensor(points), grid), dy);
        const value = await values(() => through(table).sum());
        const spread = await values(() =>
          valueAndGrad((t: tf.Tensor2D) => ({ loss: tf.sum(through(t)) as tf.Scalar }), table).grads
        );
        const inner = spread.reduce((sum, v, i) => sum + v * numbers[i], 0);
        close(value[0], inner, 1e-4 * (1 + width * points.length), "inner product");
        const touched = new Set(
          spread.flatMap((v, i) => v === 0 ? [] : [Math.floor(i / grid.features)]),
        );
        for (const { first, rows } of hashLevels(grid)) {
          const here = [...touched].filter((row) => row >= first && row < first + rows);
          assert(
            here.length <= 8 * points.length,
            `${here.length} rows of ${points.length} points`,
          );
        }
        // A gradient of the gradient is the lookup again.
        const again = await values(() =>
          valueAndGrad(
            (d: tf.Tensor2D) => {
              const { grads } = valueAndGrad(
                (t: tf.Tensor2D) => ({
                  loss: tf.sum(tf.mul(hashFeatures(t, tensor(points), grid), d)) as tf.Scalar,
                }),
                table,
              );
              return { loss: tf.sum(tf.mul(grads, table)) as tf.Scalar };
            },
            dy,
          ).grads
        );
        const forward = await values(() => hashFeatures(table, tensor(points), grid));
        again.forEach((v, i) => close(v, forward[i], 1e-4, `second ${i}`));
        dy.dispose();
      });
      table.dispose();
    },
  },
);

law("a ⊕ b and a mod 2ⁿ are those of whole numbers, by an engine's own kernel and by the table", {
  source: "definition",
  given: {
    bits: fc.integer({ min: 1, max: 20 }),
    pairs: fc.array(fc.tuple(fc.nat(2 ** 20 - 1), fc.nat(2 ** 20 - 1)), { minLength: 1 }),
  },
  cases: 40,
  kills: ["xor-carries", "xor-by-table-of-sums"],
  holds: async ({ bits, pairs }) => {
    const size = 2 ** bits;
    const [a, b] = [0, 1].map((k) => pairs.map((pair) => pair[k] % size));
    const run = async () => {
      const ints = (x: number[]) => tf.tensor1d(x, "int32");
      assertEquals(
        await values(() => exclusiveOr(ints(a), ints(b), bits)),
        a.map((v, i) => v ^ b[i]),
      );
      assertEquals(
        await values(() => lowBits(ints(pairs.map(([v]) => v)), bits)),
        pairs.map(([v]) => v % size),
      );
    };
    await run();
    const own = tf.getKernel("BitwiseAnd", "wasm")!;
    tf.unregisterKernel("BitwiseAnd", "wasm");
    try {
      await run();
    } finally {
      tf.registerKernel(own);
    }
  },
});

Deno.test("levels grow from base to finest by one factor; those that fit have a row a vertex", () => {
  const grid = { levels: 16, features: 2, rowBits: 14, base: 16, finest: 512 };
  const levels = hashLevels(grid);
  assertEquals(levels[0].resolution, 16);
  assertEquals(levels[15].resolution, 512);
  // The paper's table of b: 1.26 from 16 to 512.
  assertEquals(levels.slice(0, 4).map((level) => level.resolution), [16, 20, 25, 32]);
  assertEquals(levels.map(({ hashed }) => hashed), levels.map(({ resolution }) => resolution > 24));
  assertEquals(levels[0].rows, 17 ** 3);
  assertEquals(hashRows(grid), 17 ** 3 + 21 ** 3 + 14 * 2 ** 14);
  assertThrows(() => hashLevels({ ...grid, finest: 8 }), RangeError, "below base");
  assertThrows(() => hashLevels({ ...grid, finest: 2 ** 12, rowBits: 20 }), RangeError, "2^31");
});

Deno.test("a table of another grid is refused", () => {
  const grid = { levels: 2, features: 2, rowBits: 6, base: 2, finest: 8 };
  assertThrows(
    () => hashFeatures(tf.zeros([3, 2]), tf.zeros([1, 3]), grid),
    Error,
    "a grid of 91 rows of 2",
  );
});
