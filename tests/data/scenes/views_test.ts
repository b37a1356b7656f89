/** Views of one scene agree with one another, and with their maps. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { depthBounds } from "../../../src/data/scenes/band.ts";
import { HAIRS } from "../../../src/data/heads/factors.ts";
import { pixelRay } from "../../../src/kinds/view/mod.ts";
import { close, law } from "../../law.ts";
import { inner, pairs, pointAt, seen, settings } from "./rendered.ts";

const scene = fc.constantFrom("head", "solids");
const two = fc.uniqueArray(fc.nat(99), { minLength: 2, maxLength: 2 });
const share = (hits: number, all: number) => hits / Math.max(1, all);

law("scene: what one view sees, another sees there too or something before it", {
  source: "depth along the axis, multi-view geometry",
  given: { scene, two },
  cases: 24,
  kills: [
    "scene-depth-not-linear",
    "scene-depth-of-all-samples",
    "scene-solids-depth-along-the-ray",
  ],
  async holds({ scene, two }) {
    const config = settings({ scene, size: 96, supersample: 1 });
    const [a, b] = await seen(config, { indices: two });
    const found = pairs(a, b, 0.03);
    assert(found.length > 40, `${found.length} pixels`);
    // Pixels are 0.017 wide there; surfaces are aslant to one camera or the other.
    const near = 0.06;
    const bare = found.filter(({ expected, nearest }) => nearest > expected + near);
    assert(
      share(bare.length, found.length) < 0.02,
      `${bare.length} of ${found.length} see past it`,
    );
    // Of the same place, both are on one plane, to second order.
    const both = found.filter(({ expected, found, alike }) =>
      Math.abs(found - expected) < near && alike > 0.95
    ).map(({ off }) => off).sort((x, y) => x - y);
    fc.pre(both.length > 50);
    // A head's surfaces are of flat pieces, and hair is uneven.
    const within = scene === "head" ? 0.006 : 0.002;
    assert(both[both.length >> 1] < within, `median ${both[both.length >> 1]}`);
  },
});

law("scene: normals are unit vectors towards the camera, and those of the depths", {
  source: "definition",
  given: { scene, index: fc.nat(99) },
  cases: 12,
  kills: ["scene-normals-away", "scene-normals-not-unit", "scene-box-normal-inwards"],
  async holds({ scene, index }) {
    const config = settings({ scene, size: 64 });
    const [view] = await seen(config, { indices: [index] });
    const { size, camera, normals, alpha } = view;
    for (let p = 0; p < size * size; p++) {
      const n = normals.subarray(3 * p, 3 * p + 3);
      if (alpha[p] === 0) {
        assertEquals([...n], [0, 0, 0]);
        continue;
      }
      close(Math.hypot(...n), 1, 1e-6, "length");
      const { direction: d } = pixelRay(camera, p % size, Math.floor(p / size));
      // Samples of one pixel look along directions that differ by its width.
      assert(n[0] * d[0] + n[1] * d[1] + n[2] * d[2] < 1 / camera.fx, `pixel ${p} looks away`);
    }
    const places = inner(view, 0.03);
    const right = places.filter(([x, y]) => {
      const at = (u: number, v: number) => pointAt(view, u, v);
      const [l, r, u, d] = [at(x - 1, y), at(x + 1, y), at(x, y - 1), at(x, y + 1)];
      const h = r.map((v, k) => v - l[k]), w = u.map((v, k) => v - d[k]);
      const cross = [0, 1, 2].map((k) =>
        h[(k + 1) % 3] * w[(k + 2) % 3] - h[(k + 2) % 3] * w[(k + 1) % 3]
      );
      const n = normals.subarray(3 * (y * size + x), 3 * (y * size + x) + 3);
      return cross.reduce((sum, v, k) => sum + v * n[k], 0) > 0.9 * Math.hypot(...cross);
    });
    const wanted = scene === "head" ? 0.75 : 0.9;
    assert(share(right.length, places.length) > wanted, `${right.length} of ${places.length}`);
  },
});

law("scene: where nothing is there is the background and no depth; alpha counts samples", {
  source: "definition",
  given: {
    scene,
    index: fc.nat(99),
    supersample: fc.constantFrom(1, 2, 3),
    background: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
  },
  cases: 12,
  kills: ["scene-on-white-always", "scene-quantised-before-compositing"],
  async holds({ scene, index, supersample, background }) {
    const config = settings({ scene, size: 32, supersample, background });
    const [view] = await seen(config, { indices: [index] });
    const [black] = await seen({ ...config, background: [0, 0, 0] }, { indices: [index] });
    const levels = Array.from(
      { length: supersample ** 2 + 1 },
      (_, n) => Math.floor(255 * n / supersample ** 2 + 0.5),
    );
    let covered = 0;
    for (let p = 0; p < 32 * 32; p++) {
      const { alpha: a, depth, picture } = view, alpha = levels.indexOf(a[p]);
      assert(alpha >= 0, `alpha ${a[p]}`);
      assertEquals(depth[p] > 0, alpha > 0);
      if (alpha > 0) covered++;
      else assertEquals([...picture.subarray(3 * p, 3 * p + 3)], background);
      // On black a pixel is α·c: on another background (1 − α)·b more.
      for (let k = 0; k < 3; k++) {
        const more = (1 - alpha / supersample ** 2) * background[k];
        close(picture[3 * p + k], black.picture[3 * p + k] + more, 1, `pixel ${p}`);
      }
    }
    assert(covered > 100, `${covered} pixels covered`);
  },
});

/** Differences of the shown values of what two views both see, ascending. */
async function differences(keys: Record<string, unknown>, indices: readonly number[]) {
  const [a, b] = await seen(settings({ size: 96, supersample: 2, ...keys }), { indices });
  const both = pairs(a, b, 0.02).filter(({ expected, found }) => Math.abs(expected - found) < 0.01);
  return both.flatMap(({ from, to }) =>
    [0, 1, 2].map((k) => Math.abs(a.picture[3 * from + k] - b.picture[3 * to + k]))
  ).sort((x, y) => x - y);
}

law("scene: the light stands still: without highlights a point has one colour from everywhere", {
  source: "Lambert's surfaces look the same from all sides",
  given: { scene, two, light_azimuth: fc.constantFrom(-60, 0, 35) },
  cases: 16,
  kills: ["scene-light-turns-with-the-camera", "scene-highlights-always", "scene-shine-always"],
  async holds({ scene, two, light_azimuth }) {
    const keys = { scene, light_azimuth, hair: "bald", expression: "neutral", shadow: "none" };
    const off = await differences({ ...keys, highlights: false }, two);
    fc.pre(off.length > 900);
    const at = (share: number) => off[Math.floor(share * off.length)];
    // What remains is that a pixel is a mean over another piece of the surface.
    assert(at(0.5) <= 3 && at(0.7) <= 9, `median ${at(0.5)}, seven in ten ${at(0.7)}`);
  },
});

Deno.test("scene: highlights move with the viewer", async () => {
  for (const scene of ["head", "solids"]) {
    const config = settings({ scene, size: 64, supersample: 1, hair: "bald" });
    const bright = async (highlights: boolean, index: number) => {
      const [{ picture, alpha }] = await seen({ ...config, highlights }, { indices: [index] });
      return Array.from(alpha, (a, p) => a === 255 ? picture[3 * p + 2] : 0);
    };
    let lit = 0;
    for (const index of [0, 1, 2, 3, 4, 5]) {
      const [on, off] = [await bright(true, index), await bright(false, index)];
      assert(on.every((value, p) => value >= off[p]), "a highlight only adds light");
      lit += on.filter((value, p) => value > off[p] + 10).length;
    }
    assert(lit > 50, `${scene}: ${lit} pixels shine`);
  }
});

law("scene: everything lies between near and far and within the picture, whoever it is", {
  source: "definition",
  given: {
    scene: fc.constantFrom("head", "head", "head", "solids"),
    seed: fc.nat(100_000),
    index: fc.nat(99),
    hair: fc.constantFrom(...HAIRS),
    gender: fc.constantFrom("female", "male"),
    ethnicity: fc.constantFrom("african", "asian", "caucasian"),
    age: fc.integer({ min: 10, max: 86 }),
    expression: fc.constantFrom("surprised", "neutral", "happy"),
  },
  cases: 30,
  kills: ["scene-hair-beyond-the-bound"],
  async holds({ index, ...keys }) {
    const config = settings({ ...keys, size: 48, supersample: 1, intensity: 1 });
    const [{ depth, alpha }] = await seen(config, { indices: [index] });
    const { near, far } = depthBounds(config);
    assert(depth.every((d) => d === 0 || (d > near && d < far)));
    for (let i = 0; i < 48; i++) {
      for (const p of [i, 47 * 48 + i, 48 * i, 48 * i + 47]) {
        assertEquals(alpha[p], 0, `pixel ${p}`);
      }
    }
  },
});

Deno.test("scene: near and far are no looser than a third of what they hold", async () => {
  for (const scene of ["head", "solids"]) {
    const config = settings({ scene, size: 32, supersample: 1, train: 24 });
    const views = await seen(config, { indices: [...Array(24).keys()] });
    const depths = views.flatMap(({ depth }) => [...depth]).filter((d) => d > 0);
    const held = depths.reduce((a, b) => Math.max(a, b)) - depths.reduce((a, b) => Math.min(a, b));
    const { near, far } = depthBounds(config);
    assert(far - near < 1.5 * held, `${scene}: ${far - near} for ${held}`);
  }
});
