/** Which answers are kept. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { bestOf, keptOf, pairOf, worstOf } from "../../../src/protocols/respond/choose.ts";
import { entry } from "../../../src/protocols/respond/entry.ts";
import { law } from "../../law.ts";

const worth = fc.array(fc.integer({ min: 0, max: 4 }).map((k) => k / 4), {
  minLength: 1,
  maxLength: 8,
});

law("respond: the best is worth most and stands first among equals; pairs are of best and worst", {
  source: "Stiennon et al. 2020 (arXiv:2009.01325), best of n",
  given: { worth },
  holds: ({ worth }) => {
    const best = bestOf(worth), worst = worstOf(worth);
    assert(worth.every((value) => value <= worth[best] && value >= worth[worst]));
    assertEquals(best, worth.indexOf(Math.max(...worth)));
    assertEquals(worst, worth.indexOf(Math.min(...worth)));
    assertEquals(keptOf(worth, { keep: "best" }), [best]);
    assertEquals(keptOf(worth, { keep: "all" }), [...worth.keys()]);
    const least = { keep: "best", above: worth[best] } as const;
    assertEquals(keptOf(worth, least), [best]);
    assertEquals(keptOf(worth, { ...least, above: worth[best] + 0.1 }), []);
    const pair = pairOf(worth);
    assertEquals(pair === null, new Set(worth).size === 1);
    if (pair !== null) assert(worth[pair.chosen] > worth[pair.rejected]);
  },
  kills: ["respond-keeps-the-worst", "respond-pairs-of-equals"],
});

law("respond: above a threshold the kept shrink as it rises, and hold all that reach it", {
  source: "rejection sampling: Touvron et al. 2023 (arXiv:2307.09288)",
  given: { worth, low: fc.integer({ min: 0, max: 4 }), by: fc.integer({ min: 0, max: 4 }) },
  holds: ({ worth, low, by }) => {
    const kept = (k: number) => keptOf(worth, { keep: "above", above: k / 4 });
    const [lower, higher] = [kept(low), kept(low + by)];
    assert(higher.every((i) => lower.includes(i)));
    assertEquals(lower.length, worth.filter((value) => value >= low / 4).length);
  },
  kills: ["respond-above-alone"],
});

Deno.test("respond: settings that don't go together are refused", () => {
  const refused = (config: Record<string, unknown>, why: string) => {
    const read = entry.config.safeParse(config);
    assert(!read.success && read.error.issues.some(({ message }) => message.includes(why)), why);
  };
  refused({ keep: "above" }, "wants `above`");
  refused({ keep: "all", above: 1 }, "goes with `keep: best` or `above`");
  refused({ pairs: true, keep: "all" }, "leave `keep` out");
  refused({ pairs: true, count: 1 }, "makes no pairs");
  refused({ keepAsking: true }, "goes with `ask`");
  refused({ temperature: 0 }, "the same answer each time");
  assert(entry.config.safeParse({ temperature: 0, count: 1 }).success);
  assert(entry.config.safeParse({}).success);
  assertThrows(() => bestOf([]), RangeError, "no answers");
});
