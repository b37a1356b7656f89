/** How numbers are written: digits follow the interval, units stand in headings. @module */
import type { Verdict } from "../gate/verdict.ts";
import type { Estimate } from "./model.ts";

const MINUS = "−";

/** A key as words: "rawPixels" is "raw pixels". */
export function words(key: string): string {
  return key.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** "1,204", "−0.032", "1.2 × 10⁷"; `digits` significant ones, default 3. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : sign(value) + "∞";
  if (value === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)));
  return size >= 7 || size < -5
    ? scientific(value, digits)
    : fixed(value, Math.max(0, digits - 1 - size));
}

/** With exactly `decimals` decimals, grouped by thousands. */
export function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(Math.min(decimals, 20));
  const [whole, fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const rounded = Number(text) === 0 ? "" : sign(value);
  return rounded + grouped + (fraction ? `.${fraction}` : "");
}

function sign(value: number): string {
  return value < 0 ? MINUS : "";
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = Math.abs(value).toExponential(digits - 1).split("e");
  const power = [...exponent.replace("+", "")]
    .map((c) => c === "-" ? "⁻" : SUPERSCRIPTS[Number(c)]).join("");
  return `${sign(value)}${mantissa} × 10${power}`;
}

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

/** "42 s", "3 min 5 s", "2 h 10 min". */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${formatNumber(seconds, 2)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  }
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
}

/** "512 MB", "16 GB": powers of ten. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (bytes >= 1000 && at < units.length - 1) {
    bytes /= 1000;
    at += 1;
  }
  return `${formatNumber(bytes, bytes >= 100 ? 3 : 2)} ${units[at]}`;
}

/** "1 run", "3 runs". */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${fixed(n, 0)} ${n === 1 ? noun : plural}`;
}

/** "a", "a and b", "a, b and c". */
export function list(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

/** "+2.1 % (−0.3 to 4.5)". */
export function changeText({ effect, effectUnit, interval }: Verdict): string {
  if (effect === null) return "–";
  const share = effectUnit === "share";
  const one = (x: number) => formatNumber(share ? 100 * x : x, 2);
  const sign = effect > 0 ? "+" : "";
  const range = interval ? ` (${one(interval.low)} to ${one(interval.high)})` : "";
  return `${sign}${one(effect)}${share ? " %" : ""}${range}`;
}
