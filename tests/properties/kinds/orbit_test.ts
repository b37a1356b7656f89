/**
 * Laws of orbits: what cameras look at is found, and an orbit goes round it at their distance and height.
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Camera, lookAt, projectPoint, type Vector } from "../../../src/kinds/view/cameras.ts";
import { centreOf, orbitCamera, orbitOf } from "../../../src/kinds/view/orbit.ts";
import { close, law } from "../../law.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const spec = { near: 1, far: 7 };

function around(
  centre: Vector,
  angle: number,
  { radius, height }: { radius: number; height: number },
): Camera {
  const position: Vector = [
    centre[0] + radius * Math.cos(angle),
    centre[1] + height,
    centre[2] + radius * Math.sin(angle),
  ];
  return {
    rotation: lookAt(position, centre, [0, 1, 0]),
    position,
    fx: 30,
    fy: 31,
    cx: 16,
    cy: 12,
  };
}

const distance = (a: Vector, b: Vector) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

law("cameras on a circle have its centre, and their orbit is the circle", {
  source: "definition",
  given: {
    centre: fc.tuple(number(-5, 5), number(-5, 5), number(-5, 5)),
    count: fc.integer({ min: 3, max: 12 }),
    radius: number(1, 4),
    height: number(-1, 1),
    first: number(0, 6),
  },
  kills: ["orbit-looks-away", "orbit-not-raised", "orbit-of-half-a-turn", "centre-of-the-cameras"],
  holds({ centre, count, radius, height, first }) {
    // What is ½(near + far) along an axis is the centre: the middle's small weight moves nothing.
    const d = Math.hypot(radius, height);
    const here = { near: 0.5 * d, far: 1.5 * d };
    const cameras = Array.from(
      { length: count },
      (_, i) => around(centre, first + 2 * Math.PI * i / count, { radius, height }),
    );
    const found = centreOf(cameras, here);
    found.forEach((v, k) => close(v, centre[k], 1e-9, `centre ${k}`));
    const orbit = orbitOf(cameras, here);
    close(orbit.radius, radius, 1e-9, "radius");
    close(orbit.height, height, 1e-9, "height");
    assertEquals(distance(orbitCamera(orbit, 0).position, cameras[0].position) < 1e-9, true);
    for (let i = 0; i < 64; i++) {
      const camera = orbitCamera(orbit, i);
      const seen = projectPoint(camera, centre);
      close(seen.x, 16, 1e-6, "x");
      close(seen.y, 12, 1e-6, "y");
      close(seen.depth, d, 1e-9, "distance");
      // Above the centre is higher up.
      assert(projectPoint(camera, [centre[0], centre[1] + 0.01, centre[2]]).y < 12);
      close(camera.position[1] - centre[1], height, 1e-9, "height");
    }
    // Opposite views stand opposite, and a turn ends where it began.
    const [start, half] = [0, 32].map((i) => orbitCamera(orbit, i).position);
    close(distance(start, half), 2 * radius, 1e-9, "across");
    assertEquals(orbitCamera(orbit, 64), orbitCamera(orbit, 0));
  },
});

Deno.test("cameras that look one way have a centre too; no camera has none", () => {
  const cameras = [-1, 0, 1].map((x) => ({
    ...around([0, 0, 0], 0, { radius: 4, height: 0 }),
    rotation: lookAt([0, 0, 0], [0, 0, 1], [0, 1, 0]),
    position: [x, 0, 0] as Vector,
  }));
  centreOf(cameras, spec).forEach((v, k) => close(v, [0, 0, 4][k], 1e-6, `centre ${k}`));
  const orbit = orbitOf(cameras, spec);
  assert(orbitCamera(orbit, 3).position.every(Number.isFinite));
  assertThrows(() => centreOf([], spec), RangeError, "no cameras");
});
