import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { MetricUnavailable } from "../../src/base/errors.ts";
import { analyticKl, drawnKl, posterior } from "../../src/metrics/latents/posterior.ts";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";
import { close, law } from "../law.ts";
import { toyContext, toyDataset, toyModel } from "./toy.ts";

/** Posteriors of `count` pictures in Z dimensions. */
function posteriors(seed: number, { count, Z }: { count: number; Z: number }) {
  const part = (what: string, { at, scale }: { at: number; scale: number }) => ({
    count,
    dimension: Z,
    data: Float64Array.from(hostNormal(hostKey(seed, what), count * Z), (v) => at + scale * v),
  });
  return {
    means: part("means", { at: 0, scale: 1 }),
    logVariances: part("variances", { at: -1.5, scale: 0.5 }),
  };
}

law("posterior: the closed form of the KL is the mean of ln q − ln p over draws of q", {
  source: "Kingma & Welling 2014, appendix B; Monte Carlo",
  given: { seed: fc.integer({ min: 1, max: 1e6 }), Z: fc.integer({ min: 1, max: 6 }) },
  kills: ["posterior-kl-of-the-wrong-direction", "posterior-draws-without-entropy"],
  cases: 20,
  holds: ({ seed, Z }) => {
    const q = posteriors(seed, { count: 60, Z });
    const analytic = analyticKl(q);
    assert(analytic.every((kl) => kl >= 0));
    const drawn = drawnKl(q, { draws: 200, key: hostKey(seed, "draws") });
    const gaps = Array.from(analytic, (kl, i) => drawn[i] - kl);
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
    const square = gaps.reduce((a, g) => a + (g - mean) ** 2, 0) / (gaps.length - 1);
    close(mean, 0, 5 * Math.sqrt(square / gaps.length), "mean gap");
  },
});

Deno.test("posterior: the standard normal says nothing", () => {
  const zero = { count: 3, dimension: 2, data: new Float64Array(6) };
  const q = { means: zero, logVariances: zero };
  assertEquals([...analyticKl(q)], [0, 0, 0]);
  assertEquals([...drawnKl(q, { draws: 4, key: hostKey(1) })], [0, 0, 0]);
});

Deno.test("posterior: values with the other estimate and its error beside; not defined without a normal q", async () => {
  const dataset = toyDataset(80), model = toyModel(dataset);
  const options = posterior.config.parse({ samples: 40, draws: 16 });
  await assertRejects(
    async () => await posterior.compute(toyContext(dataset, model), options),
    MetricUnavailable,
    "has no normal q(z|x)",
  );
  const narrow = {
    ...model,
    logVariances: ({ count }: { count: number }) =>
      Promise.resolve({ count, dimension: 2, data: new Float64Array(2 * count).fill(-2) }),
  };
  const [kl, active] = await posterior.compute(toyContext(dataset, narrow), options);
  assertEquals([kl.name, active.name], ["KL-prior@40", "active-units@40"]);
  close(kl.value!, kl.beside!.monteCarlo, 5 * kl.beside!.error, "the two estimates");
  assertEquals([active.value, active.beside!.of], [2, 2]);
});
