/** Laws of correlation, error and calibration. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  calibrationError,
  correlation,
  meanError,
} from "../../../../src/metrics/text/dialogues/agreement.ts";
import { close, law } from "../../../law.ts";

const number = fc.integer({ min: -40, max: 40 }).map((k) => k / 8);
const two = fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 20 })
  .map((pairs) => ({ first: pairs.map(([a]) => a), second: pairs.map(([, b]) => b) }));

law("correlation: symmetric, in [−1, 1], ±1 of a line; unchanged by moving and stretching", {
  source: "Pearson 1895",
  given: { two, shift: number, stretch: fc.integer({ min: 1, max: 9 }) },
  holds: ({ two: { first, second }, shift, stretch }) => {
    const found = correlation({ first, second });
    assertEquals(found === null, new Set(first).size === 1 || new Set(second).size === 1);
    fc.pre(found !== null);
    close(found, correlation({ first: second, second: first })!, 1e-12);
    assert(found >= -1 && found <= 1);
    const moved = first.map((value) => value * stretch + shift);
    close(correlation({ first: moved, second })!, found, 1e-9, "moved");
    close(correlation({ first, second: moved })!, 1, 1e-9, "a line");
    close(correlation({ first, second: moved.map((v) => -v) })!, -1, 1e-9, "a falling line");
  },
  kills: ["correlation-about-zero"],
});

law("calibration: 0 where predictions are what came, and no more than the mean error", {
  source: "Naeini, Cooper & Hauskrecht 2015; the triangle inequality in each bin",
  given: { two, bins: fc.integer({ min: 1, max: 12 }) },
  holds: ({ two: { first, second }, bins }) => {
    const range = { low: -5, high: 5, bins };
    assertEquals(calibrationError({ first, second: first }, range), 0);
    const error = calibrationError({ first, second }, range);
    assert(error <= meanError({ first, second }) + 1e-12);
    // One bin: the difference of means; as many as values that differ: their mean error by value.
    const gap = first.reduce((sum, value, i) => sum + value - second[i], 0) / first.length;
    close(calibrationError({ first, second }, { ...range, bins: 1 }), Math.abs(gap), 1e-12);
    close(meanError({ first, second }), meanError({ first: second, second: first }), 1e-12);
  },
  kills: ["calibration-by-bins-alike", "calibration-of-signed-gaps"],
});

Deno.test("calibration of probabilities by hand, and numbers that don't belong together", () => {
  // 0.95 twice, once right: a gap of 0.45 of half of all; 0.65 twice, both right: 0.35.
  const first = [0.95, 0.95, 0.65, 0.65], second = [1, 0, 1, 1];
  close(calibrationError({ first, second }, { low: 0.5, high: 1 }), (0.45 + 0.35) / 2, 1e-12);
  assertThrows(() => meanError({ first: [1], second: [] }), RangeError, "as many of each");
});
