import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { augmentationCoins, batchIndices } from "../../../src/kinds/batch/order.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { law } from "../../law.ts";

const place = {
  seed: fc.integer({ min: 0, max: 1e6 }),
  size: fc.integer({ min: 1, max: 60 }),
  batch: fc.integer({ min: 1, max: 40 }),
};

/** The endless sequence's first `count` places, cut out of its batches. */
function sequence(key: readonly [number, number], { batch, size, count }: Record<string, number>) {
  const steps = Math.ceil(count / batch);
  return Array.from(
    { length: steps },
    (_, step) => [...batchIndices(key, { step, batch, size })],
  ).flat().slice(0, count);
}

law("batches: every epoch holds each sample once, whatever the batch size", {
  source: "definition",
  given: place,
  cases: 60,
  kills: ["order-draws-with-replacement"],
  holds: ({ seed, size, batch }) => {
    const places = sequence(hostKey(seed), { batch, size, count: 3 * size });
    for (let epoch = 0; epoch < 3; epoch++) {
      const seen = places.slice(epoch * size, (epoch + 1) * size).sort((a, b) => a - b);
      assertEquals(seen, Array.from({ length: size }, (_, i) => i));
    }
  },
});

law("batches: pure in the step, so any step can be asked for first", {
  source: "definition",
  given: { ...place, step: fc.integer({ min: 0, max: 500 }) },
  cases: 60,
  holds: ({ seed, size, batch, step }) => {
    const key = hostKey(seed);
    const first = batchIndices(key, { step, batch, size });
    for (const other of [step + 7, 0, step + 1]) batchIndices(key, { step: other, batch, size });
    assertEquals(batchIndices(key, { step, batch, size }), first);
  },
});

law("batches: mirrors are fair coins of each step's own", {
  source: "definition",
  given: { seed: place.seed, step: fc.integer({ min: 0, max: 1e6 }) },
  cases: 20,
  kills: ["mirrors-the-same-at-every-step"],
  holds: ({ seed, step }) => {
    const key = hostKey(seed), batch = 4000;
    const coins = augmentationCoins(key, { name: "mirror", step, batch });
    assertEquals(augmentationCoins(key, { name: "mirror", step, batch }), coins);
    const next = augmentationCoins(key, { name: "mirror", step: step + 1, batch });
    const share = (of: boolean[]) => of.filter((heads) => heads).length / batch;
    // Five standard errors of a share of 4,000.
    const near = (value: number) => Math.abs(value - 0.5) < 0.04;
    return near(share(coins)) && near(share(coins.map((heads, i) => heads === next[i])));
  },
});

law("batches: the batch size cuts one sequence, it doesn't change it", {
  source: "definition",
  given: { ...place, other: place.batch },
  cases: 60,
  holds: ({ seed, size, batch, other }) => {
    const count = 2 * size + 1;
    assertEquals(
      sequence(hostKey(seed), { batch, size, count }),
      sequence(hostKey(seed), { batch: other, size, count }),
    );
  },
});

law("batches: epochs and seeds have orders of their own", {
  source: "two permutations of 30 agree with probability 1/30!",
  given: { seed: place.seed },
  cases: 30,
  kills: ["order-same-in-every-epoch", "order-ignores-its-key"],
  holds: ({ seed }) => {
    const epoch = (key: number, step: number) =>
      [...batchIndices(hostKey(key), { step, batch: 30, size: 30 })].join();
    const orders = [epoch(seed, 0), epoch(seed, 1), epoch(seed, 2), epoch(seed + 1, 0)];
    return new Set(orders).size === orders.length;
  },
});

Deno.test("batches: wrong places are refused", () => {
  const key = hostKey(1);
  assertThrows(() => batchIndices(key, { step: -1, batch: 1, size: 1 }), RangeError, "step");
  assertThrows(() => batchIndices(key, { step: 0.5, batch: 1, size: 1 }), RangeError, "step");
  assertThrows(() => batchIndices(key, { step: 0, batch: 0, size: 1 }), RangeError, "batch");
  assertThrows(() => batchIndices(key, { step: 0, batch: 1, size: 0 }), RangeError, "0 samples");
});
