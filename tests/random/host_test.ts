import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  hostFold,
  hostIntegers,
  hostKey,
  hostNormal,
  hostPermutation,
  hostUniform,
  uniform01,
} from "../../src/random/host/host.ts";
import { categoricalDraw, uniform53 } from "../../src/random/host/draws.ts";
import { normalCdf } from "../../src/numeric/elementary.ts";
import { close, law } from "../law.ts";

const seed = fc.nat(2 ** 31);

/** Largest distance of the sample's distribution function from `cdf`, times √n (Kolmogorov). */
function kolmogorov(sample: Float32Array, cdf: (x: number) => number): number {
  const sorted = sample.slice().sort();
  let most = 0;
  sorted.forEach((x, i) => {
    const p = cdf(x);
    most = Math.max(most, Math.abs(p - i / sorted.length), Math.abs(p - (i + 1) / sorted.length));
  });
  return most * Math.sqrt(sorted.length);
}

/** χ² of counts against expected ones, as a normal score: (χ² − ν)/√(2ν). */
function chiSquareScore(counts: ArrayLike<number>, expected: (i: number) => number): number {
  let x = 0;
  for (let i = 0; i < counts.length; i++) x += (counts[i] - expected(i)) ** 2 / expected(i);
  const freedom = counts.length - 1;
  return (x - freedom) / Math.sqrt(2 * freedom);
}

function mean(values: ArrayLike<number>, f = (x: number) => x): number {
  let s = 0;
  for (let i = 0; i < values.length; i++) s += f(values[i]);
  return s / values.length;
}

law("uniforms have the moments of U(0, 1), within 5 standard errors, and its distribution", {
  source: "definition",
  given: { seed },
  holds: ({ seed }) => {
    const n = 20_000;
    const u = hostUniform(hostKey(seed, "u"), n);
    assert(u.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24)));
    close(mean(u), 1 / 2, 5 * Math.sqrt(1 / 12 / n), "mean");
    // Var((U − ½)²) = 1/80 − 1/144.
    close(
      mean(u, (x) => (x - 0.5) ** 2),
      1 / 12,
      5 * Math.sqrt((1 / 80 - 1 / 144) / n),
      "variance",
    );
    // P(K > 2.5) = 7e-6.
    assert(kolmogorov(u, (x) => x) < 2.5);
  },
  kills: ["uniform-drops-a-bit"],
  cases: 20,
});

law("normals have moments 0, 1, 0, 3, within 5 standard errors, and Φ's distribution", {
  source: "Box & Muller 1958",
  given: { seed },
  holds: ({ seed }) => {
    const n = 20_000;
    const x = hostNormal(hostKey(seed, "n"), n);
    // Variances of x, x², x³, x⁴ under N(0, 1): 1, 2, 15, 96.
    close(mean(x), 0, 5 * Math.sqrt(1 / n), "mean");
    close(mean(x, (v) => v ** 2), 1, 5 * Math.sqrt(2 / n), "second moment");
    close(mean(x, (v) => v ** 3), 0, 5 * Math.sqrt(15 / n), "third moment");
    close(mean(x, (v) => v ** 4), 3, 5 * Math.sqrt(96 / n), "fourth moment");
    // Neighbours come from one pair of words: uncorrelated all the same.
    close(correlation(x), 0, 5 / Math.sqrt(n), "lag 1");
    assert(kolmogorov(x, normalCdf) < 2.5);
  },
  kills: ["normal-on-half-the-circle"],
  cases: 10,
});

function correlation(x: Float32Array): number {
  let s = 0;
  for (let i = 1; i < x.length; i++) s += x[i] * x[i - 1];
  return s / (x.length - 1);
}

law("a longer draw begins with the shorter one", {
  source: "definition",
  given: { seed, n: fc.nat(50), more: fc.nat(50) },
  holds: ({ seed, n, more }) => {
    const key = hostKey(seed);
    for (const draw of [hostUniform, hostNormal]) {
      assertEquals(draw(key, n + more).slice(0, n), draw(key, n));
    }
  },
});

law("another seed or another purpose gives other draws, the same the same", {
  source: "definition",
  given: { a: seed, b: seed, purpose: fc.string(), other: fc.string() },
  holds: ({ a, b, purpose, other }) => {
    const draw = (s: number, p: string) => hostUniform(hostKey(s, p), 8);
    assertEquals(draw(a, purpose), draw(a, purpose));
    if (a !== b) assertNotEquals(draw(a, purpose), draw(b, purpose));
    if (purpose !== other) assertNotEquals(draw(a, purpose), draw(a, other));
    assertNotEquals(hostFold([a, b], 7), hostFold([a, b], "7"));
  },
  kills: ["seed-ignored-by-keys"],
  cases: 300,
});

law("a key's chain of purposes is a chain of folds", {
  source: "definition",
  given: { seed, a: fc.string(), n: fc.nat() },
  holds: ({ seed, a, n }) =>
    assertEquals(hostKey(seed, a, n), hostFold(hostFold(hostKey(seed), a), n)),
});

law("a permutation is a bijection", {
  source: "Durstenfeld 1964",
  given: { seed, n: fc.nat(300) },
  holds: ({ seed, n }) => {
    const sorted = hostPermutation(hostKey(seed), n).sort();
    assertEquals(Array.from(sorted), Array.from({ length: n }, (_, i) => i));
  },
});

law("all 24 permutations of four are equally likely", {
  source: "Durstenfeld 1964",
  given: { seed },
  holds: ({ seed }) => {
    const draws = 4800;
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const name = hostPermutation(hostKey(seed, i), 4).join();
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const all = [...counts.values(), ...Array(24 - counts.size).fill(0)];
    // 5 standard deviations of χ²₂₃.
    assert(chiSquareScore(all, () => draws / 24) < 5);
  },
  kills: ["permutation-without-fixed-points"],
  cases: 5,
});

law("integers are below the bound and equally likely, however awkward the bound", {
  source: "Lemire 2019",
  given: { seed, below: fc.constantFrom(1, 2, 3, 7, 10, 3 * 2 ** 30, 2 ** 32) },
  holds: ({ seed, below }) => {
    const n = 6000;
    const draws = hostIntegers(hostKey(seed), n, below);
    assert(draws.every((x) => x < below));
    const bins = Math.min(below, 6);
    const counts = new Float64Array(bins);
    const size = (i: number) => Math.ceil(below * (i + 1) / bins) - Math.ceil(below * i / bins);
    for (const x of draws) counts[Math.min(bins - 1, Math.floor(x * bins / below))]++;
    if (bins > 1) assert(chiSquareScore(counts, (i) => n * size(i) / below) < 6);
    // Residues show the bias of a product that is only shifted.
    const residues = new Float64Array(3);
    for (const x of draws) residues[x % 3]++;
    if (below === 3 * 2 ** 30) assert(chiSquareScore(residues, () => n / 3) < 6);
  },
  kills: ["integers-keep-biased-words"],
  cases: 40,
});

law("categorical draws follow softmax: χ² within 5 standard deviations", {
  source: "definition",
  given: {
    seed,
    logits: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 2, maxLength: 8 }),
  },
  holds: ({ seed, logits }) => {
    const n = 4000;
    const key = hostKey(seed, "categorical");
    const weights = new Float64Array(logits.length);
    const counts = new Float64Array(logits.length);
    for (let i = 0; i < n; i++) {
      const u = uniform53(key, i, 0);
      counts[categoricalDraw(logits, 0, { classes: logits.length, u, weights })]++;
    }
    const total = logits.reduce((s, l) => s + Math.exp(l), 0);
    assert(chiSquareScore(counts, (k) => n * Math.exp(logits[k]) / total) < 5 * Math.SQRT2);
  },
  kills: ["categorical-ignores-logits"],
  cases: 30,
});

Deno.test("categorical never draws −∞ and refuses NaN, +∞ and nothing but −∞", () => {
  const draw = (logits: number[], u: number) =>
    categoricalDraw(logits, 0, { classes: logits.length, u, weights: new Float64Array(8) });
  for (const u of [0, 0.5, 1 - 2 ** -53]) {
    assertEquals(draw([-Infinity, 0, -Infinity], u), 1);
  }
  assertThrows(() => draw([0, NaN], 0.5), RangeError, "logit 1 is NaN");
  assertThrows(() => draw([Infinity, 0], 0.5), RangeError, "Infinity");
  assertThrows(() => draw([-Infinity], 0.5), RangeError, "-Infinity");
});

Deno.test("keys and counts out of range are refused", () => {
  assertThrows(() => hostKey(-1), RangeError, "-1");
  assertThrows(() => hostKey(1.5), RangeError, "1.5");
  assertThrows(() => hostFold([0, 0], 2 ** 53), RangeError);
  assertThrows(() => hostIntegers([0, 0], 3, 0), RangeError, "below 0");
  assertThrows(() => hostUniform([0, 0], -1), RangeError, "-1");
});

Deno.test("the draws are these, for ever", () => {
  const key = hostKey(1, "golden", 3);
  assertEquals([...key], [2534860088, 1367116350]);
  assertEquals([...hostNormal(key, 3)], [
    -1.2584935426712036,
    -0.9038724303245544,
    -1.290941596031189,
  ]);
  assertEquals([...hostPermutation(key, 8)], [4, 7, 3, 5, 6, 1, 0, 2]);
  assertEquals(uniform01(key, 5), 0.18558620838640683);
});
