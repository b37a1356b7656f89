/** Steps and signed ranks against asv and scipy, and their laws. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";
import { pairsNeeded, signedRank } from "../../src/stats/test/signed_rank.ts";
import { levelsOf, neighbourNoise, stepPrice } from "../../src/stats/steps.ts";
import { median } from "../../src/stats/summary.ts";
import { close, law } from "../law.ts";

interface Golden {
  readonly steps: readonly {
    readonly values: readonly number[];
    readonly price: number;
    readonly shortest: number;
    readonly right: readonly number[];
    readonly levels: readonly number[];
    readonly total: number;
  }[];
  readonly signed: readonly {
    readonly differences: readonly number[];
    readonly p: number;
    readonly estimate: number | null;
  }[];
}

const golden = JSON.parse(
  await Deno.readTextFile(new URL("../golden/gate/stats.json", import.meta.url)),
) as Golden;

Deno.test("levels are asv's own, at the same price and shortest level", () => {
  for (const { values, price, shortest, right, levels, total } of golden.steps) {
    const found = levelsOf(values, { price, shortest });
    assertEquals(found.map(({ to }) => to), right);
    found.forEach(({ level }, i) => close(level, levels[i], 1e-12, "level"));
    close(found.reduce((sum, { cost }) => sum + cost + price, 0), total, 1e-9, "total");
  }
});

Deno.test("signed ranks: p as scipy has it, exact and normal", () => {
  for (const { differences, p, estimate } of golden.signed) {
    const found = signedRank(differences);
    close(found.p, p, 1e-12 + 1e-9 * p, `p of ${differences.length}`);
    if (estimate !== null) close(found.estimate, estimate, 1e-12, "Walsh median");
  }
});

/** The least total, every way of parting tried by plain recursion over ends. */
function leastTotal(values: readonly number[], price: number, shortest: number): number {
  const n = values.length;
  const best = [0, ...Array<number>(n).fill(Infinity)];
  for (let to = 1; to <= n; to++) {
    for (let from = 0; from + Math.min(shortest, n) <= to; from++) {
      const part = values.slice(from, to);
      const centre = median(part);
      const cost = part.reduce((sum, x) => sum + Math.abs(x - centre), 0);
      best[to] = Math.min(best[to], best[from] + price + cost);
    }
  }
  return best[n];
}

law("steps: no parting of the series costs less", {
  source: "Friedrich et al. 2008",
  given: {
    values: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 14 }),
    price: fc.integer({ min: 1, max: 40 }).map((k) => k / 4),
    shortest: fc.integer({ min: 1, max: 4 }),
  },
  holds: ({ values, price, shortest }) => {
    const levels = levelsOf(values, { price, shortest });
    assertEquals([levels[0].from, levels.at(-1)!.to], [0, values.length]);
    levels.slice(1).forEach(({ from }, i) => assertEquals(from, levels[i].to));
    const total = levels.reduce((sum, { cost }) => sum + cost + price, 0);
    close(total, leastTotal(values, price, shortest), 1e-9);
  },
  kills: ["steps-count-the-middle-twice", "steps-without-a-price"],
  cases: 300,
});

law("steps: shift, scale and reflection move the levels along and nothing else", {
  source: "definition",
  given: {
    seed: fc.integer({ min: 0, max: 500 }),
    scale: fc.constantFrom(0.25, 4, -1),
    shift: fc.constantFrom(0, 64),
  },
  holds: ({ seed, scale, shift }) => {
    const values = [...hostNormal(hostKey(31, seed), 24)].map((x, i) => x + (i > 12 ? 4 : 0));
    const places = (of: readonly number[]) => levelsOf(of).map(({ from }) => from);
    assertEquals(places(values.map((x) => scale * x + shift)), places(values));
  },
  cases: 60,
});

Deno.test("steps: noise alone is one level in nineteen series of twenty, a step of four deviations is found", () => {
  const series = 400;
  for (const n of [10, 20, 60]) {
    let alone = 0;
    let found = 0;
    for (let s = 0; s < series; s++) {
      const noise = [...hostNormal(hostKey(32, n, s), n)];
      if (levelsOf(noise).length > 1) alone++;
      const stepped = noise.map((x, i) => x + (i >= n / 2 ? 4 : 0));
      if (levelsOf(stepped).some(({ from }) => Math.abs(from - n / 2) <= 1)) found++;
    }
    const most = 0.05 * series + 4.5 * Math.sqrt(0.05 * 0.95 * series);
    if (alone > most) throw new Error(`${alone} false steps in ${series} series of ${n}`);
    if (found < 0.8 * series) throw new Error(`${found} found in ${series} series of ${n}`);
  }
});

Deno.test("steps: a drift too slow to see from run to run is seen over the runs", () => {
  const noise = [...hostNormal(hostKey(33), 40)];
  const drift = noise.map((x, i) => 100 + 0.5 * i + x);
  const levels = levelsOf(drift);
  assertEquals(levels.length >= 3, true, JSON.stringify(levels));
  assertEquals(levels.at(-1)!.level - levels[0].level > 12, true);
});

Deno.test("steps: where neighbours agree to the bit every lasting change is a step, an odd run none", () => {
  assertEquals(neighbourNoise([1, 1, 1, 2, 2, 2, 2]), 0);
  const at = (values: number[]) => levelsOf(values).map(({ from }) => from);
  assertEquals(at([1, 1, 1, 1 + 1e-6, 1 + 1e-6, 1 + 1e-6]), [0, 3]);
  assertEquals(at([1, 1, 1, 9, 1, 1, 1]), [0]);
  assertEquals(at([5]), [0]);
  assertEquals(stepPrice([1, 1, 1]) > 0, true);
  assertThrows(() => levelsOf([]), RangeError);
  assertThrows(() => levelsOf([1, NaN]), RangeError);
});

law("signed ranks: the share of all signs at least as far out, ties and zeros included", {
  source: "Wilcoxon 1945",
  given: {
    differences: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 }),
  },
  holds: ({ differences }) => {
    const left = differences.filter((d) => d !== 0);
    const rank = (d: number) =>
      left.reduce((sum, other) => {
        const [a, b] = [Math.abs(other), Math.abs(d)];
        return sum + (a < b ? 1 : a === b ? 0.5 : 0);
      }, 0.5);
    const ranks = left.map(rank);
    const expected = ranks.reduce((a, b) => a + b, 0) / 2;
    const distance = (signs: number) =>
      Math.abs(ranks.reduce((sum, r, i) => sum + (signs >> i & 1 ? r : 0), 0) - expected);
    const own = distance(left.reduce((signs, d, i) => signs | (d > 0 ? 1 << i : 0), 0));
    let far = 0;
    for (let signs = 0; signs < 2 ** left.length; signs++) if (distance(signs) >= own) far++;
    close(signedRank(differences).p, far / 2 ** left.length, 1e-12);
  },
  kills: ["signed-ranks-keep-zeros"],
});

Deno.test("signed ranks: the interval covers at its nominal rate, and as many pairs as can decide", () => {
  const simulations = 2000;
  let covered = 0;
  for (let s = 0; s < simulations; s++) {
    const { low, high } = signedRank([...hostNormal(hostKey(34, s), 8)], 0.95);
    if (low <= 0 && 0 <= high) covered++;
  }
  const slack = 4.5 * Math.sqrt(0.05 * 0.95 * simulations);
  if (covered < 0.95 * simulations - slack) throw new Error(`${covered} of ${simulations}`);
  assertEquals(signedRank([1, 2], 0.95).low, -Infinity);
  assertEquals([pairsNeeded(0.05, 1), pairsNeeded(0.05, 32)], [6, 11]);
  assertThrows(() => signedRank([]), RangeError);
});
