/**
 * Generalised advantage estimation. Schulman et al. 2016 (arXiv:1506.02438), eq. 11–16:
 * δ_t = r_t + γ V(s_{t+1}) − V(s_t), Â_t = Σ_l (γλ)ˡ δ_{t+l}, within an episode.
 * @module
 */

/** Steps one after the other, of one episode or of several. */
export interface Steps {
  readonly rewards: ArrayLike<number>;
  /** V of the state before each step. */
  readonly values: ArrayLike<number>;
  /** 1 where an episode ends with the step: nothing after it counts. */
  readonly done: ArrayLike<number>;
  /** V of the state after the last step, where its episode goes on. Default 0. */
  readonly after?: number;
}

/** γ, and λ: 0 gives δ, 1 the discounted rewards to the end less V. */
export interface Discounts {
  readonly gamma: number;
  readonly lambda: number;
}

/**
 * Advantages by the recursion Â_t = δ_t + γλ Â_{t+1}, both V(s_{t+1}) and Â_{t+1} being 0 where step t
 * ends its episode. [steps]
 */
export function generalisedAdvantages(
  { rewards, values, done, after = 0 }: Steps,
  { gamma, lambda }: Discounts,
): Float64Array {
  const count = rewards.length, advantages = new Float64Array(count);
  let next = 0;
  for (let t = count - 1; t >= 0; t--) {
    const goesOn = done[t] ? 0 : 1;
    const value = t + 1 < count ? values[t + 1] : after;
    const delta = rewards[t] + gamma * goesOn * value - values[t];
    next = delta + gamma * lambda * goesOn * next;
    advantages[t] = next;
  }
  return advantages;
}

/** What values are fitted to: Â_t + V(s_t), the λ-return. [steps] */
export function valueTargets(
  advantages: ArrayLike<number>,
  values: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(advantages, (advantage, t) => advantage + values[t]);
}
