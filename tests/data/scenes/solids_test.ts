/** Rays on spheres and boxes. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Vector } from "../../../src/kinds/view/mod.ts";
import { reachOf } from "../../../src/data/scenes/band.ts";
import {
  dot,
  firstHits,
  girth,
  hitOf,
  plus,
  type Solid,
} from "../../../src/data/scenes/solids/shapes.ts";
import { solidsOf } from "../../../src/data/scenes/solids/solids_scene.ts";
import { close, law } from "../../law.ts";
import { settings } from "./rendered.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const vector = (reach: number) => {
  const n = number(-reach, reach);
  return fc.tuple(n, n, n) as fc.Arbitrary<Vector>;
};
const albedo: Vector = [0.5, 0.5, 0.5];
const length = (v: Vector) => Math.sqrt(dot(v, v));
/** Axes turned by a quaternion. */
const turned = fc.tuple(number(0.1, 1), number(-1, 1), number(-1, 1), number(-1, 1)).map(
  ([w, x, y, z]) => {
    const n = 2 / (w * w + x * x + y * y + z * z);
    const axes: [Vector, Vector, Vector] = [
      [1 - n * (y * y + z * z), n * (x * y + w * z), n * (x * z - w * y)],
      [n * (x * y - w * z), 1 - n * (x * x + z * z), n * (y * z + w * x)],
      [n * (x * z + w * y), n * (y * z - w * x), 1 - n * (x * x + y * y)],
    ];
    return axes;
  },
);
const sphere: fc.Arbitrary<Solid> = fc.record({
  shape: fc.constant("sphere" as const),
  centre: vector(0.5),
  radius: number(0.1, 0.5),
  albedo: fc.constant(albedo),
});
const box: fc.Arbitrary<Solid> = fc.record({
  shape: fc.constant("box" as const),
  centre: vector(0.5),
  half: fc.tuple(number(0.1, 0.5), number(0.1, 0.5), number(0.1, 0.5)) as fc.Arbitrary<Vector>,
  axes: turned,
  albedo: fc.constant(albedo),
});
/** Rays from outside towards the middle of things, not always at something. */
const ray = fc.record({ azimuth: number(-3, 3), height: number(-2.5, 2.5), to: vector(0.8) }).map(
  ({ azimuth, height, to }) => {
    const level = Math.sqrt(9 - height * height);
    const origin: Vector = [level * Math.sin(azimuth), height, level * Math.cos(azimuth)];
    return { origin, direction: plus(to, -1, origin) };
  },
);

/** Signed distance of a point from a solid, negative inside (Quílez; of boxes a bound outside corners). */
function distance(solid: Solid, point: Vector): number {
  const o = plus(point, -1, solid.centre);
  if (solid.shape === "sphere") return length(o) - solid.radius;
  const q = solid.axes.map((axis, k) => Math.abs(dot(o, axis)) - solid.half[k]);
  const outside = Math.hypot(...q.map((v) => Math.max(v, 0)));
  return outside + Math.min(Math.max(...q), 0);
}

law("a ray meets a solid where it first comes within no distance of it, with the normal there", {
  source: "signed distances, marched along the ray (Hart 1996)",
  given: { solid: fc.oneof(sphere, box), ray },
  cases: 300,
  kills: [
    "solids-far-side-of-the-sphere",
    "solids-box-side-of-the-first-slab",
    "scene-box-normal-inwards",
  ],
  holds({ solid, ray }) {
    const hit = hitOf(solid, ray), each = length(ray.direction);
    const at = (t: number) => plus(ray.origin, t, ray.direction);
    // March: nothing nearer than the distance can be met.
    let t = 0;
    for (let i = 0; i < 5000 && t * each < 8; i++) {
      const d = distance(solid, at(t));
      if (d < 1e-7) break;
      t += d / each;
    }
    if (t * each >= 8) {
      assertEquals(hit, null, `hit at ${hit?.t}, marched past`);
    } else {
      // A ray that all but grazes may be met by the march alone.
      const graze = 2e-7;
      if (hit === null) {
        assert(distance(solid, at(t)) > -graze, "marched into it, not met");
      } else {
        close(hit.t * each, t * each, 2e-3, "distance");
        close(distance(solid, at(hit.t)), 0, 1e-9, "on the surface");
        assert(dot(hit.normal, ray.direction) < 1e-9, "the normal faces the ray");
        close(length(hit.normal), 1, 1e-12, "length of the normal");
        const above = distance(solid, plus(at(hit.t), 1e-4, hit.normal));
        close(above, 1e-4, 1e-8, "the normal leads straight away");
      }
    }
  },
});

law("the first of several solids is the nearest of those that are met", {
  source: "definition",
  given: { solids: fc.array(fc.oneof(sphere, box), { minLength: 1, maxLength: 6 }), ray },
  cases: 300,
  kills: ["solids-ball-test-too-narrow", "solids-last-instead-of-first"],
  holds({ solids, ray }) {
    const found = firstHits(solids, ray.origin)(ray.direction);
    const all = solids.map((solid) => hitOf(solid, ray)?.t ?? Infinity);
    assertEquals(found?.hit.t ?? Infinity, Math.min(...all));
    if (found !== null) assertEquals(hitOf(found.solid, ray)?.t, found.hit.t);
  },
});

law("solids are apart, above the plate, and within the bound of the scene", {
  source: "definition",
  given: { seed: fc.nat(1_000_000) },
  cases: 60,
  kills: ["solids-into-one-another"],
  holds({ seed }) {
    const config = settings({ scene: "solids", seed }), solids = solidsOf(config);
    assertEquals(solids.map(({ shape }) => shape), [
      ...["sphere", "box", "sphere", "box", "sphere"],
      "box",
    ]);
    assertEquals(solidsOf({ ...config, plate: false }), solids.slice(0, -1));
    const plate = solids.at(-1)!;
    for (const [i, solid] of solids.slice(0, -1).entries()) {
      assert(length(solid.centre) + girth(solid) < reachOf(config));
      const low = solid.centre[1] - (solid.shape === "sphere" ? solid.radius : solid.half[1]);
      assert(low > plate.centre[1] + 0.025 - 1e-9, `solid ${i} is at ${low}`);
      for (const other of solids.slice(0, i)) {
        assert(length(plus(solid.centre, -1, other.centre)) > girth(solid) + girth(other));
      }
    }
    assert(length(plate.centre) + girth(plate) < 2 * reachOf(config));
  },
});
