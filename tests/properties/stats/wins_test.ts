/** Laws of win rates, strengths recovered from them, and the interval of a share. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { winInterval, winRate } from "../../../src/stats/compare/wins.ts";
import { bradleyTerry } from "../../../src/stats/compare/bradley_terry.ts";
import { wilsonInterval } from "../../../src/stats/interval/wilson.ts";
import { log, sigmoid } from "../../../src/numeric/elementary.ts";
import { close, law } from "../../law.ts";

const value = fc.integer({ min: 0, max: 4 }).map((k) => k / 4);
const duel = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 30 })
  .map((pairs) => ({ own: pairs.map(([a]) => a), other: pairs.map(([, b]) => b) }));

law("win rates: of two rows they add up to one, ties half; over itself a row has a half", {
  source: "definition",
  given: { duel },
  holds: ({ duel: { own, other } }) => {
    close(winRate({ own, other }) + winRate({ own: other, other: own }), 1, 1e-12);
    assertEquals(winRate({ own, other: own }), 0.5);
    const won = own.filter((value, i) => value > other[i]).length;
    const tied = own.filter((value, i) => value === other[i]).length;
    close(winRate({ own, other }), (won + tied / 2) / own.length, 1e-12);
  },
  kills: ["ties-count-as-losses", "ties-count-as-wins"],
});

law("win intervals: mirrored at a half for the other row, and around the rate over seeds", {
  source: "Efron & Tibshirani 1993, ch. 13",
  given: { duel, other: duel },
  cases: 30,
  holds: ({ duel, other }) => {
    const items = Math.min(duel.own.length, other.own.length);
    const duels = [duel, other].map(({ own, other }) => ({
      own: own.slice(0, items),
      other: other.slice(0, items),
    }));
    const found = winInterval(duels, { resamples: 199 });
    const mirrored = winInterval(duels.map(({ own, other }) => ({ own: other, other: own })), {
      resamples: 199,
    });
    close(found.estimate, (winRate(duels[0]) + winRate(duels[1])) / 2, 1e-12, "over seeds");
    close(found.low, 1 - mirrored.high, 1e-9, "low");
    close(found.high, 1 - mirrored.low, 1e-9, "high");
    assert(found.low <= found.estimate + 1e-12 && found.estimate <= found.high + 1e-12);
  },
  kills: ["win-interval-of-the-first-seed"],
});

law("a place among rows doesn't hang on rewards being moved or stretched alike", {
  source: "definition: only the order of two numbers counts",
  given: {
    duel,
    shift: fc.integer({ min: -8, max: 8 }),
    stretch: fc.integer({ min: 1, max: 8 }),
  },
  holds: ({ duel: { own, other }, shift, stretch }) => {
    const moved = (values: readonly number[]) => values.map((v) => v * stretch + shift);
    assertEquals(winRate({ own: moved(own), other: moved(other) }), winRate({ own, other }));
  },
});

law("strengths that were planted come back from duels on many items", {
  source: "Bradley & Terry 1952",
  given: { strengths: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 4 }) },
  cases: 6,
  holds: ({ strengths }) => {
    // An item's number of a row is its strength plus a Gumbel draw: i wins with σ(θᵢ − θⱼ).
    const items = 6000, theta = strengths.map((k) => k / 3);
    const gumbel = (u: number) => -log(-log(Math.min(1 - 1e-7, Math.max(1e-7, u))));
    const rows = theta.map((own, i) =>
      Array.from(hostUniform(hostKey(7, "gumbel", i), items), (u) => own + gumbel(u))
    );
    const wins = rows.map((own, i) =>
      rows.map((other, j) => i === j ? 0 : winRate({ own, other }) * items)
    );
    wins.forEach((row, i) =>
      row.forEach((won, j) => {
        if (i !== j) close(won / items, sigmoid(theta[i] - theta[j]), 0.03, "share");
      })
    );
    const found = bradleyTerry(wins).strengths;
    const mean = theta.reduce((sum, one) => sum + one, 0) / theta.length;
    found.forEach((one, i) => close(one, theta[i] - mean, 0.1, `strength ${i}`));
  },
});

law("Wilson's interval holds the share, mirrors with its hits, and shrinks as more are counted", {
  source: "Wilson 1927",
  given: {
    of: fc.integer({ min: 1, max: 400 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  holds: ({ of, share }) => {
    const hits = Math.round(share * of);
    const own = wilsonInterval({ hits, of }), other = wilsonInterval({ hits: of - hits, of });
    assert(0 <= own.low && own.low <= own.estimate && own.estimate <= own.high && own.high <= 1);
    close(own.low, 1 - other.high, 1e-12);
    const more = wilsonInterval({ hits: 4 * hits, of: 4 * of });
    assert(more.high - more.low < own.high - own.low);
    // Its ends solve (p − p̂)² = z² p (1 − p) / n.
    for (const end of [own.low, own.high]) {
      if (end === 0 || end === 1) continue;
      close((end - hits / of) ** 2, 1.959963984540054 ** 2 * end * (1 - end) / of, 1e-9, "score");
    }
  },
  kills: ["wilson-without-its-centre", "wilson-half-of-wald"],
});

Deno.test("Wilson's interval as it is tabulated, and what isn't a share", () => {
  const { low, high } = wilsonInterval({ hits: 81, of: 263 });
  close(low, 0.2553, 1e-4);
  close(high, 0.3662, 1e-4);
  assertThrows(() => wilsonInterval({ hits: 1, of: 0 }), RangeError, "a share of 1 among 0");
  assertThrows(() => wilsonInterval({ hits: 3, of: 2 }), RangeError);
});

Deno.test("duels over different items are refused", () => {
  assertThrows(() => winRate({ own: [1, 2], other: [1] }), RangeError, "as many of each");
  assertThrows(() => winRate({ own: [], other: [] }), RangeError);
  assertThrows(() => winInterval([]), RangeError, "at least one");
});
