/**
 * Laws of a Gaussian before a camera: its covariance, its projection, its colour.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { splatRows } from "../../../src/kernels/mod.ts";
import { ModuleSplats } from "../../../src/kernels/splat/splats.ts";
import { cameraAt, projectPoint, type Vector } from "../../../src/kinds/view/mod.ts";
import { BLUR, covariance } from "../../kernels/reference.ts";
import { camera, frame, gaussians } from "../../kernels/scenes.ts";
import { seenOf } from "../../kernels/seen.ts";
import { close, law } from "../../law.ts";

const splats = new ModuleSplats({ threads: 1 });
const seed = fc.integer({ min: 0, max: 1000 });
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** What the module makes of one Gaussian before one camera. */
function seen(parameters: Float32Array, cameras: ArrayLike<number>, f = frame(40, 40)) {
  const { form } = gaussians(0, { count: 1, degree: 0 });
  splats.render(parameters, form, { ...f, cameras });
  const found = seenOf(splats.workspace, 0);
  assert(found !== undefined, "it is seen");
  return found;
}

/** Cameras at a great distance along each axis, through which a covariance is seen as it is. */
const along: readonly (readonly [number, number, readonly number[]])[] = [
  [0, 1, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -4096]],
  [1, 2, [0, 0, 1, -4096, 1, 0, 0, 0, 0, 1, 0, 0]],
  [2, 0, [0, 1, 0, 0, 0, 0, 1, -4096, 1, 0, 0, 0]],
];

law("a covariance is symmetric and positive, with the squares of the scales as its eigenvalues", {
  source: "Kerbl, Kopanas, Leimkühler & Drettakis 2023",
  given: {
    scales: fc.tuple(number(-0.5, 1.5), number(-0.5, 1.5), number(-0.5, 1.5)),
    quaternion: fc.tuple(number(-1, 1), number(-1, 1), number(-1, 1), number(0.1, 1)),
  },
  cases: 30,
  kills: ["rasteriser-blur-dropped"],
  holds({ scales, quaternion }) {
    const parameters = Float32Array.from([0, 0, 0, ...scales, ...quaternion, 3, 1, 1, 1]);
    const sigma = Array.from({ length: 3 }, () => [0, 0, 0]);
    for (const [a, b, pose] of along) {
      const view = [...pose, 4096, 4096, 20, 20],
        { covariance: [xx, xy, yy] } = seen(parameters, view);
      sigma[a][a] = xx - BLUR;
      sigma[b][b] = yy - BLUR;
      sigma[a][b] = sigma[b][a] = xy;
    }
    const want = covariance(parameters, 1, 0), largest = Math.max(...want);
    sigma.flat().forEach((value, k) => close(value, want[k], 2e-5 * largest, `Σ ${k}`));
    // The characteristic polynomial's coefficients are those of the squares of the scales.
    const [s0, s1, s2] = [3, 4, 5].map((row) => Math.exp(2 * parameters[row]));
    const [[a, b, c], [, d, e], [, , f]] = sigma;
    close(a + d + f, s0 + s1 + s2, 1e-4 * largest, "trace");
    const minors = a * d - b * b + a * f - c * c + d * f - e * e;
    close(minors, s0 * s1 + s1 * s2 + s0 * s2, 1e-4 * largest ** 2, "minors");
    const determinant = a * (d * f - e * e) - b * (b * f - e * c) + c * (b * e - d * c);
    close(determinant, s0 * s1 * s2, 1e-4 * largest ** 3, "determinant");
  },
});

law("a quaternion's sign has no effect, nor its length", {
  source: "definition",
  given: { seed, k: number(0.01, 100) },
  cases: 20,
  holds({ seed, k }) {
    const { form, parameters } = gaussians(seed, { count: 30 }), f = frame(25, 31);
    const times = (factor: number) =>
      parameters.map((value, at) => at >= 6 * 30 && at < 10 * 30 ? factor * value : value);
    const cameras = camera(seed, { height: 25, width: 31 });
    const view = (p: Float32Array) => splats.render(p, form, { ...f, cameras });
    const one = view(parameters), longer = view(times(k));
    assertEquals(view(times(-1)), one);
    // An α at the cut may go either way: four such pixels are more than there ever are.
    const apart = one.pictures.filter((v, at) => Math.abs(v - longer.pictures[at]) > 1e-5).length;
    assert(apart <= 12, `${apart} values differ`);
  },
});

law("a projected covariance is J Σ Jᵀ with the projection's own Jacobian", {
  source: "Zwicker, Pfister, van Baar & Gross 2001",
  given: { seed },
  cases: 30,
  kills: ["rasteriser-camera-not-turned", "rasteriser-blur-dropped"],
  holds({ seed }) {
    const { parameters } = gaussians(seed, { count: 1, degree: 0, scale: -1, opacity: 3 });
    for (let row = 0; row < 3; row++) parameters[row] *= 0.4;
    const cameras = camera(seed, { height: 40, width: 40 }), at = cameraAt(cameras, 0);
    const mean = [...parameters.slice(0, 3)], h = 1e-5;
    const place = (p: readonly number[]) => projectPoint(at, p as unknown as Vector);
    const columns = [0, 1, 2].map((k) => {
      const [up, down] = [h, -h].map((d) =>
        place(mean.map((value, j) => j === k ? value + d : value))
      );
      return [(up.x - down.x) / (2 * h), (up.y - down.y) / (2 * h)];
    });
    const sigma = covariance(parameters, 1, 0);
    const entry = (a: number, b: number) => {
      let sum = 0;
      for (let k = 0; k < 3; k++) {
        for (let m = 0; m < 3; m++) sum += columns[k][a] * sigma[3 * k + m] * columns[m][b];
      }
      return sum;
    };
    const got = seen(parameters, cameras), { x, y, depth } = place(mean);
    close(got.x, x, 1e-4, "x");
    close(got.y, y, 1e-4, "y");
    close(got.depth, depth, 1e-5, "depth");
    const want = [entry(0, 0) + BLUR, entry(0, 1), entry(1, 1) + BLUR];
    got.covariance.forEach((value, k) =>
      close(value, want[k], 1e-4 * Math.max(...want), `Σ' ${k}`)
    );
  },
});

law(
  "harmonics of a band depend on the angle between directions alone: turned, it keeps its energy",
  {
    source: "the addition theorem: Σₘ Y(d)·Y(e) = (2l + 1)/4π · P_l(d·e)",
    given: { seeds: fc.tuple(seed, seed) },
    cases: 25,
    kills: ["rasteriser-harmonic-of-wrong-size"],
    holds({ seeds }) {
      // Each Gaussian has one coefficient, so that its colour is one basis function.
      const count = 16, form = { count, degree: 3 } as const, rows = splatRows(3), size = 0.2;
      const parameters = new Float32Array(rows * count);
      for (let k = 0; k < count; k++) {
        parameters[6 * count + k] = 1;
        parameters[(11 + 3 * k) * count + k] = size;
      }
      const looks = seeds.map((seed) => {
        const cameras = camera(seed, { height: 8, width: 8 });
        splats.render(parameters, form, { ...frame(8, 8), cameras });
        const values = Array.from({ length: count }, (_, k) => {
          const found = seenOf(splats.workspace, k);
          assert(found !== undefined, "it is seen");
          return (found.colour[0] - 0.5) / size;
        });
        const from = [3, 7, 11].map((k) => -cameras[k]), length = Math.hypot(...from);
        return { values, direction: from.map((value) => value / length) };
      });
      const [d, e] = looks;
      const x = d.direction.reduce((sum, value, k) => sum + value * e.direction[k], 0);
      const legendre = [1, x, (3 * x * x - 1) / 2, (5 * x * x * x - 3 * x) / 2];
      for (let l = 0; l <= 3; l++) {
        const band = Array.from({ length: 2 * l + 1 }, (_, m) => l * l + m);
        const product = band.reduce((sum, k) => sum + d.values[k] * e.values[k], 0);
        const energy = band.reduce((sum, k) => sum + d.values[k] ** 2, 0);
        close(product, (2 * l + 1) / (4 * Math.PI) * legendre[l], 1e-5, `band ${l}`);
        close(energy, (2 * l + 1) / (4 * Math.PI), 1e-5, `energy of band ${l}`);
      }
    },
  },
);
