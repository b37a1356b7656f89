/** What the gate found for a row, in words. @module */
import { formatNumber } from "../base/text/mod.ts";
import type { Verdict } from "./verdict/verdict.ts";

/** "+2.1 % (−0.3 to 4.5)". */
export function changeText({ effect, effectUnit, interval }: Verdict): string {
  if (effect === null) return "–";
  const share = effectUnit === "share";
  const one = (x: number) => formatNumber(share ? 100 * x : x, 2);
  const sign = effect > 0 ? "+" : "";
  const range = interval ? ` (${one(interval.low)} to ${one(interval.high)})` : "";
  return `${sign}${one(effect)}${share ? " %" : ""}${range}`;
}
