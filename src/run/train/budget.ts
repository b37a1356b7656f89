/**
 * Budgets: how many optimiser steps a run gets.
 * @module
 */
import { disposeTree } from "../../engine/mod.ts";
import { initialState } from "../model/programs.ts";
import { DivergenceWatch } from "../divergence.ts";
import { SeriesRecorder } from "../series.ts";
import { supposedSteps } from "../supposed_steps.ts";
import { stepKinds } from "../model/timed.ts";
import { type TrainSetup, trainSteps } from "./train.ts";

/** What a trial measured. */
export interface Trial {
  /**
   * Seconds of one training step with its data: the mean over the kinds of step that the training
   * has, by their shares, of the median over the trial's steps of the kind but its first.
   */
  readonly secondsPerStep: number;
  /** Seconds of the first step of each kind, which compiles: their sum. */
  readonly firstStep: number;
  readonly steps: number;
}

/** Least number of steps of a kind: one that compiles, two to time. */
const leastSteps = 3;

/**
 * Times a few training steps on a state that is then thrown away; kinds of step take turns.
 * @param limit at least 3 steps of each kind are run, then as many as fit in `seconds`, at most
 * `steps`; `of`: the length of the training that the model was built for.
 */
export async function trialOfTraining(
  setup: TrainSetup,
  limit: { seconds: number; steps: number; of: number },
): Promise<Trial> {
  let state = initialState(setup.model, setup.keys);
  const series = new SeriesRecorder(setup.engine, new DivergenceWatch());
  const times = { data: 0, compile: 0, steps: 0 };
  const kinds = stepKinds(setup.model.driver, limit.of).map((kind) => ({
    ...kind,
    taken: [] as number[],
  }));
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let steps = 0;
  while (
    steps < leastSteps * kinds.length || (steps < limit.steps && elapsed() < limit.seconds)
  ) {
    const { first, taken } = kinds[steps % kinds.length];
    const before = performance.now();
    ({ state } = await trainSteps(setup, state, {
      from: first,
      to: first + 1,
      series,
      times,
      stopped: () => false,
    }));
    await setup.engine.sync();
    taken.push((performance.now() - before) / 1000);
    steps += 1;
    // A diverging model trains no further, but its steps take as long: one of each kind is enough.
    if (series.watch.cause !== null && steps >= kinds.length) break;
  }
  disposeTree(state);
  const median = (taken: readonly number[]) => {
    const later = taken.length > 1 ? taken.slice(1) : taken;
    return later.toSorted((a, b) => a - b)[later.length >> 1];
  };
  return {
    secondsPerStep: kinds.reduce((sum, { share, taken }) => sum + share * median(taken), 0),
    firstStep: kinds.reduce((sum, { taken }) => sum + taken[0], 0),
    steps,
  };
}

/** Share of a budget in seconds that its trial may take. */
export const trialShare = 0.03;

/**
 * Steps of a budget. One in seconds is turned into steps by a trial at the start and pinned in the
 * checkpoint, so that a resume and its learning-rate schedule have the same number.
 */
export async function budgetSteps(
  budget: { readonly steps: number } | { readonly seconds: number },
  setup: (steps: number) => TrainSetup,
): Promise<{ steps: number; trial: Trial | null }> {
  if ("steps" in budget) return { steps: budget.steps, trial: null };
  // What a step costs hardly depends on the length of the training.
  const trial = await trialOfTraining(setup(supposedSteps), {
    seconds: budget.seconds * trialShare,
    steps: 500,
    of: supposedSteps,
  });
  return { steps: Math.max(1, Math.floor(budget.seconds / trial.secondsPerStep)), trial };
}
