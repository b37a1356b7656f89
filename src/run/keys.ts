/**
 * Every key of a run, from its seed and a purpose: the one place where the seed enters.
 *
 * Runs of one seed share their keys whatever their family or config, so that they see the same
 * pictures in the same order and sample from the same latents: comparisons between families are
 * paired. Other seeds share nothing.
 * @module
 */
import { type HostKey, hostKey } from "../random/host/mod.ts";

/** Keys by purpose. */
export interface RunKeys {
  /** Initial weights. */
  readonly init: HostKey;
  /** Order of the training samples. */
  readonly order: HostKey;
  /** Draws of a program in a training step. */
  step(step: number, program: string): HostKey;
  /** Latents of the samples that metrics see. */
  readonly sample: HostKey;
  /** Draw `draw` of the importance weights. */
  weight(draw: number): HostKey;
  /** Fitting after the last step. */
  finish(purpose: string): HostKey;
  /** A metric's own draws. */
  metric(purpose: string): HostKey;
}

/** Keys of the run with this seed. */
export function runKeys(seed: number): RunKeys {
  const key = (...purposes: (string | number)[]) => hostKey(seed, "run", ...purposes);
  return {
    init: key("init"),
    order: key("order"),
    step: (step, program) => key("step", program, step),
    sample: key("sample"),
    weight: (draw) => key("weight", draw),
    finish: (purpose) => key("finish", purpose),
    metric: (purpose) => key("metric", purpose),
  };
}
