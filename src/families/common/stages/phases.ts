/**
 * Trainings in phases: a codebook before its prior, an autoencoder before the diffusion of its codes.
 * @module
 */

/** A phase: the program that its steps run, and its share of the steps. */
export interface Phase {
  readonly program: string;
  readonly share: number;
}

/** Where a phase lies: its steps are `from` … `from + steps − 1`. */
export interface PlannedPhase {
  readonly program: string;
  readonly from: number;
  readonly steps: number;
}

/**
 * Phases laid over `steps` steps, each at least one.
 * @throws RangeError where there are fewer steps than phases
 */
export function planPhases(phases: readonly Phase[], steps: number): PlannedPhase[] {
  if (steps < phases.length) {
    throw new RangeError(
      `${steps} steps are too few for ${phases.length} phases of training ` +
        `(${phases.map(({ program }) => program).join(", ")}); give at least one each`,
    );
  }
  const total = phases.reduce((sum, { share }) => sum + share, 0);
  let from = 0;
  let reached = 0;
  return phases.map(({ program, share }, i) => {
    reached += share;
    const left = phases.length - 1 - i;
    const to = i === phases.length - 1
      ? steps
      : Math.min(steps - left, Math.max(from + 1, Math.round(steps * reached / total)));
    const planned = { program, from, steps: to - from };
    from = to;
    return planned;
  });
}

/** The program of a step. */
export function phaseAt(phases: readonly PlannedPhase[], step: number): PlannedPhase {
  return phases.findLast(({ from }) => step >= from)!;
}
