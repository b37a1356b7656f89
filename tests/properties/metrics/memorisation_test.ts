/** Laws of memorisation: copies are seen, crowding isn't taken for it, new data is let pass. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isMemorised, nearnessOf } from "../../../src/metrics/copies/memorisation.ts";
import type { Features } from "../../../src/algebra/features.ts";
import { hostKey, hostNormal } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";

const count = 300;
const key = hostKey(1, "exchanges");

/** Standard normal rows, scaled. */
function gaussian(seed: number, { dimension, scale = 1 }: { dimension: number; scale?: number }) {
  const data = Float64Array.from(
    hostNormal(hostKey(seed, "rows"), count * dimension),
    (v) => scale * v,
  );
  return { count, dimension, data } satisfies Features;
}

/** `samples` whose first rows are those of `train`. */
function withCopiesOf(train: Features, samples: Features, copies: number): Features {
  const data = samples.data.slice();
  data.set(train.data.subarray(0, copies * train.dimension));
  return { ...samples, data };
}

const world = {
  seed: fc.integer({ min: 1, max: 1e6 }),
  dimension: fc.integer({ min: 2, max: 12 }),
};

function setsOf({ seed, dimension }: { seed: number; dimension: number }, scale = 1) {
  const at = (purpose: number) => 10 * seed + purpose;
  return {
    train: gaussian(at(1), { dimension }),
    heldOut: gaussian(at(2), { dimension }),
    samples: gaussian(at(3), { dimension, scale }),
  };
}

law("new data of the same law is not memorised, and both ratios are 1 within their errors", {
  source: "exchangeability; Meehan et al. 2020",
  given: world,
  holds: (given) => {
    const found = nearnessOf(setsOf(given), key)!;
    close(found.ratio, 1, 5 * found.standardError, "ratio");
    close(found.toHeldOut, 1, 5 * found.toHeldOutError, "ratio to held-out data");
    assert(!isMemorised(found), JSON.stringify(found));
  },
  cases: 20,
});

law("a share of copies takes that share off the distance, and is memorised", {
  source: "definition",
  given: { ...world, copies: fc.integer({ min: 60, max: count }) },
  holds: ({ copies, ...given }) => {
    const sets = setsOf(given);
    const whole = nearnessOf(sets, key)!;
    const samples = withCopiesOf(sets.train, sets.samples, copies);
    const found = nearnessOf({ ...sets, samples }, key)!;
    assert(isMemorised(found), JSON.stringify(found));
    close(found.ratio, whole.ratio * (1 - copies / count), 5 * whole.standardError, "ratio");
  },
  kills: ["memorised-is-far"],
  cases: 20,
});

law("samples that crowd in the middle are nearer to training data, and yet not memorised", {
  source: "definition",
  given: { seed: world.seed, dimension: fc.integer({ min: 6, max: 12 }) },
  holds: (given) => {
    const found = nearnessOf(setsOf(given, 0.5), key)!;
    assert(found.ratio < 0.9, `${found.ratio}`);
    return !isMemorised(found);
  },
  kills: ["memorised-by-one-ratio"],
  cases: 20,
});

Deno.test("held-out data that is training data gives no ratio", () => {
  const { train, samples } = setsOf({ seed: 1, dimension: 3 });
  assert(nearnessOf({ train, heldOut: train, samples }, key) === null);
});

Deno.test("distances are compared, not their squares: half as far is one half", () => {
  const line = (...data: number[]): Features => ({
    count: data.length,
    dimension: 1,
    data: Float64Array.from(data),
  });
  const found = nearnessOf(
    { train: line(0, 100), heldOut: line(4, 104), samples: line(2, 102) },
    key,
  )!;
  assertEquals([found.ratio, found.standardError, found.toHeldOut], [0.5, 0, 1]);
});
