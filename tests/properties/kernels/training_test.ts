/**
 * Laws of an update: its loss and gradient are those of plain float64, its step is Adam's, its noise is
 * shaped by each Gaussian, and what it notes of Gaussians is so.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Degree, splatRows, type SplatState } from "../../../src/kernels/mod.ts";
import { ModuleSplats } from "../../../src/kernels/splat/splats.ts";
import { hostFold, hostKey, hostNormal } from "../../../src/random/host/mod.ts";
import { differences } from "../../kernels/differences.ts";
import { loss } from "../../kernels/loss_reference.ts";
import { covariance, draw, project } from "../../kernels/reference.ts";
import { camera, frame, gaussians } from "../../kernels/scenes.ts";
import { asking, bytes, fresh, rates } from "../../kernels/training.ts";
import { close, law } from "../../law.ts";

const splats = new ModuleSplats({ threads: 1 });
const seed = fc.integer({ min: 0, max: 1000 });
const degree = fc.constantFrom<Degree>(0, 1, 2, 3);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The state after an update, and its loss. */
function updated(
  state: SplatState,
  f: ReturnType<typeof frame>,
  asked: Parameters<typeof asking>[1],
): { state: SplatState; loss: number } {
  const training = splats.training(state, f);
  try {
    return { loss: training.update(asking(state.form, asked)), state: training.state() };
  } finally {
    training.close();
  }
}

law("an update's loss is (1 − λ)·L1 + λ·(1 − SSIM) with the costs; its gradient is that of it", {
  source: "Wang, Bovik, Sheikh & Simoncelli 2004; Kheradmand et al. 2024",
  given: {
    seed,
    degree,
    height: fc.integer({ min: 1, max: 14 }),
    width: fc.integer({ min: 1, max: 14 }),
    count: fc.integer({ min: 1, max: 4 }),
    structural: fc.constantFrom(0, 0.2, 1),
    cost: fc.constantFrom(0, 0.1),
    antialiased: fc.boolean(),
  },
  cases: 12,
  kills: [
    "rasteriser-window-too-wide",
    "rasteriser-similarity-without-its-mean",
    "rasteriser-cost-of-opacity-left-out",
  ],
  holds({ seed, height, width, structural, cost, antialiased, ...rest }) {
    const { form, parameters } = gaussians(seed, { ...rest, scale: -1 }), { count } = form;
    const cameras = camera(seed, { height, width }), f = frame(height, width, { antialiased });
    const picture = bytes(seed, height * width), wanted = Array.from(picture, (byte) => byte / 255);
    const view = draw(parameters, form, { camera: cameras, frame: f });
    // A pixel that float32 may decide otherwise would change the loss by what it shows.
    fc.pre(view.margin.every((margin) => margin > 1e-5));
    const whole = (p: ArrayLike<number>) => {
      const { picture } = draw(p, form, { camera: cameras, frame: f, as: view.decisions });
      let sum = loss(picture, wanted, { height, width, structural });
      for (let i = 0; i < count; i++) {
        sum += cost / count * sigmoid(p[10 * count + i]);
        for (let row = 3; row < 6; row++) sum += cost / (3 * count) * Math.exp(p[row * count + i]);
      }
      return sum;
    };
    const asked = { picture, camera: cameras, structural, opacityCost: cost, scaleCost: cost };
    const got = updated(fresh(parameters, form), f, asked);
    close(got.loss, whole(parameters), 1e-5, "loss");
    const want = differences(Float64Array.from(parameters), whole);
    for (let row = 0; row < splatRows(form.degree); row++) {
      const of = want.slice(row * count, (row + 1) * count);
      const largest = of.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // The first moment after one update is a tenth of the gradient.
      of.forEach((value, i) =>
        close(
          10 * got.state.first[row * count + i],
          value,
          2e-4 * largest + 2e-6,
          `row ${row}, ${i}`,
        )
      );
    }
  },
});

law("a step is Adam's, with the biases of its moments taken out", {
  source: "Kingma & Ba 2015",
  given: {
    seed,
    degree,
    count: fc.integer({ min: 1, max: 30 }),
    updates: fc.constantFrom(0, 1, 7, 1000),
  },
  cases: 16,
  kills: ["rasteriser-adam-bias-left-in", "rasteriser-adam-second-bias-left-in"],
  holds({ seed, degree, count, updates }) {
    const { form, parameters } = gaussians(seed, { count, degree }), f = frame(18, 15);
    const key = hostKey(seed, "moments"), n = parameters.length;
    const first = hostNormal(key, n).map((value) => 1e-3 * value);
    const second = hostNormal(hostFold(key, 1), n).map((value) => 1e-6 * value * value);
    const before = { ...fresh(parameters, form), first, second, updates };
    const asked = {
      picture: bytes(seed, 18 * 15),
      camera: camera(seed, { height: 18, width: 15 }),
    };
    const { state } = updated(before, f, asked);
    assertEquals(state.updates, updates + 1);
    const rate = rates(form), step = updates + 1;
    for (let k = 0; k < n; k++) {
      const g = (state.first[k] - 0.9 * first[k]) / 0.1;
      const v = 0.999 * second[k] + 0.001 * g * g;
      // g is known to some units of the moments' last place.
      close(
        state.second[k],
        v,
        1e-6 * v + 4e-9 * Math.abs(g * first[k]) + 1e-20,
        "second",
      );
      const size = Math.sqrt(state.second[k] / (1 - 0.999 ** step)) + 1e-15;
      const want = parameters[k] -
        rate[Math.floor(k / count)] * state.first[k] / (1 - 0.9 ** step) / size;
      const moved = Math.abs(want - parameters[k]);
      close(
        state.parameters[k],
        want,
        2e-6 * moved + 2 ** -22 * Math.abs(want) + 1e-12,
        `number ${k}`,
      );
    }
  },
});

law("noise moves means by Σ·ε of the key's row, the less the more opaque", {
  source: "Kheradmand et al. 2024",
  given: { seed, count: fc.integer({ min: 1, max: 30 }) },
  cases: 16,
  kills: ["rasteriser-noise-gate-open", "rasteriser-noise-of-another-key"],
  holds({ seed, count }) {
    const { form, parameters } = gaussians(seed, { count, degree: 1, opacity: -5, scale: -1 });
    const f = frame(9, 9), key = hostKey(seed, "noise"), noise = 0.7;
    const asked = { picture: bytes(seed, 81), camera: camera(seed, { height: 9, width: 9 }) };
    const calm = updated(fresh(parameters, form), f, asked).state.parameters;
    const { parameters: got } = updated(fresh(parameters, form), f, { ...asked, noise, key }).state;
    for (let i = 0; i < count; i++) {
      const e = hostNormal(key, 3, { row: i }), sigma = covariance(calm, count, i);
      const gate = sigmoid(100 * (1 - sigmoid(calm[10 * count + i]) - 0.995));
      for (let k = 0; k < 3; k++) {
        const move = sigma[3 * k] * e[0] + sigma[3 * k + 1] * e[1] + sigma[3 * k + 2] * e[2];
        const largest = Math.max(...sigma.map(Math.abs));
        // Normals near 0 are known to 3·10⁻⁴ (philox.ts); the gate's exponent to 10⁻⁵.
        const doubt = noise * (gate * largest * 1e-3 + 1e-6 * largest) + 2e-7;
        close(
          got[k * count + i] - calm[k * count + i],
          noise * gate * move,
          doubt,
          `mean ${k} of ${i}`,
        );
      }
    }
    // Nothing else is moved.
    assertEquals(got.slice(3 * count), calm.slice(3 * count));
  },
});

law("what is noted of a Gaussian is the gradient at its place, that it was seen, and how large", {
  source: "Kerbl, Kopanas, Leimkühler & Drettakis 2023",
  given: { seed, antialiased: fc.boolean() },
  cases: 12,
  kills: ["rasteriser-noted-in-other-units"],
  holds({ seed, antialiased }) {
    const { form, parameters } = gaussians(seed, { count: 1, degree: 0, scale: -1, opacity: 1 });
    for (let row = 0; row < 3; row++) parameters[row] *= 0.2;
    const height = 12, width = 13, f = frame(height, width, { antialiased });
    const cameras = camera(seed, { height, width }), picture = bytes(seed, height * width);
    const wanted = Array.from(picture, (byte) => byte / 255);
    const view = draw(parameters, form, { camera: cameras, frame: f });
    fc.pre(view.decisions.some((chosen) => chosen.length > 0));
    // Of one Gaussian, moving the principal point moves its place as much.
    const [byX, byY] = differences(Float64Array.from([cameras[14], cameras[15]]), ([cx, cy]) => {
      const moved = [...cameras.slice(0, 14), cx, cy];
      const { picture } = draw(parameters, form, { camera: moved, frame: f, as: view.decisions });
      return loss(picture, wanted, { height, width, structural: 0.2 });
    });
    const before = fresh(parameters, form);
    before.statistics.set([5, 2, 0.5]);
    const { statistics } = updated(before, f, { picture, camera: cameras }).state;
    const length = Math.hypot(byX, byY);
    close(statistics[0] - 5, length, 1e-3 * length + 2e-6, "length of the gradient");
    assertEquals(statistics[1], 3);
    const { covariance: [a, b, c] } = project(parameters, form, {
      i: 0,
      camera: cameras,
      frame: f,
    });
    const longest = (a + c) / 2 + Math.hypot((a - c) / 2, b);
    close(statistics[2], Math.max(0.5, 3 * Math.sqrt(longest)), 1e-4 * longest, "radius");
  },
});

Deno.test("a training keeps its Gaussians apart from views, and from other trainings", () => {
  const scenes = [1, 2].map((seed) => gaussians(seed, { count: 40 + seed, degree: 2 }));
  const f = frame(20, 22), cameras = camera(1, { height: 20, width: 22 }), picture = bytes(1, 440);
  const asked = { picture, camera: cameras, noise: 0.1 };
  const alone = scenes.map(({ form, parameters }) => {
    const one = updated(fresh(parameters, form), f, asked).state;
    return updated(one, f, asked).state;
  });
  const both = scenes.map(({ form, parameters }) => splats.training(fresh(parameters, form), f));
  for (let step = 0; step < 2; step++) {
    both.forEach((training, i) => {
      training.update(asking(scenes[i].form, asked));
      // A larger view between them, of more Gaussians.
      const { form, parameters } = gaussians(9, { count: 300, degree: 3 });
      splats.render(parameters, form, { ...frame(50, 60), cameras });
    });
  }
  both.forEach((training, i) => {
    assertEquals(training.state(), alone[i]);
    training.close();
  });
});

Deno.test("a training starts where a state left off: moments, updates and statistics too", () => {
  const { form, parameters } = gaussians(4, { count: 33 }), f = frame(16, 16);
  const asked = (step: number) =>
    asking(form, { picture: bytes(step, 256), camera: camera(step, { height: 16, width: 16 }) });
  const whole = splats.training(fresh(parameters, form), f);
  for (let step = 0; step < 6; step++) whole.update(asked(step));
  const half = splats.training(fresh(parameters, form), f);
  for (let step = 0; step < 3; step++) half.update(asked(step));
  const rest = splats.training(half.state(), f);
  for (let step = 3; step < 6; step++) rest.update(asked(step));
  assertEquals(rest.state(), whole.state());
  for (const training of [whole, half, rest]) training.close();
});

Deno.test("training fits a picture: the loss falls to less than half", () => {
  const { form, parameters } = gaussians(8, { count: 200, opacity: -1 }), f = frame(32, 32);
  const cameras = camera(8, { height: 32, width: 32 });
  const other = gaussians(9, { count: 60, opacity: 1 });
  const { pictures } = splats.render(other.parameters, other.form, { ...f, cameras });
  const picture = Uint8Array.from(pictures, (v) => Math.round(255 * Math.max(0, Math.min(1, v))));
  const training = splats.training(fresh(parameters, form), f);
  const losses = Array.from(
    { length: 150 },
    () => training.update(asking(form, { picture, camera: cameras })),
  );
  training.close();
  assert(losses[149] < losses[0] / 2, `${losses[0]} to ${losses[149]}`);
});
