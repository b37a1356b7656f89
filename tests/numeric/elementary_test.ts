import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as own from "../../src/numeric/elementary.ts";
import { scaleByPowerOfTwo } from "../../src/numeric/float64.ts";
import { law } from "../law.ts";

/** Distance in units of the last place of the reference. */
function ulps(found: number, reference: number): number {
  if (Object.is(found, reference) || found === reference) return 0;
  if (!Number.isFinite(reference)) return Infinity;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(reference));
  const exponent = Math.max(1, bits.getUint16(0) >> 4);
  return Math.abs(found - reference) / scaleByPowerOfTwo(1, exponent - 1075);
}

/** Numbers spread evenly over magnitudes 2^least … 2^most, of either sign. */
function wide(least: number, most: number): fc.Arbitrary<number> {
  return fc.tuple(
    fc.double({ min: least, max: most, noNaN: true }),
    fc.double({ min: 1, max: 2, noNaN: true }),
    fc.boolean(),
  ).map(([e, m, negative]) => (negative ? -m : m) * 2 ** Math.floor(e));
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** The platform's functions are within 1 ulp themselves; the bound allows for both. */
const table: [name: keyof typeof own & keyof Math, bound: number, x: fc.Arbitrary<number>][] = [
  ["exp", 1, between(-745, 709.7)],
  ["exp", 1, wide(-60, 3)],
  ["expm1", 2, between(-50, 709.7)],
  ["expm1", 2, wide(-60, 1)],
  ["log", 1, wide(-1074, 1023).map(Math.abs)],
  ["log", 1, between(0.5, 2)],
  ["log1p", 2, wide(-60, 1000).map(Math.abs)],
  ["log1p", 2, between(-0.999, 1)],
  ["log2", 3, wide(-1022, 1023).map(Math.abs)],
  ["log10", 3, wide(-1022, 1023).map(Math.abs)],
  ["sin", 1, wide(-60, 1023)],
  ["cos", 1, wide(-60, 1023)],
  ["tan", 3, wide(-60, 1023)],
  ["atan", 3, wide(-60, 60)],
  ["asin", 4, between(-1, 1)],
  ["acos", 4, between(-1, 1)],
  ["tanh", 4, wide(-60, 5)],
  ["sinh", 4, between(-709, 709)],
  ["cosh", 4, between(-709, 709)],
];

table.forEach(([name, bound, x], i) => {
  law(`${name} is within ${bound} ulp of the platform's (${i})`, {
    source: "definition",
    given: { x },
    holds: ({ x }) => {
      const f = own[name] as (x: number) => number;
      const g = Math[name] as (x: number) => number;
      const off = ulps(f(x), g(x));
      if (off > bound) throw new Error(`${name}(${x}) = ${f(x)}, the platform ${g(x)}: ${off} ulp`);
    },
    kills: name === "exp" ? ["exp-with-a-wrong-coefficient"] : [],
    cases: 2000,
  });
});

law("pow is within 2 ulp of the platform's", {
  source: "definition",
  given: { x: wide(-100, 100).map(Math.abs), y: between(-20, 20) },
  holds: ({ x, y }) => {
    const off = ulps(own.pow(x, y), x ** y);
    return x ** y === Infinity || x ** y < 1e-300 || off <= 2;
  },
  cases: 5000,
});

law("atan2 has the platform's quadrants", {
  source: "definition",
  given: {
    x: fc.oneof(wide(-30, 30), fc.constant(0)),
    y: fc.oneof(wide(-30, 30), fc.constant(-0)),
  },
  holds: ({ x, y }) => ulps(own.atan2(y, x), Math.atan2(y, x)) <= 4,
  cases: 2000,
});

Deno.test("special values are those of IEEE 754", () => {
  assertEquals(own.exp(-Infinity), 0);
  assertEquals(own.exp(710), Infinity);
  assertEquals(own.exp(0), 1);
  assertEquals(own.log(0), -Infinity);
  assertEquals(own.log(-1), NaN);
  assertEquals(own.log(1), 0);
  assertEquals(own.log1p(-1), -Infinity);
  assertEquals(own.expm1(-100), -1);
  assertEquals(own.sin(-0), -0);
  assertEquals(own.cos(0), 1);
  assertEquals(own.sin(Infinity), NaN);
  assertEquals(own.tanh(40), 1);
  assertEquals(own.sigmoid(-800), 0);
  assertEquals(own.sigmoid(-700) > 0, true);
  assertEquals(own.softplus(1000), 1000);
  for (
    const [x, y] of [
      [0, -1],
      [-8, 3],
      [-8, 2],
      [-0, -3],
      [Infinity, -1],
      [2, Infinity],
      [0.5, -Infinity],
      [-2, 0.5],
      [NaN, 0],
    ]
  ) {
    assertEquals(own.pow(x, y), x ** y, `${x}^${y}`);
  }
});

Deno.test("erf, erfc, lgamma, digamma and the normal quantile give tabulated values", () => {
  // Abramowitz & Stegun; last digits by 50-digit arithmetic.
  const rows: [found: number, expected: number, bound: number][] = [
    [own.erf(0.5), 0.5204998778130465, 4],
    [own.erf(1.9), 0.9927904292352575, 4],
    [own.erfc(1), 0.15729920705028513, 8],
    [own.erfc(2), 0.004677734981047266, 16],
    [own.erfc(10), 2.088487583762545e-45, 16],
    [own.erfc(26), 5.663192408856143e-296, 16],
    [own.lgamma(100), 359.1342053695754, 4],
    [own.lgamma(0.5), 0.5723649429247001, 16],
    [own.lgamma(-1.5), 0.860047015376481, 32],
    [own.digamma(1), -0.5772156649015329, 16],
    [own.normalQuantile(0.975), 1.959963984540054, 8],
    [own.normalQuantile(1e-10), -6.361340902404056, 8],
    [own.log1mexp(-1e-10), -23.02585092999046, 4],
    [own.log1mexp(-50), -1.9287498479639178e-22, 4],
  ];
  for (const [found, expected, bound] of rows) {
    if (ulps(found, expected) > bound) throw new Error(`${found} is not ${expected}`);
  }
});

law("softplus, logSigmoid and logSumExp agree with each other", {
  source: "definition",
  given: { x: between(-40, 40) },
  holds: ({ x }) => {
    assertAlmostEquals(own.softplus(x), own.logSumExp([0, x]), 1e-14 * Math.max(1, Math.abs(x)));
    assertAlmostEquals(
      own.logSigmoid(x),
      own.log(own.sigmoid(x)),
      1e-13 * Math.max(1, Math.abs(x)),
    );
    return true;
  },
  cases: 1000,
});

Deno.test("the bits are these on every machine", () => {
  const bits = (x: number) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, x);
    return view.getBigUint64(0).toString(16).padStart(16, "0");
  };
  let hash = 0n;
  for (let i = 0; i < 2000; i++) {
    const x = (i - 1000) * 0.0137 + 0.001;
    for (
      const y of [
        own.exp(x),
        own.log(Math.abs(x)),
        own.sin(x),
        own.tanh(x),
        own.pow(Math.abs(x), 1.3),
        own.erf(x / 4),
      ]
    ) {
      hash = BigInt.asUintN(64, hash * 31n + BigInt(`0x${bits(y)}`));
    }
  }
  assertEquals(hash.toString(16), "e17a6dfc45c00b3b");
});
