/**
 * Advantages of whole answers: what a reward is worth beside what was to be expected. Answers to one
 * prompt, a group, stand one after the other.
 * @module
 */

/** Mean of numbers. */
function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Standard deviation with n − 1; 0 of one number. */
export function spread(values: ArrayLike<number>): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) * (values[i] - centre);
  return Math.sqrt(sum / (values.length - 1));
}

/** @throws RangeError where groups don't fill the rewards */
function requireGroups(rewards: ArrayLike<number>, group: number): void {
  if (Number.isInteger(group) && group > 0 && rewards.length % group === 0) return;
  throw new RangeError(`${rewards.length} rewards don't stand in groups of ${group}`);
}

/** Added to a spread that is divided by, as TRL has it: equal rewards give 0, not 0/0. */
const LEAST_SPREAD = 1e-4;

/**
 * GRPO: (r − mean of the group)/(its spread + 10⁻⁴). Shao et al. 2024, DeepSeekMath (arXiv:2402.03300),
 * section 4.1.2. `none` is r − mean, as Liu et al. 2025, Dr. GRPO (arXiv:2503.20783), have it: dividing
 * weighs prompts up that are nearly always or nearly never answered well. `batch` divides by the spread
 * of all rewards. Equal rewards in a group give 0. [answers]
 */
export function groupAdvantages(
  rewards: ArrayLike<number>,
  { group, scale = "group" }: {
    readonly group: number;
    readonly scale?: "group" | "batch" | "none";
  },
): Float64Array {
  requireGroups(rewards, group);
  const all = Float64Array.from(rewards), advantages = new Float64Array(all.length);
  const whole = spread(all) + LEAST_SPREAD;
  for (let from = 0; from < all.length; from += group) {
    const own = all.subarray(from, from + group), centre = mean(own);
    const by = scale === "none" ? 1 : scale === "batch" ? whole : spread(own) + LEAST_SPREAD;
    own.forEach((reward, i) => advantages[from + i] = (reward - centre) / by);
  }
  return advantages;
}

/**
 * RLOO: r less the mean of the others in its group. Kool et al. 2019; Ahmadian et al. 2024
 * (arXiv:2402.14740), eq. 8. Needs at least two answers a group. [answers]
 */
export function leaveOneOutAdvantages(
  rewards: ArrayLike<number>,
  { group }: { readonly group: number },
): Float64Array {
  requireGroups(rewards, group);
  if (group < 2) throw new RangeError("leave-one-out needs at least 2 answers a group, found 1");
  const all = Float64Array.from(rewards), advantages = new Float64Array(all.length);
  for (let from = 0; from < all.length; from += group) {
    const own = all.subarray(from, from + group), sum = mean(own) * group;
    own.forEach((reward, i) => advantages[from + i] = reward - (sum - reward) / (group - 1));
  }
  return advantages;
}

/**
 * REINFORCE: r − b. Williams 1992, section 4. `batch`: b is the mean of all other rewards, which an
 * answer has no part in, so that the gradient stays unbiased. [answers]
 */
export function baselineAdvantages(
  rewards: ArrayLike<number>,
  baseline: "batch" | number,
): Float64Array {
  if (baseline === "batch") return leaveOneOutAdvantages(rewards, { group: rewards.length });
  return Float64Array.from(rewards, (reward) => reward - baseline);
}

/** Added to a variance before its root, as TRL has it. */
const LEAST_VARIANCE = 1e-8;

/**
 * Numbers where `mask` is 1 with variance 1 (by n − 1) and mean 0, or the mean that they had where they
 * aren't `centred`; 0 elsewhere. Two at least are needed; fewer stay as they are. Advantages: Andrychowicz
 * et al. 2021 (arXiv:2006.05990), C67; rewards: Ziegler et al. 2019 (arXiv:1909.08593), section 2.2.
 */
export function whitened(
  values: ArrayLike<number>,
  mask: ArrayLike<number>,
  { centred = true }: { readonly centred?: boolean } = {},
): Float64Array {
  const own = Array.from(values).filter((_, i) => mask[i]);
  if (own.length < 2) return Float64Array.from(values, (value, i) => mask[i] ? value : 0);
  const centre = mean(own), scale = spread(own);
  const by = 1 / Math.sqrt(scale * scale + LEAST_VARIANCE);
  const back = centred ? 0 : centre;
  return Float64Array.from(values, (value, i) => mask[i] ? (value - centre) * by + back : 0);
}
