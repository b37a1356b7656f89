import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Dataset } from "../../src/data/dataset.ts";
import type { PointSet } from "../../src/kinds/point/point_set.ts";
import { toys, toysConfig } from "../../src/data/toys/mod.ts";
import {
  binned,
  binnedLaw,
  type Bins,
  divergence,
  histogram,
  normalised,
  totalVariation,
} from "../../src/metrics/likelihood/histogram.ts";
import type { EvaluationContext } from "../../src/metrics/metric.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import type { Subject } from "../../src/subject/subject.ts";
import { hostIntegers, hostKey, hostUniform } from "../../src/random/host/host.ts";
import { close, law } from "../law.ts";

const seed = fc.integer({ min: 1, max: 1e6 });
const bins = fc.constantFrom<Bins>(8, 16, 32, 64);

/** Weights of which some are nothing. */
function weights(seed: number, count: number): Float64Array {
  return Float64Array.from(
    hostUniform(hostKey(seed, "weights"), count),
    (u) => u < 0.3 ? 0 : Math.floor(10 * u),
  );
}

function points(
  seed: number,
  { count, dimensions }: { count: number; dimensions: number },
): PointSet {
  const data = Uint8Array.from(hostIntegers(hostKey(seed, "points"), count * dimensions, 256));
  return { count, dimensions, data };
}

law("total variation is the largest gain of betting on a set, symmetric, 0 iff equal, at most 1", {
  source: "Levin & Peres 2017, proposition 4.2",
  given: { seed },
  kills: ["variation-not-halved", "variation-squared"],
  holds: ({ seed }) => {
    const K = 9;
    const [p, q] = [weights(seed, K), weights(seed + 1e7, K)].map((w) => {
      w[0]++;
      return normalised(w);
    });
    let most = 0;
    for (let set = 0; set < 1 << K; set++) {
      let gain = 0;
      for (let k = 0; k < K; k++) if (set >> k & 1) gain += p[k] - q[k];
      most = Math.max(most, gain);
    }
    const tolerance = 1e-12;
    close(totalVariation(p, q), most, tolerance, "brute force over sets");
    close(totalVariation(q, p), most, tolerance, "symmetry");
    assertEquals(totalVariation(p, p), 0);
    const apart = [Float64Array.of(1, 0, 0), Float64Array.of(0, 0.5, 0.5)];
    assertEquals(totalVariation(apart[0], apart[1]), 1);
  },
});

law("joining bins never raises total variation, and a law's bins are its points' in expectation", {
  source: "data processing inequality",
  given: { seed },
  kills: ["bins-of-one-axis-mixed"],
  cases: 30,
  holds: ({ seed }) => {
    const cells = normalised(Float64Array.from(hostUniform(hostKey(seed, "law"), 256 * 256)));
    const some = points(seed, { count: 400, dimensions: 2 });
    let last = 0;
    for (const n of [8, 16, 32, 64] as const) {
      const counts = binned(some, n);
      assertEquals(counts.reduce((a, b) => a + b), 400);
      const distance = totalVariation(normalised(counts), binnedLaw(cells, n));
      assert(distance >= last - 1e-12, `${distance} with ${n} bins, ${last} with half as many`);
      last = distance;
    }
    // All mass on one pair of values: the same bin for the point and for the law.
    const [x, y] = some.data;
    const one = new Float64Array(256 * 256);
    one[256 * x + y] = 1;
    const point = { ...some, count: 1, data: Uint8Array.of(x, y) };
    for (const n of [8, 16, 32, 64] as const) assertEquals(binned(point, n), binnedLaw(one, n));
  },
});

law("the divergence is KL(data ‖ smoothed counts): at least 0, finite, and 0 in the limit", {
  source: "Gibbs' inequality; Krichevsky & Trofimov 1981",
  given: { seed },
  kills: ["divergence-of-the-wrong-direction", "divergence-without-half-points"],
  holds: ({ seed }) => {
    const K = 12;
    const counts = weights(seed, K), drawn = weights(seed + 1e7, K);
    drawn[0]++;
    const q = normalised(drawn);
    const smoothed = normalised(counts.map((n) => n + 0.5));
    const expected = q.reduce((s, p, k) => p === 0 ? s : s + p * Math.log(p / smoothed[k]), 0);
    close(divergence(q, counts), expected, 1e-12 * (1 + expected));
    assert(divergence(q, counts) >= 0);
    const many = q.map((p) => 1e9 * p);
    close(divergence(q, many), 0, K / 1e9 * 40, "many points of the very law");
  },
});

Deno.test("points of three numbers are counted over cubes", () => {
  const one = {
    count: 1,
    dimensions: 3,
    data: Uint8Array.of(0, 255, 64),
  };
  const counts = binned(one, 8);
  assertEquals([counts.length, counts.indexOf(1)], [512, 0 * 64 + 7 * 8 + 2]);
});

function contextOf(
  dataset: Dataset<"point">,
  sample: Subject<"point">["sample"],
): EvaluationContext<"point"> {
  const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);
  const capabilities = {
    likelihood: "none",
    latent: "none",
    reconstructs: false,
    samples: true,
  } as const;
  return {
    subject: { label: "model", capabilities, sample },
    dataset,
    split: (split, count) => dataset.read(split, all(count)),
    extractor: () => Promise.reject(new Error("none here")),
    features: () => Promise.reject(new Error("none here")),
    anyMachine: true,
    remembered: (_, make) => Promise.resolve(make()),
    key: () => [1, 2],
  };
}

const loaded = (config: Record<string, unknown>) =>
  toys.load(toysConfig.parse(config), { cache: "", jobs: 1 });

law("the law's own points score what held-out ones do; points of another law more", {
  source:
    "McDiarmid 1989: a point moves the distance by at most 1/N, so its deviation is below 1/(2√N)",
  given: { shape: fc.constantFrom("mixture", "rings", "torus"), bins },
  cases: 6,
  holds: async ({ shape, bins }) => {
    const N = 4000;
    const data = await loaded({ shape, train: N, test: 2 * N });
    const small = shape === "torus" ? 8 : bins;
    const options = histogram.config.parse({ samples: N, bins: small });
    const range = Uint32Array.from({ length: N }, (_, i) => i);
    const own = await histogram.compute(
      contextOf(data, async () => (await data.read("train", range)).samples),
      options,
    );
    const uniform = points(5, { count: N, dimensions: data.sample.dimensions });
    const other = await histogram.compute(
      contextOf(data, () => Promise.resolve(uniform)),
      options,
    );
    const [variation] = own;
    // Two independent ones: √2 of the deviation, four times.
    const floor = variation.beside!.heldOut;
    close(variation.value!, floor, 4 * Math.SQRT2 / (2 * Math.sqrt(N)), variation.name);
    own.forEach(({ name, beside }, i) => {
      assertEquals(beside!.exact, shape === "torus" ? 0 : 1);
      assert(other[i].value! > 2 * beside!.heldOut, `${name}: ${other[i].value} of uniform points`);
    });
  },
});

Deno.test("histogram takes points alone, of few numbers, and asks for test points enough where no law is known", async () => {
  assertEquals(histogram.takes, ["point"]);
  const none = () => Promise.reject(new Error("not asked"));
  const torus = await loaded({ shape: "torus", train: 10, test: 50 });
  const large = { ...torus, sample: { kind: "point", dimensions: 4 } as const };
  await assertRejects(
    async () => await histogram.compute(contextOf(large, none), histogram.config.parse({})),
    MetricUnavailable,
    "points of 4 numbers",
  );
  await assertRejects(
    async () =>
      await histogram.compute(contextOf(torus, none), histogram.config.parse({ samples: 100 })),
    MetricUnavailable,
    "holds 50 points",
  );
});
