/**
 * One planned run from start to record: train (or resume), finish, evaluate, draw, write.
 * @module
 */
import { disposeTree } from "../engine/tree.ts";
import { sha256 } from "../base/digest.ts";
import { kindOf } from "../kinds/table.ts";
import type { Artefact, PlannedRun, RunSpec } from "../record/record.ts";
import { checkpointFile, parameterCount } from "../run/checkpoint.ts";
import { conclude, nulls } from "../run/score/conclude.ts";
import type { Outcome } from "../run/events.ts";
import { executeExternal } from "./external/execute.ts";
import { isFinal } from "../run/failure.ts";
import { begin, type Run, type RunHost, timed, writeRecord } from "../run/job.ts";
import { pictureKey } from "../show/key.ts";
import { modelSubject, samplesOf, subjectParts } from "../run/model/subject.ts";
import { timedWork } from "../run/model/timed.ts";
import { prepare, train } from "../run/train/training.ts";
import { knownValues } from "../run/score/twin.ts";

async function executeTraining(run: Run): Promise<Outcome> {
  const { planned, store } = run;
  const prepared = await prepare(run);
  const { dataset, model, programs } = prepared;
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
          unit: kindOf(dataset.sample).unit,
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
    const parts = subjectParts(run, { dataset, model, programs, state });
    // For what is counted of timed work; the clock is for when nothing else runs.
    const { timed, release } = timedWork(parts, { dataset, steps: step });
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

async function executeControl(run: Run): Promise<Outcome> {
  const { planned, host, keys } = run;
  const { spec } = planned;
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => host.dataset(spec.data));
  const subject = host.control(spec.family, dataset, keys.sample);
  return await conclude(run, {
    subject,
    samples: subject.most === 0
      ? null
      : (count) => subject.sample(Math.min(count, subject.most ?? count)),
    known: await knownValues(run, null),
    ending: {
      dataset,
      steps: 0,
      parameters: 0,
      resumed: 0,
      seriesSha256: null,
      artefacts: [],
    },
  });
}

const executions: Readonly<Record<RunSpec["protocol"], (run: Run) => Promise<Outcome>>> = {
  "train-evaluate": executeTraining,
  external: executeExternal,
  control: executeControl,
};

/**
 * Executes a run, or returns its record where it is done. An unfinished one goes on from its last
 * checkpoint, to the bits that it would have had uninterrupted.
 * @param options.fresh forgets what there is of it first.
 */
export async function executeRun(
  planned: PlannedRun,
  host: RunHost,
  options: { fresh?: boolean } = {},
): Promise<Outcome> {
  const run = begin(planned, host, options.fresh);
  if (!options.fresh) {
    const record = await run.store.readRecord(planned.id);
    if (record !== null && isFinal(record)) {
      return { kind: "record", record, cached: true };
    }
  }
  await run.status.claim(options);
  return await executions[planned.spec.protocol](run);
}
