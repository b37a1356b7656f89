/**
 * When a run has diverged, by stated rules that see nothing but its series and its state.
 * @module
 */

/** Steps whose losses set the scale. */
export const scaleSteps = 10;
/** Successive exploded losses that count as divergence. */
export const explodedSteps = 10;
/** How many times its scale a loss may rise above the largest of the first losses. */
export const explosionFactor = 100;

/**
 * Watches the scalars of a run, in order of steps. A run has diverged when
 * - any scalar is NaN or infinite, or
 * - `explodedSteps` successive losses all exceed L + 100 (1 + |L|), L the largest of the first ten
 *   losses. So wide that no healthy objective comes near, whatever its unit and sign.
 */
export class DivergenceWatch {
  #largest = -Infinity;
  #losses = 0;
  #exploded = 0;
  #cause: string | null = null;

  /** Why the run has diverged, or null while it hasn't. */
  get cause(): string | null {
    return this.#cause;
  }

  /** One scalar of one step. */
  observe(step: number, name: string, value: number): void {
    if (this.#cause !== null) return;
    if (!Number.isFinite(value)) {
      this.#cause = `step ${step}: ${name} is ${value}`;
      return;
    }
    if (name !== "loss") return;
    if (this.#losses < scaleSteps) {
      this.#losses += 1;
      this.#largest = Math.max(this.#largest, value);
      return;
    }
    const limit = this.#largest + explosionFactor * (1 + Math.abs(this.#largest));
    this.#exploded = value > limit ? this.#exploded + 1 : 0;
    if (this.#exploded === explodedSteps) {
      this.#cause = `step ${step}: loss ${value} stayed above ${limit} for ${explodedSteps} ` +
        `steps (largest of the first ${scaleSteps}: ${this.#largest})`;
    }
  }
}

/** Path of the first array that holds a NaN or an infinity, or null. */
export function firstNonFinite(
  arrays: Iterable<readonly [path: string, values: ArrayLike<number>]>,
): string | null {
  for (const [path, values] of arrays) {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) return path;
    }
  }
  return null;
}
