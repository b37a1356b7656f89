/**
 * Laws of gradients: they are the differences of the brute-force view with its decisions held, go with
 * the Gaussians when these change places, and vanish where nothing is seen.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Degree, splatRows } from "../../../src/kernels/mod.ts";
import { ModuleSplats } from "../../../src/kernels/splat/splats.ts";
import { hostKey, hostNormal, hostPermutation } from "../../../src/random/host/mod.ts";
import { draw, type ReferenceView } from "../../kernels/reference.ts";
import { differences } from "../../kernels/differences.ts";
import { camera, frame, gaussians, permuted } from "../../kernels/scenes.ts";
import { close, law } from "../../law.ts";

const splats = new ModuleSplats({ threads: 1 });
const seed = fc.integer({ min: 0, max: 1000 });
const degree = fc.constantFrom<Degree>(0, 1, 2, 3);

/** A gradient at a picture, 0 where brute force came near to deciding otherwise. */
function weights(seed: number, { picture, margin }: ReferenceView): Float32Array<ArrayBuffer> {
  const drawn = hostNormal(hostKey(seed, "gradient"), picture.length);
  return drawn.map((value, k) => margin[Math.floor(k / 3)] < 1e-4 ? 0 : value);
}

/**
 * Compares row by row: a parameter's gradient is a sum over pixels of products that cancel, so that
 * its error goes with the row's largest.
 */
function sameRows(got: Float32Array, want: Float64Array, count: number): void {
  for (let row = 0; row < got.length / count; row++) {
    const start = row * count, end = start + count;
    const largest = want.slice(start, end).reduce(
      (most, value) => Math.max(most, Math.abs(value)),
      0,
    );
    for (let k = start; k < end; k++) {
      close(got[k], want[k], 1e-4 * largest + 2e-5, `row ${row} of Gaussian ${k - start}`);
    }
  }
}

/** The gradients of Σ weight·value of a view, and those of brute force by differences. */
function both(
  scene: ReturnType<typeof gaussians>,
  { cameras, f, seed }: {
    readonly cameras: Float32Array;
    readonly f: ReturnType<typeof frame>;
    readonly seed: number;
  },
) {
  const { form, parameters } = scene;
  const view = draw(parameters, form, { camera: cameras, frame: f }),
    dPicture = weights(seed, view);
  const got = splats.gradient(parameters, form, { ...f, camera: cameras, dPicture });
  const value = (p: Float64Array) =>
    draw(p, form, { camera: cameras, frame: f, as: view.decisions }).picture
      .reduce((sum, level, k) => sum + level * dPicture[k], 0);
  return { got, want: differences(Float64Array.from(parameters), value), view };
}

law("gradients are the differences of the brute-force view with its decisions held", {
  source: "definition",
  given: {
    seed,
    degree,
    height: fc.integer({ min: 1, max: 13 }),
    width: fc.integer({ min: 1, max: 13 }),
    count: fc.integer({ min: 1, max: 6 }),
    antialiased: fc.boolean(),
    opacity: fc.constantFrom(-1, 2),
  },
  cases: 25,
  kills: ["rasteriser-harmonic-gradient-of-wrong-sign"],
  holds({ seed, height, width, antialiased, ...rest }) {
    const scene = gaussians(seed, { ...rest, scale: -1 });
    const cameras = camera(seed, { height, width }), f = frame(height, width, { antialiased });
    const { got, want } = both(scene, { cameras, f, seed });
    sameRows(got.gradients, want, rest.count);
    assertEquals(
      got.picture,
      splats.render(scene.parameters, scene.form, { ...f, cameras }).pictures,
    );
  },
});

law("beyond the bounds of linearisation a mean moves its covariance no more sideways", {
  source: "Kerbl, Kopanas, Leimkühler & Drettakis 2023, code; gsplat",
  given: { seed },
  cases: 12,
  kills: ["rasteriser-bounds-let-gradient-through"],
  holds({ seed }) {
    const count = 4, { form, parameters } = gaussians(seed, { count, degree: 0, opacity: 3 });
    // Close to the camera and out of the picture, so large that it is seen all the same.
    const cameras = Float32Array.from([1, 0, 0, 0, 0, 0, 1, -4, 0, -1, 0, 0, 12, 12, 6, 5]);
    for (let i = 0; i < count; i++) {
      parameters[i] = (i % 2 === 0 ? 1.6 : -1.6) + 0.1 * parameters[i];
      parameters[count + i] = -2;
      parameters[2 * count + i] *= 0.5;
      for (let row = 3; row < 6; row++) parameters[row * count + i] = -0.4;
    }
    const f = frame(10, 12), { got, want, view } = both({ form, parameters }, { cameras, f, seed });
    assert(view.decisions.some((chosen) => chosen.length > 0), "it is seen");
    sameRows(got.gradients, want, count);
  },
});

law("where α is held at its most, it has no gradient", {
  source: "definition",
  given: { seed },
  cases: 12,
  kills: ["rasteriser-held-alpha-has-gradient"],
  holds({ seed }) {
    const count = 3, { form, parameters } = gaussians(seed, { count, degree: 0 });
    for (let k = 0; k < 3 * count; k++) parameters[k] *= 0.2;
    parameters.fill(1.5, 3 * count, 6 * count);
    parameters.fill(12, 10 * count, 11 * count);
    const cameras = camera(seed, { height: 9, width: 10 }), f = frame(9, 10);
    const { got, want, view } = both({ form, parameters }, { cameras, f, seed });
    assert(view.decisions.some((chosen) => chosen.some(({ held }) => held)), "some α is held");
    sameRows(got.gradients, want, count);
  },
});

law("gradients go with the Gaussians when these change places", {
  source: "definition",
  given: { seed, degree, count: fc.integer({ min: 2, max: 60 }), antialiased: fc.boolean() },
  cases: 20,
  holds({ seed, antialiased, ...rest }) {
    const { form, parameters } = gaussians(seed, rest), f = frame(30, 21, { antialiased });
    const dPicture = hostNormal(hostKey(seed, "gradient"), 3 * 30 * 21);
    const asked = { ...f, camera: camera(seed, { height: 30, width: 21 }), dPicture };
    const order = hostPermutation(hostKey(seed, "order"), form.count);
    const here = splats.gradient(parameters, form, asked);
    const there = splats.gradient(permuted(parameters, form, order), form, asked);
    assertEquals(there.picture, here.picture);
    assertEquals(there.gradients, permuted(here.gradients, form, order));
  },
});

Deno.test("what isn't seen has the gradient 0", () => {
  const { form, parameters } = gaussians(3, { count: 40, degree: 3 }), f = frame(20, 20);
  const dPicture = hostNormal(hostKey(3, "gradient"), 3 * 400);
  // The first half stand behind the camera, one in the second half is too faint.
  const cameras = Float32Array.from([1, 0, 0, 0, 0, 0, 1, -4, 0, -1, 0, 0, 20, 20, 10, 10]);
  for (let i = 0; i < 20; i++) parameters[40 + i] = -9;
  parameters[10 * 40 + 30] = -9;
  const { gradients } = splats.gradient(parameters, form, { ...f, camera: cameras, dPicture });
  for (let row = 0; row < splatRows(3); row++) {
    for (const i of [...Array(20).keys(), 30]) assertEquals(Math.abs(gradients[40 * row + i]), 0);
  }
  assert(gradients.some((value) => value !== 0));
  const empty = splats.gradient(new Float32Array(0), { count: 0, degree: 3 }, {
    ...f,
    camera: cameras,
    dPicture,
  });
  assertEquals(empty.gradients.length, 0);
});
