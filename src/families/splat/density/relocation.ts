/**
 * Splats at one place in place of one, so that what is seen stays. Kheradmand et al. 2024,
 * arXiv:2404.09591, equation 9.
 * @module
 */
import { expm1, log1p } from "../../../numeric/mod.ts";

/** Copies that are made of one splat at most, itself counted: theirs. */
export const MOST_COPIES = 51;

/** Binomial coefficients of 0 … MOST_COPIES − 1, row after row. */
const binomials = (() => {
  const rows: number[][] = [];
  for (let n = 0; n < MOST_COPIES; n++) {
    rows.push(
      Array.from(
        { length: n + 1 },
        (_, k) => k === 0 || k === n ? 1 : rows[n - 1][k - 1] + rows[n - 1][k],
      ),
    );
  }
  return rows;
})();

/** What each of the splats at one place has. */
export interface Shared {
  /** o' with 1 − (1 − o')ᴺ = o. */
  readonly opacity: number;
  /** What sizes are multiplied by. */
  readonly scale: number;
}

/**
 * Opacity and size of each of N splats that stand for one of opacity o. Together they cover its middle as
 * it did; sizes shrink so that the integral of what they cover along a line through it stays too:
 * o·∫g = ∫ 1 − (1 − o'g')ᴺ, which is o/Σᵢ₌₁ᴺ Σₖ₌₀ⁱ⁻¹ (i−1 over k)·(−1)ᵏ·o'ᵏ⁺¹/√(k + 1).
 */
export function shared(opacity: number, copies: number): Shared {
  const N = Math.min(copies, MOST_COPIES);
  // 1 − (1 − o)^{1/N}, without losing small ones.
  const each = N === 1 ? opacity : -expm1(log1p(-opacity) / N);
  let sum = 0;
  for (let i = 0; i < N; i++) {
    let power = each;
    for (let k = 0; k <= i; k++) {
      sum += (k % 2 === 0 ? 1 : -1) * binomials[i][k] * power / Math.sqrt(k + 1);
      power *= each;
    }
  }
  return { opacity: each, scale: opacity / sum };
}
