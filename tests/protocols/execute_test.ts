import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RunRecord } from "../../src/record/record.ts";
import { disposeTree } from "../../src/engine/tree.ts";
import { openStore } from "../../src/record/store.ts";
import { checkpointFile, decodeState } from "../../src/run/checkpoint.ts";
import type { Outcome } from "../../src/run/events.ts";
import type { RunHost } from "../../src/run/job.ts";
import { executeRun } from "../../src/protocols/execute.ts";
import { executeSpeed } from "../../src/run/model/speed.ts";
import { inFolder, planned, tinyHost } from "../run/harness.ts";

/** The record of an outcome, or a failure that says what it was instead. */
function recordOf(outcome: Outcome): RunRecord {
  if (outcome.kind !== "record") throw new Error(`no record but ${JSON.stringify(outcome)}`);
  return outcome.record;
}

Deno.test("a run leaves its record, series, checkpoint and pictures", () =>
  inFolder(async (out) => {
    const run = planned({ steps: 20 });
    const record = recordOf(await executeRun(run, await tinyHost(out)));
    assertEquals(record.state, "done", record.cause);
    assertEquals(record.steps, 20);
    const store = openStore(out);
    assertEquals(await store.readRecord(run.id), JSON.parse(JSON.stringify(record)));
    const series = (await store.readSeries(run.id))!;
    assertEquals(Object.keys(series.columns), ["loss", "seconds", "step"]);
    assertEquals(series.columns.step, Array.from({ length: 20 }, (_, i) => i + 1));
    assert(series.columns.loss[19] < series.columns.loss[0]);
    assert(series.columns.seconds.every((s, i, all) => i === 0 || s >= all[i - 1]));
    assertEquals(
      record.artefacts.map(({ name }) => name),
      ["checkpoint", "samples", "nearest", "reconstructions", "traversal", "interpolation"],
    );
    for (const { file } of record.artefacts) assert(await store.read(run.id, file) !== null, file);
    assertEquals(record.parameters, 64 * 4 + 4 + 4 * 64 + 64);
    assertEquals(await store.readStatus(run.id), null);
  }));

Deno.test("a finished run is handed back, and --fresh repeats it", () =>
  inFolder(async (out) => {
    const host = await tinyHost(out);
    const first = recordOf(await executeRun(planned(), host));
    const second = await executeRun(planned(), host);
    assert(second.kind === "record" && second.cached);
    const third = await executeRun(planned(), host, { fresh: true });
    assert(third.kind === "record" && !third.cached);
    assertEquals(third.record.artefacts, first.artefacts);
  }));

Deno.test("the same seed twice: identical records but for time and provenance", () =>
  inFolder(async (out) => {
    const host = await tinyHost(out);
    const [first, second] = [
      recordOf(await executeRun(planned(), host)),
      recordOf(await executeRun(planned(), host, { fresh: true })),
    ];
    const { provenance: _p, timings: _t, ...lasting } = first;
    const { provenance: _q, timings: _u, ...again } = second;
    assertEquals(again, lasting);
    assertMatch(first.seriesSha256!, /^[0-9a-f]{64}$/);
    const other = recordOf(await executeRun(planned({ seed: 2 }), host));
    assert(other.seriesSha256 !== first.seriesSha256);
  }));

Deno.test("mirrored training pictures: other numbers, the same ones again, and refused where untrue", () =>
  inFolder(async (out) => {
    const host = await tinyHost(out), plain = planned();
    const mirrored = (change: Partial<RunHost> = {}, config = {}) =>
      executeRun(
        {
          ...plain,
          id: "0123456789abcdef",
          spec: { ...plain.spec, mirror: true, config: { ...plain.spec.config, ...config } },
        },
        { ...host, ...change },
        { fresh: true },
      );
    const straight = recordOf(await executeRun(plain, host));
    const [first, second] = [recordOf(await mirrored()), recordOf(await mirrored())];
    assert(first.seriesSha256 !== straight.seriesSha256);
    assertEquals(second.seriesSha256, first.seriesSha256);
    const data = await host.dataset(plain.spec.data);
    const point = { ...data, sample: { kind: "point", dimensions: 64 } as const };
    const refused = async (outcome: Promise<Outcome>, says: string) => {
      const message = await outcome.then((o) => JSON.stringify(o), (e: Error) => e.message);
      assert(message.includes(says), message);
    };
    await refused(mirrored({ dataset: () => Promise.resolve(point) }), "holds points");
    const turned = { name: "turn", kind: "number", unit: "", minimum: -1, maximum: 1 } as const;
    const told = { ...data, factors: [...data.factors, turned] };
    await refused(
      mirrored({ dataset: () => Promise.resolve(told) }, { condition: ["turn"] }),
      "in a mirror a number may change its sign",
    );
  }));

Deno.test("no tensor is left behind by a run", () =>
  inFolder(async (out) => {
    const host = await tinyHost(out);
    await executeRun(planned({ seed: 1 }), host);
    const before = host.engine.memory().tensors;
    await executeRun(planned({ seed: 2, steps: 40 }), host);
    assertEquals(host.engine.memory().tensors, before);
  }));

Deno.test("divergence: the step and the scalar are named, metrics are not measured", () =>
  inFolder(async (out) => {
    const run = planned({ steps: 30, config: { breaksAt: 5 } });
    const record = recordOf(await executeRun(run, await tinyHost(out)));
    assertEquals(record.state, "diverged");
    assertEquals(record.cause, "step 5: loss is NaN");
    assertEquals(record.metrics[0].value, null);
    assertEquals(record.metrics[0].status, "not-measured");
    const series = (await openStore(out).readSeries(run.id))!;
    assert(Number.isNaN(series.columns.loss[5]) && Number.isFinite(series.columns.loss[4]));
  }));

Deno.test("a metric that throws makes the run unreliable and leaves the others", () =>
  inFolder(async (out) => {
    const host = await tinyHost(out);
    const thrown = recordOf(await executeRun(planned({ metric: { fault: "throws" } }), host));
    assertEquals(thrown.state, "unreliable");
    assertMatch(thrown.cause!, /tiny-brightness: told to throw/);
    assertEquals(thrown.metrics[0].value, null);
    const absent = recordOf(await executeRun(planned({ metric: { fault: "unavailable" } }), host));
    assertEquals(absent.state, "done");
    assertEquals(absent.metrics[0].reason, "told so");
    const nan = recordOf(await executeRun(planned({ metric: { fault: "nan" } }), host));
    assertEquals(nan.state, "unreliable");
    assertEquals(nan.metrics[0].value, null);
  }));

Deno.test("speed metrics are added to a finished record, once", () =>
  inFolder(async (out) => {
    const host = await tinyHost(out);
    const run = planned({ speed: true });
    const trained = recordOf(await executeRun(run, host));
    // What needs no clock is counted with the run.
    assertEquals(trained.metrics.map(({ name }) => name), ["brightness@20", "step FLOPs"]);
    assert(trained.metrics[1].value! > 0);
    const before = host.engine.memory().tensors;
    const timed = recordOf(await executeSpeed(run, host));
    assertEquals(host.engine.memory().tensors, before);
    // In the metric's own order, whichever came first.
    const names = ["brightness@20", "step ms", "step FLOPs"];
    assertEquals(timed.metrics.map(({ name }) => name), names);
    assert(timed.metrics[1].value! > 0);
    assertEquals(timed.metrics[2], trained.metrics[1]);
    const again = await executeSpeed(run, host);
    assert(again.kind === "record" && again.cached);
    const other = recordOf(await executeSpeed(run, host, { again: true }));
    assertEquals(other.metrics.map(({ name }) => name), names);
    assertEquals(other.metrics[2], trained.metrics[1]);
    // A record of before counts were made with the run gets them with its timings, the same.
    const store = openStore(out);
    await store.writeRecord({ ...trained, metrics: trained.metrics.slice(0, 1) });
    const late = recordOf(await executeSpeed(run, host));
    assertEquals(late.metrics.map(({ name }) => name), names);
    assertEquals(late.metrics[2], trained.metrics[1]);
    assertEquals(host.engine.memory().tensors, before);
  }));

Deno.test("control rows go the same way, without training", () =>
  inFolder(async (out) => {
    const record = recordOf(
      await executeRun(planned({ control: "training-copy", speed: true }), await tinyHost(out)),
    );
    assertEquals(record.state, "done", record.cause);
    assertEquals(record.steps, 0);
    assert(record.metrics[0].value! > 0);
    assertEquals(record.metrics[1].status, "not-defined");
    assertEquals(record.artefacts.map(({ name }) => name), ["samples", "nearest"]);
  }));

Deno.test("a budget in seconds is turned into steps once, and a resume keeps to them", () =>
  inFolder(async (out) => {
    const run = planned({ seconds: 0.6, config: { slow: 10 } });
    let left = 1;
    const stopped = await executeRun(run, await tinyHost(out, { stopped: () => left-- <= 0 }));
    assertEquals(stopped.kind, "stopped");
    const bytes = (await openStore(out).read(run.id, checkpointFile))!;
    const host = await tinyHost(out);
    const { state, place } = decodeState(host.engine, bytes);
    disposeTree(state);
    // A step takes 10 ms at least, so 60 at most; how many fewer is this machine's affair.
    assert(place.steps >= 1 && place.steps <= 60, `${place.steps} steps`);
    assertEquals(recordOf(await executeRun(run, host)).steps, place.steps);
  }));

Deno.test("times of a device in software make a record unreliable, and say why", () =>
  inFolder(async (out) => {
    const host = await tinyHost(out);
    const { engine } = host;
    const software = Object.create(engine, {
      identity: { value: { ...engine.identity, software: "llvmpipe" } },
      countFlops: { value: engine.countFlops.bind(engine) },
      memory: { value: engine.memory.bind(engine) },
      compile: { value: engine.compile.bind(engine) },
    });
    const run = planned({ steps: 3, speed: true });
    assertEquals(recordOf(await executeRun(run, host)).state, "done");
    const timed = recordOf(await executeSpeed(run, { ...host, engine: software }));
    assertEquals(timed.state, "unreliable");
    assertMatch(timed.cause!, /^speed: llvmpipe is a device in software/);
    assert(timed.metrics.some(({ metric, value }) => metric === "tiny-speed" && value !== null));
  }));
