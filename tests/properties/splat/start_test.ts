/**
 * Laws of how splats begin, and of what an update is asked: spacing is that of three neighbours, the cube
 * is what cameras see, and rates and degrees follow the share of the training that is done.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { config, settled } from "../../../src/families/splat/config.ts";
import { settingOf } from "../../../src/families/splat/model.ts";
import { degreeAt, positionRateAt, stepAt } from "../../../src/families/splat/objective.ts";
import { sceneOf } from "../../../src/families/splat/start/scene.ts";
import { spacing } from "../../../src/families/splat/start/spacing.ts";
import { startSplats } from "../../../src/families/splat/start/start.ts";
import {
  cameraNumbers,
  lookAt,
  projectPoint,
  type Vector,
} from "../../../src/kinds/view/cameras.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";

/** Points in a box that may be flat, some of them on others. */
function cloud(
  { count, seed, flat }: { count: number; seed: number; flat: boolean },
): Float32Array {
  const u = hostUniform(hostKey(seed, "cloud"), 3 * count);
  return u.map((v, i) => i % 3 === 2 && flat ? 1 : i % 7 === 0 ? Math.round(4 * v) / 4 : v);
}

law("spacing is the root mean square of the distances to the three nearest others", {
  source: "Kerbl et al. 2023, simple-knn",
  given: { count: fc.integer({ min: 1, max: 60 }), seed: fc.nat(9999), flat: fc.boolean() },
  kills: ["spacing-of-itself", "spacing-stays-on-its-side", "spacing-of-two"],
  holds({ count, seed, flat }) {
    const points = cloud({ count, seed, flat }), found = spacing(points);
    assertEquals(found.length, count);
    for (let i = 0; i < count; i++) {
      const squares = Array.from(
        { length: count },
        (_, j) =>
          [0, 1, 2].reduce((sum, k) => sum + (points[3 * i + k] - points[3 * j + k]) ** 2, 0),
      );
      const nearest = squares.filter((_, j) => j !== i).sort((a, b) => a - b).slice(0, 3);
      const mean = nearest.reduce((a, b) => a + b, 0) / Math.max(1, nearest.length);
      close(found[i], Math.sqrt(mean), 1e-9, `point ${i}`);
    }
  },
});

/** Cameras all around that look at a point from a distance. */
function around(
  count: number,
  { at, distance, focal }: { at: Vector; distance: number; focal: number },
) {
  return Array.from({ length: count }, (_, i) => {
    const angle = 2.4 * i, lift = 0.3 * Math.cos(1.7 * i);
    const level = distance * Math.cos(lift);
    const position: Vector = [
      at[0] + level * Math.cos(angle),
      at[1] + level * Math.sin(angle),
      at[2] + distance * Math.sin(lift),
    ];
    const rotation = lookAt(position, at, [0, 0, 1]);
    return { rotation, position, fx: focal, fy: focal, cx: 20, cy: 15 };
  });
}

const spec = {
  kind: "view" as const,
  height: 30,
  width: 40,
  background: [255, 0, 0] as const,
  near: 0.5,
  far: 30,
};
const place = fc.double({ min: -5, max: 5, noNaN: true });
const vector = fc.tuple(place, place, place);

law("splats begin where cameras look, small enough to be seen, as far apart as they are large", {
  source: "definition",
  given: {
    at: vector,
    distance: fc.double({ min: 2, max: 6, noNaN: true }),
    focal: fc.double({ min: 30, max: 90, noNaN: true }),
    seed: fc.nat(9999),
    degree: fc.constantFrom(0 as const, 2 as const),
    share: fc.constantFrom(0.1, 1),
  },
  cases: 40,
  kills: ["start-off-centre", "start-as-large-as-the-cube", "extent-without-margin"],
  holds({ at, distance, focal, seed, degree, share }) {
    const cameras = around(12, { at, distance, focal });
    const scene = sceneOf(cameras.flatMap(cameraNumbers), spec), count = 50;
    close(scene.half, 0.9 * distance * 15 / focal, 0.02 * distance, "half the cube's side");
    const middle = [0, 1, 2].map((k) => cameras.reduce((sum, c) => sum + c.position[k], 0) / 12);
    const apart = cameras.map((c) => Math.hypot(...c.position.map((v, k) => v - middle[k])));
    close(scene.extent, 1.1 * Math.max(...apart), 1e-9, "extent");
    const own = { opacity: share / 2, size: share };
    const begins = { count, degree, ...own, centre: scene.orbit.centre, half: scene.half };
    const parameters = startSplats(hostKey(seed, "start"), begins);
    assertEquals(parameters.length, (11 + 3 * (degree + 1) ** 2) * count);
    const row = (r: number) => [...parameters.subarray(r * count, (r + 1) * count)];
    const sizes = spacing(
      Float32Array.from(
        { length: 3 * count },
        (_, i) => parameters[(i % 3) * count + Math.floor(i / 3)],
      ),
    );
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < 3; k++) {
        assert(
          Math.abs(row(k)[i] - scene.orbit.centre[k]) <= scene.half * (1 + 1e-5),
          "in the cube",
        );
        close(Math.exp(row(3 + k)[i]), share * sizes[i], 1e-4 * sizes[i], "size");
        const colour = 0.5 + 0.28209479177387814 * row(11 + k)[i];
        assert(colour > 0.3 && colour < 0.7, "around grey");
      }
      close(1 / (1 + Math.exp(-row(10)[i])), share / 2, 1e-6, "opacity");
    }
    assert(
      row(0).some((x) => x < scene.orbit.centre[0]) &&
        row(0).some((x) => x > scene.orbit.centre[0]),
    );
    assert(parameters.subarray(14 * count).every((v) => v === 0), "the same from all sides");
    const { x, y } = projectPoint(cameras[0], scene.orbit.centre);
    close(x, 20, 1, "the centre is seen in the middle");
    close(y, 15, 1, "the centre is seen in the middle");
    assertEquals(startSplats(hostKey(seed, "start"), begins), parameters);
    assert(String(startSplats(hostKey(seed, "other"), begins)) !== String(parameters));
  },
});

Deno.test("splats that begin at points are those points, or as many of them as are asked for", () => {
  const positions = cloud({ count: 9, seed: 3, flat: false });
  const colours = Uint8Array.from({ length: 27 }, (_, i) => 9 * i);
  const begins = (count: number) => ({
    count,
    degree: 0 as const,
    opacity: 0.1,
    size: 1,
    centre: [0, 0, 0] as Vector,
    half: 1,
    points: { positions, colours },
  });
  const all = startSplats(hostKey(1), begins(9));
  for (let i = 0; i < 9; i++) {
    for (let k = 0; k < 3; k++) {
      assertEquals(all[9 * k + i], positions[3 * i + k]);
      close(255 * (0.5 + 0.28209479177387814 * all[9 * (11 + k) + i]), colours[3 * i + k], 1e-4);
    }
  }
  const some = startSplats(hostKey(1), begins(4));
  const found = Array.from(
    { length: 4 },
    (_, i) =>
      Array.from({ length: 9 }, (_, j) => j).find((j) =>
        positions[3 * j] === some[i] &&
        positions[3 * j + 1] === some[4 + i]
      ),
  );
  assertEquals(new Set(found).size, 4);
  assert(!found.includes(undefined));
});

Deno.test("cameras at one place have an extent too", () => {
  const [camera] = around(1, { at: [0, 0, 0], distance: 3, focal: 60 });
  const { extent, half } = sceneOf(cameraNumbers(camera), spec);
  close(extent, 1.1 * half, 1e-9);
  assert(extent > 0.1);
});

law("positions slow down to their share, degrees rise one by one, and rates stand in their rows", {
  source: "arXiv:2308.04079, section 7.1",
  given: { updates: fc.integer({ min: 60, max: 40_000 }), degree: fc.integer({ min: 0, max: 3 }) },
  cases: 40,
  kills: ["rates-of-positions-constant", "degrees-all-at-once", "rates-of-colours-alike"],
  holds({ updates, degree }) {
    const setting = settingOf(config.parse({ degree }), { sample: spec, updates });
    const { extent } = setting.scene;
    close(positionRateAt(0, setting), 1.6e-4 * extent, 1e-12);
    close(positionRateAt(updates, setting), 1.6e-6 * extent, 1e-12);
    close(positionRateAt(updates / 2, setting), 1.6e-5 * extent, 1e-12);
    for (let number = 0; number < updates; number += Math.ceil(updates / 60)) {
      assertEquals(
        degreeAt(number, setting),
        Math.min(degree, Math.floor(30 * number / updates + 1e-9)),
      );
    }
    const step = stepAt(updates - 1, setting), rates = [...step.rates];
    assertEquals(rates.length, 11 + 3 * (degree + 1) ** 2);
    const of = (from: number, to: number) =>
      new Set(rates.slice(from, to).map((r) => r.toPrecision(6)));
    assertEquals(of(3, 6), new Set(["0.00500000"]));
    assertEquals(of(6, 10), new Set(["0.00100000"]));
    assertEquals(of(10, 11), new Set(["0.0500000"]));
    assertEquals(of(11, 14), new Set(["0.00250000"]));
    assertEquals([...of(14, rates.length)], degree === 0 ? [] : ["0.000125000"]);
    close(step.noise, 5e5 * positionRateAt(updates - 1, setting), 1e-9);
  },
});

Deno.test("costs, noise and the start are those of MCMC, and of the first paper elsewhere", () => {
  const asked = (density: string) => {
    const { opacityCost, scaleCost, noise } = stepAt(
      0,
      settingOf(config.parse({ density }), {
        sample: spec,
        updates: 100,
      }),
    );
    const { begins } = settled(config.parse({ density }));
    return [opacityCost, scaleCost, noise > 0, begins.opacity, begins.size];
  };
  assertEquals(asked("mcmc"), [0.01, 0.01, true, 0.5, 0.1]);
  assertEquals(asked("classic"), [0, 0, false, 0.1, 1]);
  assertEquals(asked("fixed"), [0, 0, false, 0.1, 1]);
});
