/**
 * Styles of answers as they are drawn.
 * @module
 */
import { BEST, type Style } from "./answers.ts";
import type { Draws } from "./draws.ts";
import type { Facts } from "./facts.ts";

/** Of descriptions: values that may be wrong, and parts that may be missing, at most. */
const MOST_WRONG = 3, MOST_MISSING = 2;

/** Whether an answer says several traits, of which some may be wrong or missing. */
export const isWhole = ({ asks }: Facts): boolean =>
  asks.what === "traits" && asks.traits.length > 1;

/**
 * A style in which each manner is as likely as any other.
 * @param shares of answers in which something is false, that leave something out, and that insult
 */
export function drawnStyle(
  facts: Facts,
  draws: Draws,
  { wrong, missing = 0, unsafe }: {
    readonly wrong: number;
    readonly missing?: number;
    readonly unsafe: number;
  },
): Style {
  const whole = isWhole(facts);
  const isWrong = draws.chance(wrong), lacks = draws.chance(missing);
  return {
    ...BEST,
    polite: draws.below(5),
    concise: draws.below(5),
    verbose: draws.below(5),
    wrong: isWrong ? 1 + draws.below(whole ? MOST_WRONG : 1) : 0,
    missing: lacks && whole ? 1 + draws.below(MOST_MISSING) : 0,
    unsafe: draws.chance(unsafe),
  };
}
