/**
 * The end of a run: scores, pictures, record.
 * @module
 */
import { ContractError } from "../../families/mod.ts";
import { countedUnit, type Unit } from "../../kinds/mod.ts";
import type { Metric } from "../../metrics/mod.ts";
import type { Subject } from "../../subject/mod.ts";
import type { MetricValue, PlannedRun } from "../../record/mod.ts";
import { evaluate, evaluationContext, withoutValues } from "./evaluate.ts";
import type { Outcome } from "../events.ts";
import { type Ending, type Run, timed, writeRecord } from "../job.ts";
import { neighbourhoodOf, show, type ShowParts } from "../../show/mod.ts";
import type { KnownValues } from "./twin.ts";

/** Nulls for every metric of a plan, for one reason. */
export async function nulls(
  planned: PlannedRun,
  why: { reason: string; metric: (name: string) => Promise<Metric>; unit?: Unit },
): Promise<MetricValue[]> {
  const values = await Promise.all(
    planned.spec.metrics.map(async ({ metric, config }) =>
      withoutValues(await why.metric(metric), config, {
        status: "not-measured",
        reason: why.reason,
        unit: why.unit,
      })
    ),
  );
  return values.flat();
}

/** Values of the metrics of speed, of runs that have nothing to time. */
async function withoutSpeed({ planned, host, asked }: Run, unit: Unit): Promise<MetricValue[]> {
  const why = asked.untimed;
  if (why === undefined) return [];
  const values: MetricValue[] = [];
  for (const { metric: name, config } of planned.spec.metrics) {
    const metric = await host.metric(name);
    if (metric.phase === "speed") values.push(...withoutValues(metric, config, { ...why, unit }));
  }
  return values;
}

/** Scores, pictures and the record, whatever the subject is. */
export async function conclude(run: Run, scored: {
  readonly subject: Subject;
  readonly samples: ShowParts["samples"];
  readonly known?: KnownValues;
  readonly ending: Omit<Ending, "state" | "cause" | "metrics">;
}): Promise<Outcome> {
  const { planned, host, store } = run;
  const { dataset, steps } = scored.ending;
  host.emit({ kind: "phase", phase: "evaluate" });
  await run.status.update("evaluate", steps, steps);
  const parts = {
    subject: scored.subject,
    dataset,
    keys: run.keys,
    metric: host.metric,
    extractor: host.extractor,
    cache: store.cache,
    mirrored: planned.spec.mirror,
    other: host.dataset,
    base: planned.base,
    engine: host.engine,
    progress: (note: string) => host.emit({ kind: "note", note }),
  };
  // One for metrics and pictures: features and extractors are had once.
  const context = evaluationContext(parts);
  const { values, problems } = await timed(
    run,
    "metrics",
    () =>
      evaluate(parts, planned.spec.metrics, {
        phase: "quality",
        stopped: host.stopped,
        known: scored.known,
        context,
      }),
  );
  if (host.stopped()) {
    await run.status.interrupted();
    return { kind: "stopped", step: steps };
  }
  host.emit({ kind: "phase", phase: "pictures" });
  const causes = [...problems];
  const pictures = await timed(run, "pictures", async () =>
    await show({
      subject: scored.subject,
      dataset,
      samples: scored.samples,
      neighbourhood: await neighbourhoodOf(context, planned.spec),
      write: (file, bytes) => store.write(planned.id, file, bytes),
    })).catch((error: Error) => {
      if (error instanceof ContractError) throw error;
      causes.push(`pictures: ${error.message}`);
      return [];
    });
  return await writeRecord(run, {
    ...scored.ending,
    state: causes.length === 0 ? "done" : "unreliable",
    ...(causes.length === 0 ? {} : { cause: causes.join("; ") }),
    metrics: [...values, ...await withoutSpeed(run, countedUnit(dataset.sample))],
    artefacts: [...scored.ending.artefacts, ...pictures],
  });
}
