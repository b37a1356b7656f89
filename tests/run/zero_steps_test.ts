import { assertEquals } from "@std/assert";
import { executeTraining } from "../../src/protocols/train_evaluate/execute.ts";
import { executeTrial } from "../../src/protocols/train_evaluate/trial.ts";
import { executeRun } from "../../src/protocols/execute.ts";
import { throughput } from "../../src/metrics/speed/throughput.ts";
import type { RunRecord } from "../../src/record/record.ts";
import { openStore } from "../../src/record/store.ts";
import { loadCheckpoint } from "../../src/run/checkpoint.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { begin } from "../../src/run/job.ts";
import { executeSpeed } from "../../src/run/model/speed.ts";
import { inFolder, planned, tinyHost } from "./harness.ts";
import { tinyMetric } from "./tiny.ts";

const metric = (name: string) =>
  Promise.resolve((name === throughput.name ? throughput : tinyMetric) as never);

/** A run of no steps, with `throughput` of one small batch. */
function untrained() {
  const plan = planned({ steps: 0 });
  const config = throughput.config.parse({ batches: [2], warmup: 1, seconds: 1e-6 });
  const asked = { metric: throughput.name, version: 1, config: config as never };
  return { ...plan, spec: { ...plan.spec, metrics: [...plan.spec.metrics, asked] } };
}

Deno.test("a budget of 0 steps: nothing is trained, and all is scored", async () => {
  await inFolder(async (out) => {
    const run = untrained(), events: RunEvent[] = [];
    const host = await tinyHost(out, { events, metric });
    const outcome = await executeRun(run, host);
    const record = (outcome as { record: RunRecord }).record;
    assertEquals([record.state, record.steps, record.cause], ["done", 0, undefined]);
    assertEquals(record.metrics.filter(({ value }) => value === null).map((one) => one.name), [
      "train-FLOPs",
    ]);
    assertEquals(events.filter(({ kind }) => kind === "progress"), []);
    const store = openStore(out);
    assertEquals(await store.readSeries(run.id), { format: 1, columns: {} });
    assertEquals((await loadCheckpoint(host.engine, store, run.id))?.place, {
      step: 0,
      steps: 0,
      phase: "finished",
    });
    // From the stored checkpoint, as a further metric is measured.
    const again = await executeTraining(begin(run, host));
    assertEquals((again as { record: RunRecord }).record.metrics, record.metrics);
    const timed = (await executeSpeed(run, host) as { record: RunRecord }).record;
    assertEquals(
      timed.metrics.filter(({ metric, value }) => metric === throughput.name && value === null)
        .map(({ name, status }) => [name, status]),
      [["train-speed-b2", "not-defined"], ["train-FLOPs", "not-defined"]],
    );
  });
});

Deno.test("a budget of 0 steps: a trial trains nothing", async () => {
  await inFolder(async (out) => {
    const outcome = await executeTrial(planned({ steps: 0 }), await tinyHost(out));
    const { steps, secondsPerStep, startSeconds } =
      (outcome as unknown as { estimate: Record<string, number> }).estimate;
    assertEquals([steps, secondsPerStep, startSeconds], [0, 0, 0]);
  });
});
