/**
 * What a run would cost, measured by a few of its steps.
 * @module
 */
import { disposeTree } from "../../engine/mod.ts";
import { kindOf } from "../../kinds/mod.ts";
import type { PlannedRun } from "../../record/mod.ts";
import { trialOfTraining } from "../../run/train/mod.ts";
import {
  begin,
  dataOf,
  now,
  type Outcome,
  parameterCount,
  type RunHost,
  takenBy,
} from "../../run/mod.ts";
import {
  buildContext,
  compilePrograms,
  initialState,
  openFamily,
  samplesOf,
  subjectParts,
} from "../../run/model/mod.ts";

/** Steps and seconds that a trial may take. */
const trialLimit = { steps: 5, seconds: 3 };

/** Times a few training steps and one sampling call of a run, without leaving a trace of it. */
export async function executeTrial(planned: PlannedRun, host: RunHost): Promise<Outcome> {
  const { spec } = planned;
  const begun = begin(planned, host);
  const family = await host.family(spec.family);
  const steps = "steps" in spec.budget ? spec.budget.steps : 1000;
  // A family that opens nothing needs nothing of others before its first step.
  const taken = family.open === undefined ? [] : await takenBy(planned, begun.store);
  const run = { ...begun, taken };
  const dataset = await dataOf(run);
  const opened = await openFamily(family, run, dataset);
  const model = family.build(spec.config, buildContext(planned, opened, steps));
  const programs = compilePrograms(host.engine, model, {
    label: planned.label,
    mode: spec.settings?.compile,
  });
  const { keys } = run;
  const setup = {
    engine: host.engine,
    model,
    programs,
    dataset: opened.seen,
    keys,
    batch: spec.batch,
  };
  const trial = steps === 0
    ? { secondsPerStep: 0, firstStep: 0 }
    : await trialOfTraining(setup, { ...trialLimit, of: steps });
  const state = initialState(model, keys);
  let secondsPerSampleBatch: number | null = null;
  if (model.capabilities.samples && !model.driver.finish) {
    // A family that fits its sampler after training can't sample before.
    const parts = subjectParts(run, { dataset: opened.seen, model, programs, state });
    await samplesOf(parts, keys.sample, { count: 1 });
    const before = now();
    await samplesOf(parts, keys.sample, { count: 1 });
    secondsPerSampleBatch = now() - before;
  }
  const parameters = parameterCount(state);
  disposeTree(state);
  return {
    kind: "estimate",
    estimate: {
      steps: "steps" in spec.budget
        ? spec.budget.steps
        : Math.max(1, Math.floor(spec.budget.seconds / trial.secondsPerStep)),
      secondsPerStep: trial.secondsPerStep,
      sampleRows: kindOf(dataset.sample).rowsAtOnce(opened.seen.sample),
      secondsPerSampleBatch,
      startSeconds: trial.firstStep,
      parameters,
      peakBytes: host.engine.memory().peakBytes,
    },
  };
}
