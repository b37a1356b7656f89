/**
 * A family's run from start to record: train (or resume), finish, evaluate, draw, write.
 * @module
 */
import { countedUnit } from "../../kinds/mod.ts";
import { sha256 } from "../../base/digest/mod.ts";
import { disposeTree } from "../../engine/mod.ts";
import type { Artefact } from "../../record/mod.ts";
import {
  checkpointFile,
  type Outcome,
  parameterCount,
  type Run,
  writeRecord,
} from "../../run/mod.ts";
import { modelSubject, samplesOf, subjectParts, timedWork } from "../../run/model/mod.ts";
import { conclude, knownValues, nulls } from "../../run/score/mod.ts";
import { prepare, train } from "../../run/train/mod.ts";
import { pictureKey } from "../../show/mod.ts";

/** Executes a run of protocol `train-evaluate`; see the module. */
export async function executeTraining(run: Run): Promise<Outcome> {
  const { planned, store } = run;
  const prepared = await prepare(run);
  const { dataset, seen, model, programs } = prepared;
  const { twin } = prepared;
  const resumed = await run.status.resumes(prepared.resumed && twin === null);
  const trained = await train(run, prepared);
  const { state, step } = trained;
  const freed: (() => void)[] = [];
  try {
    if (trained.stopped) {
      await run.status.interrupted();
      return { kind: "stopped", step };
    }
    const ending = {
      dataset,
      steps: step,
      parameters: parameterCount(state),
      capabilities: model.capabilities,
      resumed: twin?.resumed ?? resumed,
      ...(twin === null ? {} : { trainedBy: twin.trainedBy }),
      seriesSha256: trained.seriesSha256,
    };
    if (trained.diverged !== null) {
      // Nothing to go on from: the next attempt, if any, starts over.
      await store.remove(planned.id, checkpointFile);
      return await writeRecord(run, {
        ...ending,
        state: "diverged",
        cause: trained.diverged,
        metrics: await nulls(planned, {
          reason: `diverged: ${trained.diverged}`,
          metric: run.host.metric,
          unit: countedUnit(dataset.sample),
        }),
        artefacts: [],
      });
    }
    const checkpoint: Artefact = {
      name: "checkpoint",
      file: checkpointFile,
      sha256: await sha256(trained.checkpoint!),
      about: "State after the last step",
    };
    const parts = subjectParts(run, { dataset: seen, model, programs, state });
    // For what is counted of timed work; the clock is for when nothing else runs.
    const { timed, release } = timedWork(parts, { dataset: seen, steps: step });
    freed.push(release);
    return await conclude(run, {
      subject: { ...modelSubject(parts), timed },
      samples: model.capabilities.samples
        ? (count, options) => samplesOf(parts, pictureKey, { count, ...options })
        : null,
      known: await knownValues(run, twin),
      ending: { ...ending, artefacts: [checkpoint] },
    });
  } finally {
    freed.forEach((free) => free());
    disposeTree(state);
  }
}
