/**
 * Seeds that were mixed up: numbers of one seed with the bits of another seed of the baseline, or
 * the same number for every seed. Statistics over seeds can't notice either, since the set of
 * numbers is the same.
 * @module
 */
import type { Row } from "./rows.ts";

/** Largest denominator whose fractions are taken for counts, which agree by chance. */
const largestCount = 10_000;

/** Whether a value is a fraction of whole numbers small enough that two runs may well share it. */
function isCount(value: number): boolean {
  for (let whole = 1; whole <= largestCount; whole++) {
    const product = value * whole;
    const rounding = 16 * Number.EPSILON * Math.abs(product);
    if (Math.abs(product - Math.round(product)) <= rounding) return true;
  }
  return false;
}

interface Sides {
  readonly row: Row;
  readonly before: Row;
}

/** Whether a row's numbers can name their seed: no two of the baseline agree. */
function isTelling({ row, before }: Sides): boolean {
  if (row.kind === "speed" || before.values.size < 2) return false;
  return new Set(before.values.values()).size === before.values.size;
}

/** The seed of the baseline whose values this seed's run has in every row, none of them a count. */
function impersonated(rows: readonly Sides[], seed: number): number | null {
  const own = rows.filter(({ row }) => row.values.has(seed));
  if (own.length === 0) return null;
  const others = [...own[0].before.values.keys()].filter((other) => other !== seed);
  const found = others.find((other) =>
    own.every(({ row, before }) => Object.is(row.values.get(seed), before.values.get(other)))
  );
  const proven = found !== undefined && own.some(({ row }) => !isCount(row.values.get(seed)!));
  return proven ? found : null;
}

/** Whether several seeds give one number in every row whose baseline has one a seed. */
function isDeaf(rows: readonly Sides[]): boolean {
  return rows.every(({ row }) => row.values.size > 1 && new Set(row.values.values()).size === 1) &&
    rows.some(({ before }) => !isCount([...before.values.values()][0]));
}

/** By label: what is wrong with its seeds, where something is. */
export function seedFaults(compared: readonly Sides[]): ReadonlyMap<string, string> {
  const byLabel = new Map<string, Sides[]>();
  for (const sides of compared) {
    if (!isTelling(sides)) continue;
    byLabel.set(sides.row.label, [...byLabel.get(sides.row.label) ?? [], sides]);
  }
  const faults = new Map<string, string>();
  for (const [label, rows] of byLabel) {
    if (isDeaf(rows)) {
      faults.set(label, "every seed gives the same number: the seed is ignored");
      continue;
    }
    const seeds = new Set(rows.flatMap(({ row }) => [...row.values.keys()]));
    const taken = [...seeds].sort((a, b) => a - b).flatMap((seed) => {
      const other = impersonated(rows, seed);
      return other === null ? [] : [`seed ${seed} has the bits of the baseline's seed ${other}`];
    });
    if (taken.length > 0) faults.set(label, `wrong seed: ${taken.join(", ")}`);
  }
  return faults;
}
