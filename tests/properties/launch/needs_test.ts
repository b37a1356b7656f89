import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Launcher } from "../../../src/launch/launcher.ts";
import { launch } from "../../../src/launch/schedule.ts";
import { planSuite } from "../../../src/plan/plan.ts";
import { unknownEngine } from "../../../src/record/provenance.ts";
import { failedRecord } from "../../../src/record/failed.ts";
import type { PlannedRun, RunRecord, RunState } from "../../../src/record/record.ts";
import { openStore } from "../../../src/record/store.ts";
import { law } from "../../law.ts";
import { options } from "../../launch/launching.ts";
import { inFolder } from "../../run/harness.ts";
import { ancestors, type Dag, dags, suiteOf } from "../plan/dags.ts";

const entryOf = ({ label }: PlannedRun) => Number(label.slice(1));

/** Workers that do nothing, each run for some turns of the event loop, and end as they are told. */
function pretended(of: {
  readonly state: (run: PlannedRun) => RunState;
  readonly turns: (run: PlannedRun) => number;
  readonly log: (what: "start" | "end", run: PlannedRun) => void;
}): Launcher {
  return {
    name: "pretended",
    start: (settings) => ({
      broken: false,
      stop() {},
      end: () => Promise.resolve(),
      async run({ planned }) {
        of.log("start", planned);
        for (let i = of.turns(planned); i > 0; i--) await new Promise((r) => setTimeout(r, 0));
        of.log("end", planned);
        const failed = await failedRecord(planned, {
          cause: "told to",
          provenance: settings.provenance,
          engine: unknownEngine("wasm"),
          engineChoice: "named",
          startedAt: new Date().toISOString(),
          metrics: [],
          seconds: 0,
        });
        const state = of.state(planned);
        const { cause, ...done } = failed;
        const record: RunRecord = state === "done" ? { ...done, state } : { ...done, cause, state };
        return { kind: "record", record, cached: false };
      },
    }),
  };
}

law("each run starts after those it needs are done; what needs a failed one is failed with that", {
  source: "definition",
  given: {
    dag: dags(),
    bad: fc.array(fc.record({ entry: fc.nat({ max: 5 }), seed: fc.constantFrom(1, 2) }), {
      maxLength: 3,
    }),
    state: fc.constantFrom<RunState>("failed", "diverged"),
    turns: fc.array(fc.nat({ max: 4 }), { minLength: 12, maxLength: 12 }),
    jobs: fc.integer({ min: 1, max: 4 }),
  },
  cases: 60,
  kills: ["launch-without-order", "launch-in-spite-of-failed-needs", "launch-cause-left-out"],
  holds: ({ dag, bad, state, turns, jobs }) =>
    inFolder(async (out) => {
      const plan = planSuite(await suiteOf(dag), { engine: "wasm" });
      const isBad = (entry: number, seed: number) =>
        bad.some((one) => one.entry === entry && one.seed === seed);
      const started: PlannedRun[] = [], ended = new Set<string>();
      const launcher = pretended({
        state: (run) => isBad(entryOf(run), run.spec.seed) ? state : "done",
        turns: (run) => turns[plan.indexOf(run) % turns.length],
        log(what, run) {
          if (what === "end") return void ended.add(run.id);
          for (const { run: id } of Object.values(run.spec.needs ?? {})) {
            assert(ended.has(id), `${run.label} began before ${id} was done`);
          }
          started.push(run);
        },
      });
      const { outcomes } = await launch(plan, await options(out, { launcher, jobs }));
      assertEquals(outcomes.size, plan.length);
      const store = openStore(out);
      for (const run of plan) {
        const above = [...ancestors(dag, entryOf(run))].filter((one) => one !== entryOf(run));
        const lost = above.some((one) => isBad(one, run.spec.seed));
        assertEquals(started.includes(run), !lost, `${run.label} seed ${run.spec.seed}`);
        const record = await store.readRecord(run.id);
        // The pretended workers write nothing: what is kept is of runs that could not begin.
        assertEquals(record?.state, lost ? "failed" : undefined);
        if (!lost) continue;
        const text = /^needs e\d seed (\d), which (failed|diverged): (needs .*|told to)$/;
        const [, seed] = text.exec(record!.cause!) ?? [];
        assertEquals(Number(seed), run.spec.seed, record!.cause);
        assert(record!.cause!.endsWith(`${state}: told to`), record!.cause);
      }
    }),
});

Deno.test("a run that waits for another holds up none that needs nothing", () =>
  inFolder(async (out) => {
    const dag: Dag = { needs: [{}, { weights: 0 }, {}], order: [0, 1, 2], reversed: false };
    const plan = planSuite(await suiteOf(dag), { engine: "wasm", seeds: [1] });
    let free = () => {};
    const released = new Promise<void>((resolve) => free = resolve);
    const log: string[] = [];
    const launcher: Launcher = {
      name: "held",
      start: (settings) => {
        const worker = pretended({
          state: () => "done",
          turns: () => 0,
          log: (what, run) => void log.push(`${what} ${run.label}`),
        }).start(settings);
        return {
          ...worker,
          async run(task, onEvent) {
            // The first ends only once the third has: with one job too few this would never end.
            if (task.planned.label === "e0") await released;
            const outcome = await worker.run(task, onEvent);
            if (task.planned.label === "e2") free();
            return outcome;
          },
        };
      },
    };
    await launch(plan, await options(out, { launcher, jobs: 2 }));
    assertEquals(log.filter((line) => line.startsWith("start")), [
      "start e2",
      "start e0",
      "start e1",
    ]);
  }));

Deno.test("a launch that is stopped, or breaks off, leaves no run waiting for another", () =>
  inFolder(async (out) => {
    const dag: Dag = {
      needs: [{}, { weights: 0 }, { weights: 1 }],
      order: [0, 1, 2],
      reversed: false,
    };
    const plan = planSuite(await suiteOf(dag), { engine: "wasm", seeds: [1] });
    const controller = new AbortController();
    const launcher = pretended({
      state: () => "done",
      turns: () => 3,
      log: (what) => what === "start" && controller.abort(),
    });
    const { signal } = controller;
    const stopped = await launch(plan, await options(out, { launcher, jobs: 3, signal }));
    assertEquals([stopped.interrupted, stopped.outcomes.size], [true, 1]);
    const before = await launch(plan, await options(out, { launcher, jobs: 3, signal }));
    assertEquals(before.outcomes.size, 0);
    const onEvent = () => {
      throw new Error("the listener broke");
    };
    const broken = launch(plan, await options(out, { launcher, jobs: 3, onEvent }));
    assertEquals(await broken.catch((error) => error.message), "the listener broke");
  }));
