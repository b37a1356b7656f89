/**
 * Who wins where rows have a number for each of the same items: win rates with ties counted half.
 * @module
 */
import { bootstrap } from "../interval/bootstrap.ts";
import type { Interval } from "../interval/estimate.ts";
import type { HostKey } from "../../random/host/mod.ts";
import { mean } from "../summary.ts";

/** Numbers of two rows, item by item; larger is better. */
export interface Duel {
  readonly own: readonly number[];
  readonly other: readonly number[];
}

/** An item's part of a win: 1, ½ of a tie, 0. */
const point = (own: number, other: number) => own > other ? 1 : own === other ? 0.5 : 0;

function points({ own, other }: Duel): number[] {
  if (own.length === 0 || own.length !== other.length) {
    throw new RangeError(`a duel over ${own.length} and ${other.length} items: as many of each`);
  }
  return own.map((value, i) => point(value, other[i]));
}

/**
 * The share of items on which a row beats the other, ties half: 1 − that of the other over it.
 * @throws RangeError where they aren't numbers of the same items
 */
export function winRate(duel: Duel): number {
  return mean(points(duel));
}

/**
 * The same with a bootstrap interval over items, percentile and widened: of the other row it is the
 * same one mirrored at ½. Where several runs stand for a row, each of an item's numbers is the mean of
 * theirs over the runs that are paired.
 * @param duels of one pair of rows, a duel a seed, over the same items
 * @throws RangeError where there is none, or items differ
 */
export function winInterval(
  duels: readonly Duel[],
  { level = 0.95, key, resamples = 1999 }: {
    readonly level?: number;
    readonly key?: HostKey;
    readonly resamples?: number;
  } = {},
): Interval {
  const all = duels.map(points);
  if (all.length === 0 || all.some(({ length }) => length !== all[0].length)) {
    throw new RangeError("a win rate needs duels over the same items, at least one");
  }
  const items = all[0].map((_, i) => mean(all.map((own) => own[i])));
  if (items.length < 2) {
    const estimate = items[0];
    return { estimate, low: 0, high: 1, level, n: 1, method: "percentile bootstrap" };
  }
  return bootstrap([items], ([drawn]) => mean(drawn), {
    level,
    resamples,
    method: "percentile",
    ...(key && { key }),
  });
}
