/** How estimates are written: their digits follow the interval. @module */
import { fixed, formatNumber } from "../../../base/text/mod.ts";
import type { Estimate } from "../chart_data.ts";

/** An estimate in two parts: the mean, and "±" with the half-width (null where there is none). */
export interface FormattedEstimate {
  readonly value: string;
  readonly spread: string | null;
}

/**
 * Mean ± half-width. The half-width has two significant digits and fixes the mean's decimals, within
 * one and five digits of the mean, so that a wide interval doesn't eat the number. An interval that
 * isn't symmetric is written as its two ends.
 */
export function formatEstimate(estimate: Estimate): FormattedEstimate {
  const { mean, low, high } = estimate;
  if (low === null || high === null) {
    return { value: plain(mean), spread: null };
  }
  const half = (high - low) / 2;
  if (!Number.isFinite(half) || !Number.isFinite(mean)) {
    return { value: plain(mean), spread: null };
  }
  if (half === 0) return { value: plain(mean), spread: "±0" };
  const size = (x: number) => Math.floor(Math.log10(Math.abs(x)));
  const top = Math.max(mean === 0 ? -Infinity : size(mean), size(half));
  if (top >= 7 || top < -5) {
    return { value: formatNumber(mean, 3), spread: `±${formatNumber(half, 2)}` };
  }
  const decimals = Math.min(Math.max(1 - size(half), -top), 4 - top);
  const places = Math.max(0, decimals);
  const symmetric = Math.abs(high + low - 2 * mean) <= 0.1 * half;
  if (symmetric && Number(half.toFixed(places)) === 0) {
    return { value: fixed(mean, places), spread: `±${formatNumber(half, 1)}` };
  }
  return {
    value: fixed(mean, places),
    spread: symmetric
      ? `±${fixed(half, places)}`
      : `(${fixed(low, places)} to ${fixed(high, places)})`,
  };
}

/** A value without an interval. */
function plain(value: number): string {
  return formatNumber(value, Math.abs(value) < 1 ? 3 : 4);
}
