import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  compare,
  MARGIN,
  worstDifference,
} from "../../../src/proof/peers/equivalence/equivalence.ts";
import { close, law } from "../../law.ts";

Deno.test("equivalence: the largest relative difference is found, with its step", () => {
  const torch = [4, -2, 1, 10];
  assertEquals(worstDifference({ ours: [4, -2.1, 1, 20], torch }, 3), {
    worst: 0.050000000000000044,
    at: 1,
  });
  assertEquals(worstDifference({ ours: torch, torch }, 4), { worst: 0, at: 0 });
  assertEquals(worstDifference({ ours: [4, NaN, 1, 10], torch }, 4), { worst: Infinity, at: 1 });
});

law("equivalence: shown for ends that differ by less than the margin, never for those beyond it", {
  source: "Schuirmann 1987",
  given: {
    off: fc.double({ min: -0.03, max: 0.03, noNaN: true }),
    base: fc.double({ min: 1, max: 1e4, noNaN: true }),
  },
  holds: ({ off, base }) => {
    // Spread over seeds far below the margin, the same on both sides of the mean.
    const jitter = [-1e-5, 0, 1e-5, 2e-5, -2e-5];
    const pairs = jitter.map((j, seed) => ({
      seed,
      torch: Array(5).fill(base),
      ours: [0, 0, ...Array(3).fill(base * (1 + off + j))],
    }));
    const { final } = compare(pairs, { curveSteps: 2, finalSteps: 3 });
    close(final.difference.mean, off, 1e-9, "mean difference");
    fc.pre(Math.abs(Math.abs(off) - MARGIN) >= 1e-4);
    assertEquals(final.equivalent, Math.abs(off) < MARGIN);
  },
});

Deno.test("equivalence: a spread over seeds beyond the margin shows nothing", () => {
  const pairs = [-0.05, 0.05, 0.04, -0.04].map((off, seed) => ({
    seed,
    torch: [1, 1],
    ours: [1 + off, 1 + off],
  }));
  assertEquals(compare(pairs, { curveSteps: 1, finalSteps: 2 }).final.equivalent, false);
});
