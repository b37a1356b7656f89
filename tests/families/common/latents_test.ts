import fc from "fast-check";
import { assertEquals } from "@std/assert";
import {
  activities,
  interpolation,
  traversal,
} from "../../../src/families/common/latents/latents.ts";
import { close, law } from "../../law.ts";

const Z = 4;
const codes = fc.array(
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), {
    minLength: Z,
    maxLength: Z,
  }),
  { minLength: 2, maxLength: 12 },
)
  .map((rows) => ({ count: rows.length, dimension: Z, data: Float64Array.from(rows.flat()) }));

law("an interpolation's ends are the codes themselves, on either path", {
  source: "definition",
  given: { codes, path: fc.constantFrom("linear" as const, "spherical" as const) },
  holds: ({ codes, path }) => {
    const walk = interpolation(codes, { from: 0, to: 1, path, steps: 5 });
    assertEquals([...walk.data.slice(0, Z)], [...codes.data.slice(0, Z)]);
    assertEquals([...walk.data.slice(4 * Z)], [...codes.data.slice(Z, 2 * Z)]);
    for (const v of walk.data) assertEquals(Number.isFinite(v), true);
  },
});

law("the spherical path between unit codes stays on the sphere and goes at even angles", {
  source: "Shoemake 1985",
  given: { angle: fc.double({ min: 0.01, max: 3.1, noNaN: true }) },
  kills: ["slerp-as-lerp"],
  holds: ({ angle }) => {
    const data = Float64Array.from([1, 0, Math.cos(angle), Math.sin(angle)]);
    const walk = interpolation({ count: 2, dimension: 2, data }, {
      from: 0,
      to: 1,
      steps: 6,
      path: "spherical",
    });
    for (let i = 0; i < 6; i++) {
      // acos loses √ε near 0 and π: the angles are good to 1e-7, the radius to rounding over sin.
      close(Math.hypot(walk.data[2 * i], walk.data[2 * i + 1]), 1, 1e-12 / Math.sin(angle));
      close(Math.atan2(walk.data[2 * i + 1], walk.data[2 * i]), angle * i / 5, 1e-7);
    }
  },
});

law("a traversal changes one dimension a line, the most active first, around its mean", {
  source: "definition",
  given: { codes },
  holds: ({ codes }) => {
    const { codes: grid, dimensions } = traversal(codes, { dimensions: 3, steps: 5, range: 2 });
    assertEquals(grid.count, 15);
    const ranked = activities(codes);
    dimensions.forEach((walked, line) => {
      assertEquals(walked.dimension, ranked[line].dimension);
      if (line > 0 && walked.variance > dimensions[line - 1].variance) throw new Error("order");
      for (let step = 0; step < 5; step++) {
        for (let d = 0; d < Z; d++) {
          const value = grid.data[(line * 5 + step) * Z + d];
          if (d !== walked.dimension) assertEquals(value, codes.data[d]);
        }
      }
      const at = (step: number) => grid.data[(line * 5 + step) * Z + walked.dimension];
      close(at(2), walked.mean, 1e-12, "middle");
      close(at(4) - at(0), 4 * Math.sqrt(walked.variance), 1e-9, "span");
    });
  },
});
