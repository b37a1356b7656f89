import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import fc from "fast-check";
import { momentDistance } from "../../src/compare/moments/distance.ts";
import { columnMeans, covariance, semidefiniteFactor } from "../../src/algebra/linear.ts";
import { type Moments, momentsOf } from "../../src/compare/moments/moments.ts";
import { type FeatureRows, rowsInMemory } from "../../src/compare/moments/rows.ts";
import { readStatistics } from "../../src/compare/moments/statistics.ts";
import { frechetDistance } from "../../src/metrics/features/frechet.ts";
import type { Features } from "../../src/algebra/features.ts";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";
import { close, law } from "../law.ts";

function draws(seed: number, count: number, dimension: number, shift = 0): Features {
  const data = Float64Array.from(
    hostNormal(hostKey(seed, "moments"), count * dimension),
    (v, i) => v * (1 + i % dimension) / dimension + shift,
  );
  return { count, dimension, data };
}

const sizes = {
  seed: fc.nat(1000),
  count: fc.integer({ min: 2, max: 300 }),
  dimension: fc.integer({ min: 1, max: 13 }),
};

law("streamed moments are the mean and the covariance (divisor N − 1)", {
  source: "definition",
  given: sizes,
  cases: 60,
  holds: async ({ seed, count, dimension }) => {
    // Far from zero: sums of squares would cancel.
    const features = draws(seed, count, dimension, 1e4);
    const found = await momentsOf(rowsInMemory(features), count);
    const mean = columnMeans(features), expected = covariance(features).data;
    for (let j = 0; j < dimension; j++) close(found.mean[j], mean[j], 1e-11 * 1e4, "mean");
    expected.forEach((v, i) => close(found.covariance[i], v, 1e-9, "covariance"));
    for (let i = 0; i < dimension; i++) {
      for (let j = 0; j < i; j++) {
        assertEquals(found.covariance[i * dimension + j], found.covariance[j * dimension + i]);
      }
    }
  },
  kills: ["moments-divided-by-n", "moments-without-the-last-block"],
});

Deno.test("moments of rows that are read in three pieces, the last one short", async () => {
  const dimension = 16, piece = 65_536, count = 2 * piece + 100;
  const value = (i: number, j: number) => ((i * (3 + j)) % 101) / 101 + Math.floor(i / piece) * j;
  const asked: [number, number][] = [];
  const rows: FeatureRows = {
    count,
    dimension,
    read(from, to) {
      asked.push([from, to]);
      return Float64Array.from(
        { length: (to - from) * dimension },
        (_, at) => value(from + Math.floor(at / dimension), at % dimension),
      );
    },
  };
  const { mean, covariance } = await momentsOf(rows, count);
  const pieces: [number, number][] = [[0, piece], [piece, 2 * piece], [2 * piece, count]];
  assertEquals(asked, [...pieces, ...pieces]);
  const own = Array.from({ length: 4 }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += value(i, j);
    return sum / count;
  });
  own.forEach((v, j) => close(mean[j], v, 1e-9, `mean ${j}`));
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < 4; b++) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += (value(i, a) - own[a]) * (value(i, b) - own[b]);
      close(covariance[a * dimension + b], sum / (count - 1), 1e-9, `covariance (${a}, ${b})`);
    }
  }
});

law("moments of the first N rows are those of a set of N rows, bit for bit", {
  source: "definition",
  given: sizes,
  cases: 40,
  holds: async ({ seed, count, dimension }) => {
    const all = draws(seed, 2 * count, dimension);
    const first = { ...all, count, data: all.data.slice(0, count * dimension) };
    // Read in pieces that are not the set's own.
    const pieces: FeatureRows = {
      ...rowsInMemory(all),
      read(from, to) {
        const out = new Float64Array((to - from) * dimension);
        for (let i = from; i < to; i++) {
          out.set(all.data.subarray(i * dimension, (i + 1) * dimension), (i - from) * dimension);
        }
        return out;
      },
    };
    assertEquals(await momentsOf(pieces, count), await momentsOf(rowsInMemory(first), count));
  },
});

law("a covariance is its factor's square, of full rank or not", {
  source: "Higham 2002, §10.3",
  given: { ...sizes, rank: fc.integer({ min: 1, max: 6 }) },
  holds: ({ seed, dimension, rank }) => {
    const { data } = draws(seed, rank, dimension);
    const square = (rows: number, from: Float64Array) => {
      const out = new Float64Array(dimension * dimension);
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < dimension; i++) {
          for (let j = 0; j < dimension; j++) {
            out[i * dimension + j] += from[r * dimension + i] * from[r * dimension + j];
          }
        }
      }
      return out;
    };
    const given = square(rank, data),
      factor = semidefiniteFactor({ rows: dimension, columns: dimension, data: given });
    assert(factor.rows <= Math.min(rank, dimension), `rank ${factor.rows}`);
    const scale = given.reduce((m, v) => Math.max(m, v), 0);
    square(factor.rows, factor.data).forEach((v, i) => close(v, given[i], 1e-12 * scale));
  },
  kills: ["factor-without-pivots"],
});

law("the distance of moments is the Fréchet distance of the features that they come from", {
  source: "Dowson & Landau 1982, eq. 16",
  given: sizes,
  cases: 40,
  holds: async ({ seed, count, dimension }) => {
    const a = draws(seed, count, dimension), b = draws(seed + 1, count + 3, dimension, 0.3);
    const of = async (f: Features) => await momentsOf(rowsInMemory(f), f.count);
    const [p, q] = [await of(a), await of(b)];
    const expected = frechetDistance(a, b), found = momentDistance(p, q).value;
    close(found, expected, 1e-7 * (1 + expected), "distance");
    close(momentDistance(q, p).value, found, 1e-7 * (1 + expected), "the other way round");
    close(momentDistance(p, p).value, 0, 1e-9, "to itself");
  },
  kills: ["moment-distance-of-another-trace", "moment-distance-to-itself"],
});

Deno.test("pytorch-fid's reader and distance agree with ours on a file that we wrote", async () => {
  const folder = fromFileUrl(new URL("../golden/evaluate/", import.meta.url));
  const golden = JSON.parse(await Deno.readTextFile(join(folder, "golden.json")));
  const of = async (name: string): Promise<Moments> => {
    const read = await readStatistics(join(folder, name));
    assert("moments" in read);
    return read.moments;
  };
  const ours = await of("ours.npz"), theirs = await of("theirs.npz");
  assertEquals(Array.from(ours.mean), golden.ours.mean);
  assertEquals(Array.from(ours.covariance), golden.ours.sigma);
  close(momentDistance(ours, theirs).value, golden.distance, 1e-10 * golden.distance, "distance");
});

Deno.test("what has no moments is refused, with the row", async () => {
  const features = draws(1, 10, 3);
  await assertRejects(() => momentsOf(rowsInMemory(features), 1), RangeError, "at least 2 rows");
  features.data[3 * 4 + 1] = NaN;
  await assertRejects(
    () => momentsOf(rowsInMemory(features), 10),
    RangeError,
    "feature 1 of row 4 is NaN",
  );
  const none = { rows: 2, columns: 2, data: Float64Array.of(1, 0, 0, -1) };
  assertThrows(() => semidefiniteFactor(none), RangeError, "below zero");
});
