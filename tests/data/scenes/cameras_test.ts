/** Cameras round a scene. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bandCameras, camerasOf, depthBounds, reachOf } from "../../../src/data/scenes/band.ts";
import { projectPoint } from "../../../src/kinds/view/mod.ts";
import { HAIRS } from "../../../src/data/heads/factors.ts";
import { close, law } from "../../law.ts";
import { settings } from "./rendered.ts";

const counts = { train: fc.integer({ min: 1, max: 60 }), test: fc.integer({ min: 1, max: 60 }) };
const degrees = 180 / Math.PI;

law("scene: cameras stand upright on the band and look at the middle of the scene", {
  source: "definition",
  given: { ...counts, size: fc.constantFrom(16, 63, 128), hair: fc.constantFrom(...HAIRS) },
  cases: 60,
  kills: ["scene-band-of-radians", "scene-cameras-off-the-middle"],
  holds({ train, test, size, hair }) {
    const config = settings({ train, test, size, hair });
    for (const split of ["train", "test"] as const) {
      const cameras = camerasOf(bandCameras(config, split));
      assertEquals(cameras.length, config[split]);
      for (const camera of cameras) {
        const { x, y, depth } = projectPoint(camera, [0, 0, 0]);
        close(x, size / 2, 1e-3, "x");
        close(y, size / 2, 1e-3, "y");
        close(depth, 3, 1e-6, "distance");
        const elevation = degrees * Math.asin(camera.position[1] / 3);
        assert(elevation > -15 && elevation < 60, `elevation ${elevation}`);
        const above = projectPoint(camera, [0, 0.1, 0]);
        close(above.x, size / 2, 1e-3, "upright");
        assert(above.y < y);
      }
    }
  },
});

law("scene: a ball that holds everything just fits into every picture, between near and far", {
  source: "a ball of radius r at distance d is seen under the half-angle asin(r / d)",
  given: { size: fc.constantFrom(16, 100, 512), hair: fc.constantFrom(...HAIRS) },
  cases: 30,
  kills: ["scene-focal-of-a-flat-disc", "scene-bounds-swapped"],
  holds({ size, hair }) {
    const config = settings({ size, hair, train: 1 }), reach = reachOf(config);
    const [{ fx, fy }] = camerasOf(bandCameras(config, "train"));
    assertEquals(fx, fy);
    const radius = fx * Math.tan(Math.asin(reach / 3));
    assert(radius < size / 2 && radius > 0.95 * size / 2, `${radius} pixels`);
    const { near, far } = depthBounds(config);
    close(near, 3 - reach, 1e-12, "near");
    close(far, 3 + reach, 1e-12, "far");
  },
});

law("scene: no test camera is a training one, whatever the counts", {
  source: "definition",
  given: counts,
  cases: 100,
  kills: ["scene-test-cameras-trained-on"],
  holds({ train, test }) {
    const config = settings({ train, test });
    const [ours, others] = (["train", "test"] as const).map((split) =>
      camerasOf(bandCameras(config, split)).map(({ position }) => position)
    );
    for (const a of others) {
      for (const b of ours) {
        assert(Math.hypot(...a.map((v, k) => v - b[k])) > 1e-3, `${a} is ${b}`);
      }
    }
  },
});

Deno.test("scene: training cameras are spread over the band, and so are the first of them", () => {
  const config = settings({});
  const positions = camerasOf(bandCameras(config, "train")).map(({ position }) => position);
  const angle = (a: readonly number[], b: readonly number[]) =>
    degrees * Math.acos(a.reduce((sum, v, k) => sum + v * b[k], 0) / 9);
  const nearest = (a: readonly number[], others: readonly (readonly number[])[]) =>
    Math.min(...others.filter((b) => b !== a).map((b) => angle(a, b)));
  // 100 discs of equal area on the band would be 13.6° apart where they lie as densely as can be.
  const own = positions.map((a) => nearest(a, positions));
  assert(Math.min(...own) > 8, `${Math.min(...own)}° apart`);
  const test = camerasOf(bandCameras(config, "test")).map(({ position }) => position);
  const between = test.map((a) => nearest(a, positions));
  assert(Math.min(...between) > 2 && Math.max(...between) < 13, `${between}`);
  const first = positions.slice(0, 12);
  for (const sign of [-1, 1]) {
    for (const k of [0, 2]) {
      assert(first.some((p) => sign * p[k] > 0.5), `axis ${k}, side ${sign}`);
    }
  }
  assert(first.some((p) => p[1] < 0.8) && first.some((p) => p[1] > 1.5));
});
