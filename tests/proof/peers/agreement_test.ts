import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { disagreement, lossTolerance } from "../../../src/proof/peers/agreement.ts";
import { timeRatio } from "../../../src/proof/peers/ratio.ts";
import { close, law } from "../../law.ts";

const work = { terms: 1024 };
const curve = fc.array(fc.double({ min: 0.1, max: 1e5, noNaN: true }), {
  minLength: 1,
  maxLength: 30,
});

law("curves that differ by a share of the tolerance at any step disagree by that share", {
  source: "definition",
  given: { curve, at: fc.nat(29), share: fc.double({ min: 0.01, max: 50, noNaN: true }) },
  holds: ({ curve, at, share }) => {
    const step = at % curve.length;
    const other = [...curve];
    other[step] -= share * lossTolerance(step, work) * curve[step];
    close(disagreement(curve, other, work), share, 1e-6 * share + 1e-8, "share");
    assertEquals(disagreement(curve, other, work), disagreement(other, curve, work));
    assertEquals(disagreement(curve, curve, work), 0);
  },
  kills: ["only-the-last-loss-compared"],
});

Deno.test("no number agrees with a number that isn't finite, nor a curve with a shorter one", () => {
  assertEquals(disagreement([1, NaN], [1, NaN], work), Infinity);
  assertEquals(disagreement([1, 2], [1, NaN], work), Infinity);
  assertEquals(disagreement([1, Infinity], [1, Infinity], work), Infinity);
  assertEquals(disagreement([1, 2], [1], work), Infinity);
  assertEquals(disagreement([], [], work), Infinity);
  assertEquals(disagreement([0], [0], work), 0);
});

law("what slows a whole round drops out of a ratio's interval", {
  source: "paired comparison",
  given: {
    ratio: fc.double({ min: 0.1, max: 10, noNaN: true }),
    loads: fc.array(fc.double({ min: 1, max: 5, noNaN: true }), { minLength: 3, maxLength: 15 }),
  },
  holds: ({ ratio, loads }) => {
    const found = timeRatio(loads.map((load) => load * ratio), loads);
    close(found.estimate, ratio, 1e-9 * ratio, "estimate");
    close(found.low!, ratio, 1e-6 * ratio, "low");
    close(found.high!, ratio, 1e-6 * ratio, "high");
  },
  kills: ["ratio-upside-down", "ratio-interval-not-paired"],
});

Deno.test("one round has a ratio and no interval; rounds that aren't paired are refused", () => {
  assertEquals(timeRatio([2], [4]), { estimate: 0.5, low: null, high: null });
  assertThrows(() => timeRatio([1, 2], [1]), RangeError, "pairs");
  assertThrows(() => timeRatio([], []), RangeError, "pairs");
});
