import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  fixed,
  formatBytes,
  formatNumber,
  formatSeconds,
  list,
  words,
} from "../../src/base/text/format.ts";
import { formatEstimate } from "../../src/report/model/tables/estimate.ts";
import { law } from "../law.ts";

Deno.test("numbers: significant digits, grouped thousands, a true minus", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [1204.4, "1,204"],
    [-0.0321, "−0.0321"],
    [12_345_678, "1.23 × 10⁷"],
    [1.5e-7, "1.50 × 10⁻⁷"],
    [NaN, "not a number"],
    [-Infinity, "−∞"],
    [-0.0004, "−0.000400"],
  ];
  for (const [value, text] of cases) assertEquals(formatNumber(value), text);
  assertEquals(fixed(-0.0001, 2), "0.00");
});

Deno.test("estimates: the interval decides the decimals", () => {
  const of = (mean: number, half: number | null) => {
    const { value, spread } = formatEstimate({
      mean,
      low: half === null ? null : mean - half,
      high: half === null ? null : mean + half,
      n: 3,
      method: "t",
    });
    return `${value}${spread ? ` ${spread}` : ""}`;
  };
  assertEquals(of(61.234, 3.1), "61.2 ±3.1");
  assertEquals(of(0.4377, 0.0213), "0.438 ±0.021");
  assertEquals(of(8400.4, 211), "8,400 ±211");
  assertEquals(of(0.5, 0), "0.500 ±0");
  assertEquals(of(12.3456, null), "12.35");
  assertEquals(of(0.001, 12), "0 ±12");
  assertEquals(of(-9012.3, 469), "−9,012 ±469");
  const skew = formatEstimate({ mean: 5, low: 4, high: 8, n: 20, method: "bootstrap" });
  assertEquals(skew, { value: "5.0", spread: "(4.0 to 8.0)" });
});

law("an estimate's text is within half a unit of its last digit", {
  source: "definition",
  given: {
    mean: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    half: fc.double({ min: 1e-3, max: 1e5, noNaN: true }),
  },
  cases: 500,
  holds: ({ mean, half }) => {
    const parts = formatEstimate({ mean, low: mean - half, high: mean + half, n: 3, method: "t" });
    const text = parts.value.replaceAll(",", "").replace("−", "-");
    fc.pre(!text.includes("×"));
    const decimals = text.split(".")[1]?.length ?? 0;
    // toFixed rounds the decimal expansion of the double, so half a unit and its rounding.
    const unit = 10 ** -decimals;
    assert(Math.abs(Number(text) - mean) <= unit / 2 + 1e-9 * Math.abs(mean), `${text} of ${mean}`);
    assert(parts.spread !== null);
  },
});

Deno.test("seconds, bytes, lists", () => {
  assertEquals(formatSeconds(3.21), "3.2 s");
  assertEquals(formatSeconds(185), "3 min 5 s");
  assertEquals(formatSeconds(7800), "2 h 10 min");
  assertEquals(formatSeconds(59.9), "1 min");
  assertEquals(formatBytes(788_000), "788 kB");
  assertEquals(formatBytes(8e9), "8.0 GB");
  assertEquals(list(["a", "b", "c"]), "a, b and c");
  assertEquals(list([]), "");
});

Deno.test("keys are written as words", () => {
  assertEquals(words("rawPixels"), "raw pixels");
  assertEquals(words("ofNewData"), "of new data");
  assertEquals(words("shuffled"), "shuffled");
});
