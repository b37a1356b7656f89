import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { groupId, runId } from "../../src/record/identity.ts";
import type { PlannedRun, RunRecord } from "../../src/record/record.ts";
import { openStore } from "../../src/record/store.ts";
import { checkpointFile } from "../../src/run/checkpoint.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { executeRun } from "../../src/protocols/execute.ts";
import { law } from "../law.ts";
import { flips } from "../base/flips.ts";
import { inFolder, planned, tinyHost } from "./harness.ts";

/** Runs, and tells whether it trained. */
async function ran(run: PlannedRun, out: string, options: { fresh?: boolean } = {}) {
  const events: RunEvent[] = [];
  const outcome = await executeRun(run, await tinyHost(out, { events }), options);
  assert(outcome.kind === "record", JSON.stringify(outcome));
  const trained = events.some((e) => e.kind === "phase" && e.phase === "train");
  return { record: outcome.record, trained };
}

const weights = ({ artefacts }: RunRecord) =>
  artefacts.find(({ name }) => name === "checkpoint")!.sha256;

/** The same run with another suite name and other metrics. */
function elsewhere(run: PlannedRun, samples: number): PlannedRun {
  const [first, ...rest] = run.spec.metrics;
  const spec = {
    ...run.spec,
    suite: "other",
    suiteVersion: 2,
    metrics: [{ ...first, version: 1, config: { ...first.config, samples } }, ...rest, first],
  };
  return { ...run, id: runId(spec), group: groupId(spec), spec };
}

law("what differs in metrics alone is measured on the same weights; all else is trained", {
  source: "definition",
  given: {
    seed: fc.integer({ min: 0, max: 1000 }),
    other: fc.constantFrom("seed", "steps", "config", "batch", "code", "data"),
  },
  cases: 12,
  kills: ["twin-of-another-training", "twin-counted-as-resumed", "identity-twin-of-other-code"],
  holds: ({ seed, other }) =>
    inFolder(async (out) => {
      const first = await ran(planned({ seed }), out);
      const run = elsewhere(planned({ seed }), 22);
      const again = await ran(run, out);
      assertEquals([first.trained, again.trained], [true, false]);
      assertEquals(weights(again.record), weights(first.record));
      assertEquals(again.record.seriesSha256, first.record.seriesSha256);
      assertEquals([again.record.id, again.record.steps, again.record.resumed], [run.id, 12, 0]);
      assertEquals(again.record.metrics.length, run.spec.metrics.length);
      const { gitSha, finishedAt } = first.record.provenance;
      assertEquals(again.record.trainedBy, { id: first.record.id, gitSha, finishedAt });
      const { timings } = again.record;
      assertEquals(timings.steps, first.record.timings.steps);
      assert(timings.total >= timings.steps + timings.compile + timings.metrics);
      // What was taken over can be taken over again, under the first one's name.
      const third = await ran(elsewhere(planned({ seed }), 23), out);
      assertEquals(third.record.trainedBy, again.record.trainedBy);

      const changed = planned({
        seed: other === "seed" ? seed + 1 : seed,
        steps: other === "steps" ? 13 : 12,
        config: other === "config" ? { rate: 0.02 } : {},
      });
      const spec = {
        ...changed.spec,
        ...(other === "batch" ? { batch: 9 } : {}),
        ...(other === "code" ? { code: "another" } : {}),
        ...(other === "data" ? { data: { ...changed.spec.data, content: "another" } } : {}),
      };
      const own = await ran({ ...changed, id: runId(spec), group: groupId(spec), spec }, out);
      assertEquals([own.trained, own.record.trainedBy], [true, undefined]);
      // Under another digest the harness trains the same code on the same pictures.
      const same = other === "code" || other === "data";
      assertEquals(weights(own.record) === weights(first.record), same);
    }),
});

law("values of metrics that both ask for alike are taken over, of control rows too", {
  source: "definition",
  given: { control: fc.constantFrom(undefined, "noise") },
  cases: 4,
  kills: ["unmeasured-values-taken-over", "fresh-takes-values-over"],
  holds: ({ control }) =>
    inFolder(async (out) => {
      const store = openStore(out), run = planned({ control });
      const { record } = await ran(run, out);
      const [value] = record.metrics;
      // Marked, to be told from what is computed.
      await store.writeRecord({ ...record, metrics: [{ ...value, value: 1e6 }] });
      const again = elsewhere(run, 22);
      const { record: found } = await ran(again, out);
      const by = (samples: number) =>
        found.metrics.find(({ name }) => name.endsWith(`@${samples}`));
      assertEquals(by(20)?.value, 1e6);
      assert(by(22)!.value! < 256);
      const fresh = await ran(again, out, { fresh: true });
      assert(fresh.record.metrics.every(({ value }) => value! < 256));
      // What wasn't measured is tried again.
      await store.writeRecord({
        ...record,
        metrics: [{ ...value, value: null, status: "not-measured", reason: "no judge" }],
      });
      await store.clear(again.id);
      const tried = await ran(again, out);
      const measured = tried.record.metrics.filter(({ value }) => value !== null && value < 256);
      assertEquals(measured.length, 2, control);
    }),
});

Deno.test("--fresh trains anew, and so does a run whose twin's checkpoint is damaged", async () => {
  await inFolder(async (out) => {
    const { record } = await ran(planned(), out);
    const fresh = await ran(elsewhere(planned(), 22), out, { fresh: true });
    assertEquals([fresh.trained, fresh.record.trainedBy], [true, undefined]);
    assertEquals(weights(fresh.record), weights(record));
    for (const id of [record.id, fresh.record.id]) {
      const path = join(openStore(out).folder(id), checkpointFile);
      const bytes = await Deno.readFile(path);
      bytes[bytes.length - 1] ^= 1;
      await Deno.writeFile(path, bytes);
    }
    const own = await ran(elsewhere(planned(), 23), out);
    assertEquals([own.trained, own.record.trainedBy], [true, undefined]);
    assertEquals(weights(own.record), weights(record));
  });
});

Deno.test("what is kept of an adoption is used only as it was written", async () => {
  await inFolder(async (out) => {
    await ran(planned(), out);
    const run = elsewhere(planned(), 24), store = openStore(out);
    assertEquals((await ran(run, out)).trained, false);
    const whole = (await store.read(run.id, "trained_by.json"))!;
    await store.remove(run.id, "record.json");
    for (const { bytes } of flips(whole, 8)) {
      await store.write(run.id, "trained_by.json", bytes);
      const error = await assertRejects(() => ran(run, out), Error, "trained_by.json cannot be");
      assertStringIncludes(error.message, "--fresh");
    }
  });
});

Deno.test("an adoption that was killed half-way is not said of the run's own training", async () => {
  await inFolder(async (out) => {
    const run = planned(), store = openStore(out);
    const left = { from: "x", trainedBy: { id: "x", gitSha: null, finishedAt: null } };
    await store.write(run.id, "trained_by.json", new TextEncoder().encode(JSON.stringify(left)));
    let steps = 4;
    const stopped = await executeRun(run, await tinyHost(out, { stopped: () => steps-- <= 0 }));
    assertEquals(stopped.kind, "stopped");
    const { record } = await ran(run, out);
    assertEquals([record.trainedBy, record.resumed], [undefined, 1]);
  });
});
