/**
 * Laws of compositing: a view by tiles is the view by brute force, views are put together front to back,
 * and the order of Gaussians has no effect.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Degree, type SplatForm, splatRows } from "../../../src/kernels/mod.ts";
import { ModuleSplats } from "../../../src/kernels/splat/splats.ts";
import { hostKey, hostPermutation } from "../../../src/random/host/mod.ts";
import { draw } from "../../kernels/reference.ts";
import { camera, frame, gaussians, permuted } from "../../kernels/scenes.ts";
import { close, law } from "../../law.ts";

const splats = new ModuleSplats({ threads: 1 });
const ofTiles = [8, 16, 32].map((tile) =>
  new ModuleSplats({ threads: 1, tile: tile as 8 | 16 | 32 })
);

const seed = fc.integer({ min: 0, max: 1000 });
const side = fc.integer({ min: 1, max: 50 });
const degree = fc.constantFrom<Degree>(0, 1, 2, 3);

/** Where a decision is nearer than this, float32 may decide otherwise. */
const DOUBT = 1e-4;
/** Of colours near 1, sums of some dozen products, exponents of some ten: see `float32`. */
const NEAR = 1e-5;

law("a view by tiles of any size is that of brute force: colour, what is covered, depth", {
  source: "Kerbl, Kopanas, Leimkühler & Drettakis 2023; gsplat",
  given: {
    seed,
    height: side,
    width: side,
    count: fc.integer({ min: 0, max: 60 }),
    degree,
    antialiased: fc.boolean(),
    scale: fc.double({ min: -4, max: 0, noNaN: true }),
    opacity: fc.constantFrom(-2, 0, 3),
    tile: fc.constantFrom(0, 1, 2),
  },
  cases: 40,
  kills: [
    "rasteriser-scale-not-exponentiated",
    "rasteriser-compensation-dropped",
    "rasteriser-harmonic-of-wrong-sign",
  ],
  holds({ seed, height, width, tile, ...rest }) {
    const { form, parameters } = gaussians(seed, rest), { antialiased } = rest;
    const cameras = camera(seed, { height, width }), f = frame(height, width, { antialiased });
    const got = ofTiles[tile].render(parameters, form, { ...f, cameras });
    const want = draw(parameters, form, { camera: cameras, frame: f });
    for (let p = 0; p < height * width; p++) {
      if (want.margin[p] < DOUBT) continue;
      close(got.alpha[p], want.alpha[p], NEAR, `alpha of pixel ${p}`);
      for (let k = 3 * p; k < 3 * p + 3; k++) {
        close(got.pictures[k], want.picture[k], NEAR, `value ${k}`);
      }
      // A quotient of two sums, each within some 2⁻²⁴ of values near 1.
      const doubt = NEAR + 1e-6 / Math.max(want.alpha[p], 1e-3);
      close(got.depth[p], want.depth[p], 4 * doubt, `depth of pixel ${p}`);
    }
  },
});

law("the order of Gaussians has no effect on a view, but that equals in depth stay in theirs", {
  source: "definition",
  given: { seed, height: side, width: side, count: fc.integer({ min: 2, max: 80 }), degree },
  cases: 20,
  holds({ seed, height, width, ...rest }) {
    const { form, parameters } = gaussians(seed, rest),
      asked = {
        ...frame(height, width),
        cameras: camera(seed, { height, width }),
      };
    const order = hostPermutation(hostKey(seed, "order"), form.count);
    const other = permuted(parameters, form, order);
    assertEquals(splats.render(other, form, asked), splats.render(parameters, form, asked));
  },
});

law("of Gaussians at one depth the one with the lower number is in front", {
  source: "definition",
  given: { seed, count: fc.integer({ min: 2, max: 40 }) },
  cases: 20,
  kills: ["rasteriser-ties-the-other-way"],
  holds({ seed, count }) {
    const { form, parameters } = gaussians(seed, { count, degree: 0, opacity: 1 });
    // In two planes across the line of sight.
    for (let i = 0; i < count; i++) parameters[count + i] = i % 3 === 0 ? 0.5 : 0.25;
    const cameras = Float32Array.from([1, 0, 0, 0, 0, 0, 1, -4, 0, -1, 0, 0, 30, 30, 16, 16]);
    const f = frame(32, 32), got = splats.render(parameters, form, { ...f, cameras });
    const want = draw(parameters, form, { camera: cameras, frame: f });
    let most = 0;
    for (let k = 0; k < got.pictures.length; k++) {
      if (want.margin[Math.floor(k / 3)] < DOUBT) continue;
      most = Math.max(most, Math.abs(got.pictures[k] - want.picture[k]));
    }
    close(most, 0, NEAR, "picture");
  },
});

/** The Gaussians of two sets in one. */
function joined(a: Float32Array, b: Float32Array, degree: Degree): {
  form: SplatForm;
  parameters: Float32Array<ArrayBuffer>;
} {
  const rows = splatRows(degree), m = a.length / rows, n = b.length / rows;
  const parameters = new Float32Array(rows * (m + n));
  for (let row = 0; row < rows; row++) {
    parameters.set(a.subarray(row * m, (row + 1) * m), row * (m + n));
    parameters.set(b.subarray(row * n, (row + 1) * n), row * (m + n) + m);
  }
  return { form: { count: m + n, degree }, parameters };
}

law("compositing is associative, and nothing is its identity", {
  source: "Porter & Duff 1984",
  given: { seed, count: fc.integer({ min: 1, max: 20 }) },
  cases: 20,
  kills: ["rasteriser-light-taken-before-use"],
  holds({ seed, count }) {
    const height = 21, width = 19;
    const cameras = Float32Array.from([1, 0, 0, 0, 0, 0, 1, -8, 0, -1, 0, 0, 30, 30, 9, 10]);
    // Three layers, each before the next; not so dense that a pixel ends.
    const layers = [0, 1, 2].map((layer) => {
      const { parameters } = gaussians(3 * seed + layer, { count, degree: 0, opacity: -3 });
      for (let i = 0; i < count; i++) {
        const y = parameters[count + i];
        parameters[count + i] = 4 * layer - 4 + Math.max(-1, Math.min(1, y));
        parameters[10 * count + i] = Math.min(-2, parameters[10 * count + i]);
      }
      return parameters;
    });
    const black = frame(height, width, { background: [0, 0, 0] });
    const view = (parameters: Float32Array) =>
      splats.render(parameters, { count: parameters.length / splatRows(0), degree: 0 }, {
        ...black,
        cameras,
      });
    type View = ReturnType<typeof view>;
    const over = (a: View, b: View): View => ({
      pictures: a.pictures.map((value, k) =>
        value + (1 - a.alpha[Math.floor(k / 3)]) * b.pictures[k]
      ),
      alpha: a.alpha.map((value, k) => value + (1 - value) * b.alpha[k]),
      depth: a.depth,
    });
    const same = (a: View, b: View) => {
      a.pictures.forEach((value, k) => close(value, b.pictures[k], NEAR, `value ${k}`));
      a.alpha.forEach((value, k) => close(value, b.alpha[k], NEAR, `alpha ${k}`));
    };
    const [a, b, c] = layers.map(view);
    const ab = view(joined(layers[0], layers[1], 0).parameters);
    const bc = view(joined(layers[1], layers[2], 0).parameters);
    const abc = view(joined(joined(layers[0], layers[1], 0).parameters, layers[2], 0).parameters);
    same(over(ab, c), abc);
    same(over(a, bc), abc);
    same(ab, over(a, b));
    const nothing = view(new Float32Array(0));
    assertEquals(over(nothing, a).pictures, a.pictures);
    assertEquals(over(a, nothing).pictures, a.pictures);
  },
});

law("the background shows through what isn't covered", {
  source: "definition",
  given: { seed, count: fc.integer({ min: 0, max: 40 }), height: side, width: side },
  cases: 15,
  kills: ["rasteriser-background-left-out"],
  holds({ seed, count, height, width }) {
    const { form, parameters } = gaussians(seed, { count }),
      cameras = camera(seed, { height, width });
    const [black, white] = [0, 1].map((level) => {
      const f = frame(height, width, { background: [level, 0.5 * level, level] });
      return splats.render(parameters, form, { ...f, cameras });
    });
    assertEquals(black.alpha, white.alpha);
    black.pictures.forEach((value, k) => {
      const through = (1 - black.alpha[Math.floor(k / 3)]) * [1, 0.5, 1][k % 3];
      close(white.pictures[k], value + through, NEAR, `value ${k}`);
    });
  },
});

Deno.test("a view without Gaussians, or with all behind the camera, is the background", () => {
  const { form, parameters } = gaussians(5, { count: 30 }), f = frame(11, 13);
  const cameras = camera(5, { height: 11, width: 13 });
  // The same place, looking the other way.
  const away = cameras.map((value, k) => [0, 2, 4, 6, 8, 10].includes(k) ? -value : value);
  const views = [
    splats.render(new Float32Array(0), { count: 0, degree: 1 }, { ...f, cameras }),
    splats.render(parameters, form, { ...f, cameras: away }),
    splats.render(parameters, form, { ...f, near: 100, cameras }),
  ];
  for (const { pictures, alpha, depth } of views) {
    assert(alpha.every((value) => value === 0), "nothing is covered");
    assert(depth.every((value) => value === 0), "nothing is anywhere");
    pictures.forEach((value, k) => assertEquals(value, Math.fround(f.background[k % 3])));
  }
});

Deno.test("several cameras give the views that each gives alone, and no camera none", () => {
  const { form, parameters } = gaussians(6, { count: 50, degree: 2 }), f = frame(17, 23);
  const each = [1, 2, 3].map((seed) => camera(seed, { height: 17, width: 23 }));
  const cameras = Float32Array.from(each.flatMap((one) => [...one]));
  const all = splats.render(parameters, form, { ...f, cameras });
  const pixels = 17 * 23;
  each.forEach((one, i) => {
    const { pictures, alpha, depth } = splats.render(parameters, form, { ...f, cameras: one });
    assertEquals(all.pictures.slice(3 * i * pixels, 3 * (i + 1) * pixels), pictures);
    assertEquals(all.alpha.slice(i * pixels, (i + 1) * pixels), alpha);
    assertEquals(all.depth.slice(i * pixels, (i + 1) * pixels), depth);
  });
  assertEquals(splats.render(parameters, form, { ...f, cameras: [] }).alpha.length, 0);
});

Deno.test("Gaussians of any scale give numbers: specks, needles, some that fill the picture", () => {
  const count = 60, f = frame(24, 40), cameras = camera(9, { height: 24, width: 40 });
  for (const antialiased of [false, true]) {
    const { form, parameters } = gaussians(9, { count, degree: 1, opacity: 1 });
    for (let i = 0; i < count; i++) {
      for (let row = 3; row < 6; row++) {
        parameters[row * count + i] = [-200, -30, -8, -1, 1, 4][(i + row) % 6];
      }
    }
    const got = splats.render(parameters, form, { ...f, antialiased, cameras });
    const want = draw(parameters, form, { camera: cameras, frame: { ...f, antialiased } });
    for (let k = 0; k < got.pictures.length; k++) {
      assert(Number.isFinite(got.pictures[k]), `value ${k} is ${got.pictures[k]}`);
      if (want.margin[Math.floor(k / 3)] < DOUBT) continue;
      close(got.pictures[k], want.picture[k], 1e-4, `value ${k}`);
    }
    // Beyond float32 they are not seen; none of the numbers is spoilt.
    parameters.fill(80, 3 * count, 4 * count);
    const beyond = splats.render(parameters, form, { ...f, antialiased, cameras });
    assert(beyond.alpha.every((value) => value === 0));
  }
});
