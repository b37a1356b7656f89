/**
 * Checks that contenders do the same work: the same losses from the same weights and inputs.
 * @module
 */

/** Half a unit in the last place of float32, relative. */
const UNIT = 2 ** -24;
/** What is allowed of the growth that rounding alone would have. */
const CARRIED = 2;

/** What rounding depends on. */
export interface Work {
  /** Numbers in the largest sum that a loss or a gradient takes. */
  readonly terms: number;
}

/**
 * How far two float32 computations of the loss after `step` steps (from 0) may differ, relative.
 * Rounding of a sum of n numbers walks about √n units, in whatever order they are taken; Adam's next
 * parameters carry the difference on, so it grows by as much a step, and now and then by more: Muon's
 * orthogonalised steps at 1.35 times this rate on one processor of several, for a single step. Twice it
 * is allowed; another work is off by a hundred times and stays so.
 */
export function lossTolerance(step: number, { terms }: Work): number {
  return CARRIED * (step + 1) * Math.sqrt(terms) * UNIT;
}

/**
 * The largest difference of two curves' losses as a share of what rounding allows: at most 1 where
 * they are the same work. Curves of different lengths, or with a number that isn't finite, give ∞.
 */
export function disagreement(a: readonly number[], b: readonly number[], work: Work): number {
  if (a.length !== b.length || a.length === 0) return Infinity;
  let worst = 0;
  for (let step = 0; step < a.length; step++) {
    const size = Math.max(Math.abs(a[step]), Math.abs(b[step]));
    const share = a[step] === b[step]
      ? 0
      : Math.abs(a[step] - b[step]) / size / lossTolerance(step, work);
    if (!Number.isFinite(a[step]) || !(share <= Number.MAX_VALUE)) return Infinity;
    worst = Math.max(worst, share);
  }
  return worst;
}
