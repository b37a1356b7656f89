/**
 * Laws of encodings, rays, cells and layers.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { octavesOf } from "../../../src/families/nerf/fields/encoding.ts";
import { linearOfTwo } from "../../../src/families/nerf/fields/field.ts";
import { HARMONICS, harmonics } from "../../../src/families/nerf/fields/harmonics.ts";
import {
  cellsOf,
  initOccupancy,
  met,
  pointsOfCells,
  updatesOccupancy,
} from "../../../src/families/nerf/occupancy.ts";
import { pointsAt, raysOf, repeated, withinBox } from "../../../src/families/nerf/rays/rays.ts";
import { cameraNumbers, lookAt, pixelRay } from "../../../src/kinds/view/cameras.ts";
import { linear } from "../../../src/nn/layers.ts";
import { normals, values } from "../../families/on_engine.ts";
import { key } from "../../families/small.ts";
import { close, float32, law } from "../../law.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map(Math.fround);
const vector = fc.tuple(number(-1, 1), number(-1, 1), number(-1, 1));

law("octaves are sin 2ˡπp and cos 2ˡπp, as the paper's equation has them", {
  source: "arXiv:2003.08934, eq. 4",
  given: { places: fc.array(vector, { minLength: 1, maxLength: 4 }), octaves: fc.nat(5) },
  kills: ["nerf-octaves-without-pi", "nerf-octaves-off-by-one"],
  async holds({ places, octaves }) {
    const L = octaves + 1;
    const found = await values(() => octavesOf(tf.tensor2d(places.map((p) => [...p])), L));
    const expected = places.flatMap((p) =>
      [Math.sin, Math.cos].flatMap((f) =>
        p.flatMap((x) => Array.from({ length: L }, (_, l) => f(2 ** l * Math.PI * x)))
      )
    );
    assertEquals(found.length, expected.length);
    found.forEach((v, i) => close(v, expected[i], 2 ** L * 1e-6, `number ${i}`));
  },
});

Deno.test("harmonics are orthonormal on the sphere, and each degree sums as the addition theorem has it", async () => {
  // Points of a Fibonacci spiral: sums over them are integrals, to about 1/N.
  const N = 4000, golden = Math.PI * (3 - Math.sqrt(5));
  const points = Array.from({ length: N }, (_, i) => {
    const z = 1 - (2 * i + 1) / N, r = Math.sqrt(1 - z * z);
    return [r * Math.cos(golden * i), r * Math.sin(golden * i), z];
  });
  const y = await values(() => harmonics(tf.tensor2d(points)));
  for (let a = 0; a < HARMONICS; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let i = 0; i < N; i++) sum += y[HARMONICS * i + a] * y[HARMONICS * i + b];
      close(4 * Math.PI * sum / N, a === b ? 1 : 0, 5e-3, `${a} and ${b}`);
    }
  }
  for (let i = 0; i < 20; i++) {
    for (const [degree, first] of [[0, 0], [1, 1], [2, 4], [3, 9]]) {
      const squares = Array.from(
        { length: 2 * degree + 1 },
        (_, m) => y[HARMONICS * i + first + m] ** 2,
      );
      close(
        squares.reduce((a, b) => a + b, 0),
        (2 * degree + 1) / (4 * Math.PI),
        1e-5,
        `degree ${degree}`,
      );
    }
  }
});

law("rays of cameras are those of pixels, in the box's coordinates", {
  source: "definition",
  given: {
    azimuth: number(0, 6.2),
    height: number(-2, 2),
    x: fc.nat(20),
    y: fc.nat(20),
    half: number(0.5, 3),
    centre: vector,
    depth: number(0.5, 8),
  },
  kills: ["nerf-rays-through-corners", "nerf-rays-of-one-focal-length", "nerf-box-not-centred"],
  async holds({ azimuth, height, x, y, half, centre, depth }) {
    const position = [4 * Math.cos(azimuth), height, 4 * Math.sin(azimuth)] as const;
    const rotation = lookAt(position, [0, 0, 0], [0, 1, 0]);
    const camera = { rotation, position, fx: 20, fy: 25, cx: 9, cy: 11 };
    const { origin, direction } = pixelRay(camera, x, y);
    const inBox = (t: number) => origin.map((o, k) => (o + t * direction[k] - centre[k]) / half);
    const box = { centre, half };
    // A view of one pixel has its principal point moved; a whole view names the pixel.
    const moved = { ...camera, cx: camera.cx - x, cy: camera.cy - y };
    for (
      const [numbers, pixels] of [[cameraNumbers(moved), null], [cameraNumbers(camera), [x, y]]]
    ) {
      const found = await values(() => {
        const rays = raysOf(tf.tensor2d([numbers as number[]]), {
          box,
          ...(pixels && {
            pixels: {
              x_R1: tf.tensor2d([[pixels[0] as number]]),
              y_R1: tf.tensor2d([[pixels[1] as number]]),
            },
          }),
        });
        return tf.concat([
          tf.reshape(pointsAt(rays, tf.tensor2d([[depth]])), [-1]),
          tf.reshape(rays.unit_R3, [-1]),
          tf.reshape(rays.speed_R1, [-1]),
        ]);
      });
      inBox(depth).forEach((v, k) => close(found[k], v, 1e-4 / half, `point ${k}`));
      const size = Math.sqrt(direction.reduce((sum, d) => sum + d * d, 0));
      direction.forEach((d, k) => close(found[3 + k], d / size, 1e-5, `unit ${k}`));
      close(found[6], size / half, 1e-5 * (1 + size / half), "speed");
    }
  },
});

law("a ray is in its box between the depths that are told, and nowhere else", {
  source: "definition",
  given: { from: vector, to: vector, far: number(1, 30) },
  async holds({ from, to, far }) {
    const position = from.map((v) => 3 * v + (v < 0 ? -1.2 : 1.2)) as [number, number, number];
    const rotation = lookAt(position, to, [0.1, 1, 0.2]);
    const camera = cameraNumbers({ rotation, position, fx: 1, fy: 1, cx: 0.5, cy: 0.5 });
    const [enters, leaves, ...points] = await values(() => {
      const rays = raysOf(tf.tensor2d([camera]), { box: { centre: [0, 0, 0], half: 1 } });
      const { from_R1, to_R1 } = withinBox(rays, { near: 0.01, far });
      const within = tf.add(
        from_R1,
        tf.mul(tf.sub(to_R1, from_R1), tf.tensor2d([[0.01, 0.5, 0.99]])),
      );
      const points = tf.reshape(pointsAt(rays, within as tf.Tensor2D), [-1]);
      return tf.concat([tf.reshape(from_R1, [1]), tf.reshape(to_R1, [1]), points]);
    });
    assert(0.01 <= enters && enters <= leaves && leaves <= far);
    if (leaves > enters) assert(points.every((v) => Math.abs(v) <= 1 + 1e-4), `${points}`);
  },
});

Deno.test("cells are numbered x first; a point drawn in each cell is in it", async () => {
  const place = tf.tensor2d([[-1, -1, -1], [0.9, -1, -1], [-1, 0.9, -1], [-1, -1, 1], [7, 0, -7]]);
  assertEquals(await values(() => cellsOf(place, 4)), [0, 3, 12, 48, 3 + 4 * 2]);
  place.dispose();
  const k = key("cells");
  assertEquals(
    await values(() => cellsOf(pointsOfCells(k, 9), 9)),
    Array.from({ length: 9 ** 3 }, (_, i) => i),
  );
  k.dispose();
});

law("a cell keeps the largest density that it met, falling by 0.95; what is empty is left out", {
  source: "arXiv:2201.05989, appendix E.2",
  given: {
    before: fc.array(fc.oneof(number(0, 50), fc.constant(0)), { minLength: 8, maxLength: 8 }),
    found: fc.array(fc.oneof(number(0, 50), fc.constant(0)), { minLength: 8, maxLength: 8 }),
  },
  kills: ["nerf-occupancy-forgets", "nerf-occupancy-keeps-all"],
  async holds({ before, found }) {
    const all = await values(() => {
      const { density_G, occupied_G } = met(
        { density_G: tf.tensor1d(before), occupied_G: tf.ones([8]) },
        tf.tensor1d(found),
      );
      return tf.concat([density_G, occupied_G]);
    });
    const expected = before.map((v, i) => Math.max(0.95 * v, found[i]));
    const mean = expected.reduce((a, b) => a + b, 0) / 8;
    expected.forEach((v, i) => {
      close(all[i], v, 1e-5, "density");
      const least = Math.min(0.5 * mean, 0.01 * 1024 / (2 * Math.sqrt(3)));
      if (Math.abs(v - least) > 1e-4) assertEquals(all[8 + i], v > least ? 1 : 0, `${v}, ${least}`);
    });
  },
});

Deno.test("cells are looked at every sixteen steps, once a field has begun to form", () => {
  const steps = Array.from({ length: 120 }, (_, i) => i).filter(updatesOccupancy);
  assertEquals(steps, [64, 80, 96, 112]);
  const { occupied_G, density_G } = initOccupancy(2);
  assertEquals([occupied_G.size, density_G.size], [8, 8]);
  tf.dispose([occupied_G, density_G]);
});

law("a layer on two inputs is the layer on both side by side; a repeated row is itself", {
  source: "definition",
  given: {
    seed: fc.nat(1000),
    a: fc.integer({ min: 1, max: 5 }),
    c: fc.integer({ min: 1, max: 5 }),
  },
  cases: 20,
  kills: ["nerf-layer-of-one-input"],
  async holds({ seed, a, c }) {
    const make = (n: number, m: number, k: number) => tf.tensor2d(normals(seed + k, n * m), [n, m]);
    const [one, other] = await Promise.all([false, true].map((joined) =>
      values(() => {
        const p = { weight: make(a + c, 3, 0), bias: tf.tensor1d([1, 2, 3]) };
        const first = make(4, a, 1), second = make(4, c, 2);
        return joined
          ? linear(p, tf.concat([first, second], 1) as tf.Tensor2D)
          : linearOfTwo(p, { first, second });
      })
    ));
    one.forEach((v, i) => close(v, other[i], float32(10, 8), `number ${i}`));
    assertEquals(
      await values(() => repeated(tf.tensor2d([[1, 2], [3, 4]]), 3)),
      [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4],
    );
  },
});
