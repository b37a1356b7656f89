import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  admitFeatures,
  COVARIANCE_ROUNDING,
  negativeVariance,
  oddRows,
  oddText,
  watched,
} from "../../src/metrics/door.ts";
import { covariance, type Dense } from "../../src/algebra/linear.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";
import { law } from "../law.ts";
import { gaussianSet } from "../properties/metrics/feature_sets.ts";

law("every covariance is let in: of few rows or many, kept in float64 or float32", {
  source: "definition",
  given: {
    seed: fc.nat(),
    count: fc.integer({ min: 2, max: 40 }),
    dimension: fc.integer({ min: 1, max: 24 }),
    scale: fc.constantFrom(1e-6, 1, 1e5),
    flat: fc.nat(3),
    narrow: fc.boolean(),
  },
  cases: 150,
  holds: ({ seed, count, dimension, scale, flat, narrow }) => {
    // Columns of very different spread, some of none: networks have features that are always 0.
    const set = gaussianSet(seed, {
      count,
      dimension,
      scale: (j) => j < flat ? 0 : scale * 10 ** -(j % 5),
    });
    const { data, ...shape } = covariance(set);
    const kept = narrow ? Float64Array.from(Float32Array.from(data)) : data;
    assertEquals(negativeVariance({ ...shape, data: kept }), null);
  },
});

/** Q diag(values) Qᵀ for an orthogonal Q: the product of as many reflections. */
function turned(values: readonly number[], seed: number): Dense {
  const d = values.length;
  const a = new Float64Array(d * d);
  values.forEach((v, i) => a[i * (d + 1)] = v);
  for (let k = 0; k < d; k++) {
    const u = hostNormal(hostKey(seed, "turn", k), d);
    const norm = u.reduce((s, v) => s + v * v, 0);
    // A − 2 u (uᵀA)/‖u‖² from the left, then the same from the right.
    for (let j = 0; j < d; j++) {
      let t = 0;
      for (let i = 0; i < d; i++) t += u[i] * a[i * d + j];
      for (let i = 0; i < d; i++) a[i * d + j] -= 2 * u[i] * t / norm;
    }
    for (let i = 0; i < d; i++) {
      let t = 0;
      for (let j = 0; j < d; j++) t += a[i * d + j] * u[j];
      for (let j = 0; j < d; j++) a[i * d + j] -= 2 * t * u[j] / norm;
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) a[i * d + j] = a[j * d + i];
  return { rows: d, columns: d, data: a };
}

law("a matrix with an eigenvalue below zero by more than rounding is told by such a direction", {
  source: "Golub & Van Loan, 4th ed., thm 4.2.7",
  given: {
    values: fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 1, maxLength: 12 }),
    low: fc.double({ min: 4 * COVARIANCE_ROUNDING, max: 0.9, noNaN: true }),
    seed: fc.nat(),
  },
  cases: 150,
  holds: ({ values, low, seed }) => {
    const rest = values.reduce((s, v) => s + v, 0) + 1;
    const matrix = turned([...values, 1, -low * rest], seed);
    const found = negativeVariance(matrix);
    assert(found !== null && found.variance < 0, `${found?.variance}`);
    assert(found.variance >= -low * rest * (1 + 1e-9), `${found.variance} under ${-low * rest}`);
    assertEquals(negativeVariance(turned([...values, 1, low], seed)), null);
  },
  kills: ["covariance-never-negative", "negative-direction-of-another-row"],
});

Deno.test("no covariance at all: nothing on the diagonal, or nothing anywhere", () => {
  const of = (...data: number[]) => {
    const d = Math.sqrt(data.length);
    return negativeVariance({ rows: d, columns: d, data: Float64Array.from(data) })?.variance;
  };
  assertEquals(of(0, 1, 1, 0)! < 0, true);
  assertEquals([of(0, 0, 0, 0), of(0), of(-1)], [undefined, undefined, -1]);
});

law("odd rows are those with a number that isn't finite, by their places among all", {
  source: "definition",
  given: {
    rows: fc.array(fc.array(fc.constantFrom<number>(1, -2.5, 0), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 9,
    }),
    odd: fc.array(fc.tuple(fc.nat(8), fc.nat(2), fc.constantFrom(NaN, Infinity, -Infinity)), {
      maxLength: 6,
    }),
    from: fc.nat(1000),
  },
  cases: 100,
  holds: ({ rows, odd, from }) => {
    const data = rows.map((row) => [...row]);
    for (const [row, column, value] of odd) if (row < rows.length) data[row][column] = value;
    const expected = data.flatMap((row, i) => {
      const column = row.findIndex((v) => !Number.isFinite(v));
      return column < 0 ? [] : [{ row: from + i, column, value: row[column] }];
    });
    assertEquals(oddRows(data.flat(), 3, from), expected);
  },
});

Deno.test("a few odd rows are told, and how many more there are", () => {
  const odd = Array.from({ length: 7 }, (_, row) => ({ row, column: 2, value: NaN }));
  assertEquals(oddText(odd.slice(0, 2)), "row 0 (number 2 is NaN), row 1 (number 2 is NaN)");
  assert(oddText(odd).endsWith("row 4 (number 2 is NaN) and 2 more"), oddText(odd));
  assert(
    oddText(odd, { count: 90, name: (row) => `p${row}` }).endsWith(
      "p4 (number 2 is NaN) and 85 more",
    ),
  );
});

Deno.test("a watched extractor is the same one, but for what it may give", async () => {
  const images = { count: 3, height: 2, width: 4, channels: 3 as const, data: new Uint8Array(72) };
  const values = Float64Array.of(1, 2, 3, 4, 5, 6);
  const plain: Extractor = {
    name: "plain",
    dimension: 2,
    digest: "d",
    extract: ({ count }) => Promise.resolve({ count, dimension: 2, data: values }),
    spatial: ({ count }) => Promise.resolve({ count, dimension: 4, data: new Float64Array(12) }),
    classify: () => Promise.resolve({ kind: Float32Array.of(1) }),
  };
  const seen = watched(plain);
  assertEquals(await seen.extract(images), await plain.extract(images));
  assertEquals((await seen.spatial!(images)).dimension, 4);
  assertEquals([seen.name, seen.digest, seen.detect], ["plain", "d", undefined]);
  assertEquals(await seen.classify!(images), { kind: Float32Array.of(1) });
  const odd = watched({
    ...plain,
    spatial: ({ count }) =>
      Promise.resolve({ count, dimension: 4, data: new Float64Array(12).with(9, NaN) }),
  });
  await assertRejects(() => odd.spatial!(images), RangeError, "picture 2 (number 1 is NaN)");
  const told = { name: "plain", dimension: 2, count: 3 };
  const features = { count: 3, dimension: 2, data: values };
  assertEquals(admitFeatures(features, told), features);
  for (const wrong of [{ count: 2 }, { dimension: 3 }, { data: values.slice(1) }]) {
    assertThrows(() => admitFeatures({ ...features, ...wrong }, told), RangeError, "3 × 2 were");
  }
});
