/**
 * Bits don't depend on threads: views, gradients, updates with 1, 2 and 3.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ModuleSplats } from "../../../src/kernels/splat/splats.ts";
import { hostFold, hostKey, hostNormal } from "../../../src/random/host/mod.ts";
import { camera, frame, gaussians } from "../../kernels/scenes.ts";
import { asking, bytes, fresh } from "../../kernels/training.ts";

/** A rasteriser of so many threads, all of them up. */
async function open(threads: number): Promise<ModuleSplats> {
  const splats = new ModuleSplats({ threads }), { pool } = splats.workspace;
  for (let waits = 0; pool.helpers < threads - 1; waits++) {
    assert(waits < 3000, `${pool.helpers} of ${threads - 1} helpers are up after a minute`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return splats;
}

const all = await Promise.all([1, 2, 3].map(open));
const height = 70, width = 90, f = frame(height, width, { antialiased: true });
const { form, parameters } = gaussians(11, { count: 3001, degree: 2, scale: -3 });

Deno.test("views have the same bits with 1, 2 and 3 threads", () => {
  const cameras = Float32Array.from([1, 2].flatMap((seed) => [...camera(seed, { height, width })]));
  const [one, ...others] = all.map((splats) => splats.render(parameters, form, { ...f, cameras }));
  assert(one.alpha.some((value) => value > 0.5));
  for (const other of others) assertEquals(other, one);
});

Deno.test("gradients have the same bits with 1, 2 and 3 threads", () => {
  const dPicture = hostNormal(hostKey(1, "gradient"), 3 * height * width);
  const asked = { ...f, camera: camera(1, { height, width }), dPicture };
  const [one, ...others] = all.map((splats) => splats.gradient(parameters, form, asked));
  assert(one.gradients.every(Number.isFinite));
  for (const other of others) assertEquals(other, one);
});

Deno.test("20 updates have the same bits with 1, 2 and 3 threads, noise and costs too", () => {
  const key = hostKey(2, "noise");
  const fitted = all.map((splats) => {
    const training = splats.training(fresh(parameters, form), f), losses: number[] = [];
    for (let step = 0; step < 20; step++) {
      losses.push(training.update(asking(form, {
        picture: bytes(step, height * width),
        camera: camera(step, { height, width }),
        opacityCost: 0.01,
        scaleCost: 0.01,
        noise: 0.05,
        key: hostFold(key, step),
      })));
    }
    const state = training.state();
    training.close();
    return { losses, state };
  });
  assert(fitted[0].losses.every((loss) => Number.isFinite(loss) && loss > 0));
  for (const other of fitted.slice(1)) assertEquals(other, fitted[0]);
});

Deno.test("a call of few Gaussians after one of many finds room for all, and the same bits", () => {
  const few = gaussians(12, { count: 3, degree: 0 }), cameras = camera(3, { height: 9, width: 5 });
  const small = { ...frame(9, 5), cameras };
  const fresh = new ModuleSplats({ threads: 1 }).render(few.parameters, few.form, small);
  for (const splats of all) assertEquals(splats.render(few.parameters, few.form, small), fresh);
});
