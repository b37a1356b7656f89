/** Laws of where cameras stand: what they look at is found, and which of them are near one another. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { cameraNumbers, lookAt, type Vector } from "../../../src/kinds/view/cameras.ts";
import {
  camerasOf,
  type CameraSource,
  linesOfSight,
  nearestCameras,
  sceneCentre,
} from "../../../src/kinds/view/sight.ts";
import { viewWorld } from "../../metrics/view_world.ts";
import { close, law } from "../../law.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const vector = (most: number) =>
  fc.tuple(number(-most, most), number(-most, most), number(-most, most)) as fc.Arbitrary<Vector>;

/** Where cameras stand about what they look at: apart from one another, and not above it. */
const places = fc.uniqueArray(
  fc.record({ turn: fc.integer({ min: 0, max: 11 }), rise: fc.integer({ min: -2, max: 2 }) }),
  { minLength: 3, maxLength: 12, selector: ({ turn }) => turn },
);

type Place = { readonly turn: number; readonly rise: number };

function cameraAbout(to: Vector, { turn, rise }: Place, distance: number): number[] {
  const angle = turn * Math.PI / 6, up = rise * 0.2 * distance;
  const position: Vector = [
    to[0] + distance * Math.sin(angle),
    to[1] + up,
    to[2] + distance * Math.cos(angle),
  ];
  const rotation = lookAt(position, to, [0, 1, 0]);
  return cameraNumbers({ rotation, position, fx: 20, fy: 20, cx: 5, cy: 5 });
}

law("the point that all cameras look at is found", {
  source: "least squares: it has no residual",
  given: { places, to: vector(10), distance: number(0.5, 20) },
  kills: ["centre-of-positions", "centre-with-a-wrong-cofactor", "centre-along-x"],
  holds({ places, to, distance }) {
    const cameras = places.flatMap((place) => cameraAbout(to, place, distance));
    const found = sceneCentre(cameras);
    assert(found !== null, "three cameras on a ring look three ways");
    found.forEach((v, k) => close(v, to[k], 1e-6 * (1 + distance), `axis ${k}`));
  },
});

law("cameras that all look one way look at no point, and each is nearest to itself all the same", {
  source: "definition",
  given: {
    shifts: fc.uniqueArray(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 6 }),
  },
  kills: ["parallel-axes-meet"],
  holds({ shifts }) {
    const cameras = Float32Array.from(shifts.flatMap((x) => {
      const camera = cameraAbout([0, 0, 0], { turn: 1, rise: 1 }, 3);
      camera[3] += x;
      return camera;
    }));
    assertEquals(sceneCentre(cameras), null);
    assertEquals([...nearestCameras(cameras, cameras)], [...shifts.keys()]);
  },
});

law("each of some cameras is nearest to itself, at any size of the scene, of equals to the first", {
  source: "definition",
  given: { places, to: vector(5), distance: fc.constantFrom(0.01, 1, 100) },
  kills: ["nearest-is-the-farthest", "nearest-the-last-of-equals"],
  holds({ places, to, distance }) {
    const cameras = Float32Array.from(places.flatMap((p) => cameraAbout(to, p, distance)));
    const order = [...places.keys()];
    assertEquals([...nearestCameras(cameras, cameras)], order);
    assertEquals([...nearestCameras(cameras, [...cameras, ...cameras])], order);
  },
});

law(
  "of cameras in one place that which looks alike is nearest, of those that look alike the nearer",
  {
    source: "definition",
    given: { to: vector(5), distance: fc.constantFrom(0.01, 1, 100), rise: number(0.05, 0.3) },
    kills: ["nearest-by-place-alone", "nearest-by-axis-alone", "nearest-in-units-of-the-scene"],
    holds({ to, distance, rise }) {
      const here = (turn: number) => cameraAbout(to, { turn, rise: 0 }, distance);
      // The same place, looking at the scene, or by somewhat less than a right angle past it.
      const past = here(1), aside = here(3);
      for (const k of [0, 1, 2, 4, 5, 6, 8, 9, 10]) past[k] = aside[k];
      assertEquals([...nearestCameras(here(1), [...past, ...here(1), ...here(7)])], [1]);
      const farther = here(1), nearer = here(1);
      farther[7] += 2 * rise * distance;
      nearer[7] += rise * distance;
      assertEquals([...nearestCameras(here(1), [...farther, ...nearer, ...here(5)])], [1]);
      // A camera that looks a little aside counts for as much at any size of the scene.
      const turned = here(2);
      [turned[3], turned[7], turned[11]] = [3, 7, 11].map((k) => here(1)[k]);
      const away = here(1);
      away[7] += 0.2 * distance;
      assertEquals([...nearestCameras(here(1), [...turned, ...away, ...here(7)])], [1]);
    },
  },
);

Deno.test("cameras are those of all views: told, or read in three uneven parts", async () => {
  const data = viewWorld({ train: 37 }), asked: number[] = [];
  const source: CameraSource = {
    size: (split) => data.size(split),
    read(split, rows) {
      asked.push(rows.length);
      return data.read(split, rows);
    },
  };
  const cameras = await camerasOf(source);
  assertEquals(asked, [16, 16, 5]);
  assertEquals(await camerasOf({ ...source, truth: () => ({ cameras: () => cameras }) }), cameras);
  assertEquals(asked.length, 3, "nothing more is read where they are told");
  const fewer = { ...source, truth: () => ({ cameras: () => cameras.subarray(16) }) };
  await assertRejects(() => camerasOf(fewer), RangeError, "split train, which has 37 views");
  const all = await data.read("train", Array.from({ length: 37 }, (_, i) => i));
  assertEquals(cameras, all.samples.cameras);
  assertThrows(() => nearestCameras(cameras, []), RangeError, "no cameras");
  const lines = linesOfSight(cameras.subarray(0, 32), [1, 2, 3]);
  assertEquals([...lines.subarray(3)], [cameras[19] - 1, cameras[23] - 2, cameras[27] - 3]);
});
