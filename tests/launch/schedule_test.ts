import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Launcher } from "../../src/launch/launcher.ts";
import { processes } from "../../src/launch/transport/processes.ts";
import {
  defaultJobs,
  launch,
  type LaunchEvent,
  settingsOfWorker,
  trial,
} from "../../src/launch/schedule.ts";
import { threads } from "../../src/launch/transport/threads.ts";
import { openStore } from "../../src/record/store.ts";
import { inFolder, planned } from "../run/harness.ts";
import { options } from "./launching.ts";

for (const launcher of [threads, processes] satisfies Launcher[]) {
  Deno.test(`${launcher.name}: bad runs are recorded and stop no other`, () =>
    inFolder(async (out) => {
      const plan = [
        planned({ seed: 1, config: { fault: "crash" } }),
        planned({ seed: 2, config: { fault: "throws" } }),
        planned({ seed: 3, config: { breaksAt: 3 } }),
        planned({ seed: 4 }),
      ];
      const { outcomes, interrupted } = await launch(plan, await options(out, { launcher }));
      assertEquals(interrupted, false);
      assertEquals(outcomes.size, plan.length);
      const store = openStore(out);
      const records = await Promise.all(plan.map(({ id }) => store.readRecord(id)));
      assertEquals(records.map((r) => r?.state), ["failed", "failed", "diverged", "done"]);
      assertMatch(records[0]!.cause!, /worker.*(crash|exit code)/s);
      // Of a mistake in a user's module the cause has the line.
      assertMatch(records[1]!.cause!, /tiny: told to throw \(.*tests\/run\/tiny\.ts:\d+:\d+\)$/);
      // A failure that the worker could tell of carries its engine and its missing metrics.
      assertEquals(records[1]!.provenance.engine.device, "cpu");
      assertEquals(records[1]!.metrics[0].value, null);
      assertEquals(await store.statuses(), []);
    }));
}

Deno.test("processes: one that is killed, as when memory runs out, is one failed run", () =>
  inFolder(async (out) => {
    const plan = [planned({ seed: 1, config: { fault: "killed" } }), planned({ seed: 2 })];
    await launch(plan, await options(out, { launcher: processes, jobs: 1 }));
    const records = await Promise.all(plan.map(({ id }) => openStore(out).readRecord(id)));
    assertEquals(records.map((r) => r?.state), ["failed", "done"]);
    assertMatch(records[0]!.cause!, /ended by signal SIGKILL \(out of memory\?\)/);
  }));

Deno.test("threads and processes give the same bits", () =>
  inFolder(async (out) => {
    const run = planned({ seed: 5 });
    const artefacts = [];
    for (const launcher of [threads, processes]) {
      await launch([run], await options(out, { launcher, fresh: true }));
      artefacts.push((await openStore(out).readRecord(run.id))!.artefacts);
    }
    assertEquals(artefacts[0], artefacts[1]);
  }));

Deno.test("speed is measured after every run, alone, and once", () =>
  inFolder(async (out) => {
    const plan = [1, 2, 3].map((seed) => planned({ seed, speed: true }));
    const told: string[] = [];
    const onEvent = (event: LaunchEvent) => {
      if (event.kind !== "news") told.push(`${event.kind} ${event.work}`);
    };
    await launch(plan, await options(out, { onEvent }));
    const firstSpeed = told.indexOf("started speed");
    assertEquals(told.slice(0, firstSpeed).filter((t) => t === "ended run").length, 3);
    assertEquals(
      told.slice(firstSpeed),
      plan.flatMap(() => ["started speed", "ended speed"]),
    );
    told.length = 0;
    const { outcomes } = await launch(plan, await options(out, { onEvent }));
    assert([...outcomes.values()].every((o) => o.kind === "record" && o.cached));
    assertEquals(told.filter((t) => t.includes("speed")), []);
    const record = (await openStore(out).readRecord(plan[0].id))!;
    const again = await launch([plan[0]], await options(out, { again: true }));
    const measured = again.outcomes.get(plan[0].id)!;
    assert(measured.kind === "record");
    assertEquals(measured.record.metrics.length, record.metrics.length);
    // It says when, by which code and on what machine this was measured, not the training.
    assert(measured.record.provenance.startedAt > record.provenance.startedAt);
    assertEquals(await openStore(out).readRecord(plan[0].id), record);
  }));

Deno.test("where speed isn't judged one seed of a row is timed, and the others once it is", () =>
  inFolder(async (out) => {
    const plan = [1, 2, 3].map((seed) => planned({ seed, speed: true }));
    const timed: string[] = [];
    const onEvent = (event: LaunchEvent) => {
      if (event.kind !== "started" || event.work !== "speed") return;
      timed.push(`seed ${event.planned.spec.seed}, ${event.turn!.number} of ${event.turn!.of}`);
    };
    const asked: string[] = [];
    const judgedIs = (judged: boolean) => async () =>
      await options(out, {
        onEvent,
        judged: (machineClass) => {
          asked.push(machineClass);
          return Promise.resolve(judged);
        },
      });
    await launch(plan, await judgedIs(false)());
    assertEquals(timed, ["seed 1, 1 of 1"]);
    const store = openStore(out);
    const records = await Promise.all(plan.map(({ id }) => store.readRecord(id)));
    assertEquals(asked, [records[0]!.provenance.machineClass]);
    const names = records.map((record) => record!.metrics.map(({ name }) => name));
    const [brightness, step, flops] = ["brightness@20", "step ms", "step FLOPs"];
    assertEquals(names, [[brightness, step, flops], [brightness, flops], [brightness, flops]]);
    // A second command waits no more than the first did.
    await launch(plan, await judgedIs(false)());
    assertEquals(timed.length, 1);
    await launch(plan, await judgedIs(true)());
    assertEquals(timed.slice(1), ["seed 2, 1 of 2", "seed 3, 2 of 2"]);
  }));

Deno.test("an interrupted launch stops cleanly and goes on later", () =>
  inFolder(async (out) => {
    const plan = [1, 2, 3].map((seed) => planned({ seed, steps: 60, config: { slow: 20 } }));
    const controller = new AbortController();
    const stopped = await launch(
      plan,
      await options(out, {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.kind === "news" && event.event.kind === "progress") controller.abort();
        },
      }),
    );
    assert(stopped.interrupted);
    const store = openStore(out);
    assert(stopped.outcomes.size < plan.length, "no run starts after the stop");
    assert([...stopped.outcomes.values()].every(({ kind }) => kind === "stopped"));
    assertEquals(await store.list(), []);
    assert((await store.statuses()).every(({ state }) => state === "interrupted"));
    const finished = await launch(plan, await options(out));
    assert(!finished.interrupted);
    const records = await store.list();
    assertEquals(records.map(({ state }) => state), ["done", "done", "done"]);
    assert(records.some(({ resumed }) => resumed === 1));
  }));

Deno.test("a trial measures and leaves nothing behind", () =>
  inFolder(async (out) => {
    const run = planned({ seconds: 2, config: { slow: 10 } });
    const outcome = (await trial([run], await options(out))).get(run.id)!;
    assert(outcome.kind === "estimate", JSON.stringify(outcome));
    const { secondsPerStep, steps, parameters, peakBytes } = outcome.estimate;
    assert(secondsPerStep >= 0.01, `${secondsPerStep} s a step`);
    assertEquals(steps, Math.floor(2 / secondsPerStep));
    assert(parameters === 580 && peakBytes > 0);
    assertEquals(await openStore(out).list(), []);
    assertEquals(await openStore(out).statuses(), []);
  }));

Deno.test("as many jobs as there are runs, at most one a core, at least one", () => {
  assertEquals(defaultJobs(1), 1);
  assertEquals(defaultJobs(0), 1);
  assert(defaultJobs(1000) <= navigator.hardwareConcurrency);
});

Deno.test("modules get the engine's threads, else a worker's share of the cores; alone, all of them", () =>
  inFolder(async (out) => {
    const cores = navigator.hardwareConcurrency, given: (number | undefined)[] = [];
    const launcher: Launcher = {
      name: "told",
      start(settings) {
        given.push(settings.moduleThreads);
        return threads.start(settings);
      },
    };
    const plan = [1, 2].map((seed) => planned({ seed, speed: true }));
    await launch(plan, await options(out, { launcher, jobs: 2 }));
    const share = Math.max(1, Math.floor(cores / 2));
    // Two at a time, then the speed of each alone.
    assertEquals(given, [share, share, cores, cores]);
    const of = (engineSettings?: { threads: number }, moduleThreads?: number) =>
      settingsOfWorker({ ...settings, engineSettings, moduleThreads }, 2 * cores).moduleThreads;
    const { settings } = await options(out);
    assertEquals([of(), of({ threads: 3 }), of({ threads: 3 }, 5)], [1, 3, 5]);
  }));
