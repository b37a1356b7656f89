/**
 * Budgets: how many optimiser steps a run gets.
 * @module
 */
import { disposeTree } from "../engine/tree.ts";
import { initialState } from "./programs.ts";
import { DivergenceWatch } from "./divergence.ts";
import { SeriesRecorder } from "./series.ts";
import { type TrainSetup, trainSteps } from "./train.ts";

/** What a probe measured. */
export interface Probe {
  /** Seconds of one training step with its data: the median over the probe's steps but the first. */
  readonly secondsPerStep: number;
  /** Seconds of the first step, which compiles. */
  readonly firstStep: number;
  readonly steps: number;
}

/**
 * Times a few training steps on a state that is then thrown away.
 * @param limit at least 3 steps are run, then as many as fit in `seconds`, at most `steps`.
 */
export async function probeTraining(
  setup: TrainSetup,
  limit: { seconds: number; steps: number },
): Promise<Probe> {
  let state = initialState(setup.model, setup.keys);
  const series = new SeriesRecorder(setup.engine, new DivergenceWatch());
  const times = { data: 0, compile: 0, steps: 0 };
  const taken: number[] = [];
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let step = 0;
  while (step < 3 || (step < limit.steps && elapsed() < limit.seconds)) {
    const before = performance.now();
    ({ state } = await trainSteps(setup, state, {
      from: step,
      to: step + 1,
      series,
      times,
      stopped: () => false,
    }));
    await setup.engine.sync();
    taken.push((performance.now() - before) / 1000);
    step += 1;
    // A diverging model trains no further, but its steps take as long: one a step is enough.
    if (series.watch.cause !== null) break;
  }
  disposeTree(state);
  const [firstStep, ...rest] = taken;
  const sorted = (rest.length === 0 ? taken : rest).toSorted((a, b) => a - b);
  return { secondsPerStep: sorted[sorted.length >> 1], firstStep, steps: taken.length };
}

/** Share of a budget in seconds that its probe may take. */
export const probeShare = 0.03;

/**
 * Steps of a budget. One in seconds is turned into steps by a probe at the start and pinned in the
 * checkpoint, so that a resume and its learning-rate schedule have the same number.
 */
export async function budgetSteps(
  budget: { readonly steps: number } | { readonly seconds: number },
  setup: () => TrainSetup,
): Promise<{ steps: number; probe: Probe | null }> {
  if ("steps" in budget) return { steps: budget.steps, probe: null };
  const probe = await probeTraining(setup(), { seconds: budget.seconds * probeShare, steps: 500 });
  return { steps: Math.max(1, Math.floor(budget.seconds / probe.secondsPerStep)), probe };
}
