import fc from "fast-check";
import { assert } from "@std/assert";
import { orthonormalise } from "../../src/numeric/orthonormal.ts";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";
import { close, law } from "../law.ts";

const P = 7;
const product = (a: Float64Array, b: Float64Array) => a.reduce((s, v, i) => s + v * b[i], 0);
const rowsOf = (all: Float64Array) =>
  Array.from({ length: all.length / P }, (_, i) => all.subarray(i * P, (i + 1) * P));

law("orthonormal rows: QQᵀ = 1, and each row of before is a sum of those up to it", {
  source: "Björck 1994, Numerics of Gram–Schmidt orthogonalization: twice is enough",
  given: { seed: fc.nat(1000), rows: fc.integer({ min: 1, max: P }), near: fc.nat(3) },
  cases: 60,
  holds: ({ seed, rows, near }) => {
    const before = Float64Array.from(hostNormal(hostKey(seed, "rows"), rows * P));
    // The second row is nearly the first: one pass would leave it askew.
    if (rows > 1) {
      for (let p = 0; p < P; p++) before[P + p] = before[p] + before[P + p] * 10 ** -near * 0.1;
    }
    const after = before.slice();
    orthonormalise(after, rows);
    const q = rowsOf(after);
    q.forEach((a, i) => q.forEach((b, j) => close(product(a, b), i === j ? 1 : 0, 1e-12)));
    rowsOf(before).forEach((row, i) => {
      const rest = row.slice();
      for (const other of q.slice(0, i + 1)) {
        const along = product(row, other);
        for (let p = 0; p < P; p++) rest[p] -= along * other[p];
      }
      close(Math.sqrt(product(rest, rest)), 0, 1e-11);
    });
  },
});

Deno.test("a row that lies among those before it becomes zero", () => {
  const rows = Float64Array.from({ length: 3 * P }, (_, i) => i < 2 * P ? (i * i) % 5 : 0);
  for (let p = 0; p < P; p++) rows[2 * P + p] = 3 * rows[p] - 2 * rows[P + p];
  orthonormalise(rows, 3);
  assert(rows.subarray(2 * P).every((v) => v === 0));
});
