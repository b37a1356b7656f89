import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import fc from "fast-check";
import { hostIntegers, hostKey } from "../../src/random/host/host.ts";
import { lines } from "../../src/launch/lines.ts";
import type { PlannedRun, RunRecord } from "../../src/record/record.ts";
import { openStore } from "../../src/record/store.ts";
import { decodeSafetensors } from "../../src/nn/files/safetensors.ts";
import { StoreError } from "../../src/base/files.ts";
import {
  checkpointFile,
  decodeState,
  encodeState,
  loadCheckpoint,
} from "../../src/run/checkpoint.ts";
import { flips } from "../base/flips.ts";
import { executeRun } from "../../src/protocols/execute.ts";
import { hostName } from "../../src/record/process_state.ts";
import { law } from "../law.ts";
import { inFolder, planned, tinyHost } from "./harness.ts";

/** All of a finished run that must not depend on how often it was interrupted. */
async function traceOf(out: string, run: PlannedRun) {
  const store = openStore(out);
  const record = (await store.readRecord(run.id)) as RunRecord;
  assertEquals(record.state, "done", record.cause);
  const { seconds: _, ...columns } = (await store.readSeries(run.id))!.columns;
  return { columns, metrics: record.metrics, artefacts: record.artefacts, steps: record.steps };
}

async function uninterrupted(run: PlannedRun) {
  let trace: Awaited<ReturnType<typeof traceOf>>;
  await inFolder(async (out) => {
    await executeRun(run, await tinyHost(out));
    trace = await traceOf(out, run);
  });
  return trace!;
}

law("resume = uninterrupted: stops at any steps change no loss, weight, metric or picture", {
  source: "definition",
  given: {
    seed: fc.integer({ min: 0, max: 1000 }),
    steps: fc.integer({ min: 2, max: 30 }),
    stops: fc.array(fc.integer({ min: 0, max: 29 }), { minLength: 1, maxLength: 3 }),
  },
  cases: 8,
  kills: [
    "resume-counts-steps-from-zero",
    "checkpoint-forgets-optimiser",
    "seed-ignored-on-resume",
  ],
  holds: async ({ seed, steps, stops }) => {
    const run = planned({ seed, steps });
    const expected = await uninterrupted(run);
    await inFolder(async (out) => {
      let reached = 0;
      for (const stop of stops.toSorted((a, b) => a - b).filter((s) => s < steps)) {
        let left = stop - reached;
        const outcome = await executeRun(
          run,
          await tinyHost(out, { stopped: () => left-- <= 0 }),
        );
        assert(outcome.kind === "stopped", JSON.stringify(outcome));
        assertEquals(outcome.step, stop);
        assertEquals((await openStore(out).readStatus(run.id))?.state, "interrupted");
        reached = stop;
      }
      await executeRun(run, await tinyHost(out));
      assertEquals(await traceOf(out, run), expected);
    });
  },
});

law("same seed → same loss stream and weights; another seed → another", {
  source: "definition",
  given: { seed: fc.integer({ min: 0, max: 1000 }) },
  cases: 4,
  kills: ["seed-ignored"],
  holds: async ({ seed }) => {
    const [once, again, other] = [
      await uninterrupted(planned({ seed })),
      await uninterrupted(planned({ seed })),
      await uninterrupted(planned({ seed: seed + 1 })),
    ];
    assertEquals(again, once);
    assert(other.columns.loss.every((loss, step) => loss !== once.columns.loss[step]));
    assert(other.artefacts[0].sha256 !== once.artefacts[0].sha256);
  },
});

/** Starts the run in a process and kills it −9 some milliseconds after it tells of a step. */
async function killAt(
  out: string,
  run: PlannedRun,
  when: { step: number; delay: number },
): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      fromFileUrl(new URL("./killable.ts", import.meta.url)),
      out,
      JSON.stringify(run),
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let killed = false;
  for await (const line of lines(child.stdout.getReader())) {
    if (killed || !(Number(line) >= when.step)) continue;
    killed = true;
    setTimeout(() => {
      try {
        child.kill("SIGKILL");
      } catch {
        // it was quicker
      }
    }, when.delay);
  }
  const { signal } = await child.status;
  return signal === "SIGKILL";
}

Deno.test("kill −9 at random steps, then resume: the bits of an uninterrupted run", async () => {
  const run = planned({ seed: 3, steps: 160, config: { slow: 4 } });
  const expected = await uninterrupted(run);
  // Steps 16 apart are told of; a delay of up to 60 ms ends within steps as well as within saves.
  const draws = hostIntegers(hostKey(11, "kills"), 6, 60);
  await inFolder(async (out) => {
    let kills = 0;
    for (let i = 0; i < 3; i++) {
      const step = 16 + 40 * i + (draws[2 * i] >> 2);
      if (await killAt(out, run, { step, delay: draws[2 * i + 1] })) kills += 1;
      const store = openStore(out);
      assertEquals(await store.readRecord(run.id), null);
      assertEquals((await store.readStatus(run.id))?.state, "running");
    }
    assertEquals(kills, 3);
    await executeRun(run, await tinyHost(out));
    assertEquals(await traceOf(out, run), expected);
    const record = (await openStore(out).readRecord(run.id))!;
    assertEquals(record.resumed, 3);
    const left = [...Deno.readDirSync(openStore(out).folder(run.id))].map(({ name }) => name);
    assertEquals(left.filter((name) => name.endsWith(".tmp")), []);
  });
});

Deno.test("a corrupt checkpoint is refused with what to do", () =>
  inFolder(async (out) => {
    const run = planned({ steps: 20 });
    let left = 10;
    await executeRun(run, await tinyHost(out, { stopped: () => left-- <= 0 }));
    const store = openStore(out);
    const bytes = (await store.read(run.id, checkpointFile))!;
    for (const broken of [bytes.slice(0, bytes.length / 2), bytes.slice(0, 4), new Uint8Array()]) {
      await store.write(run.id, checkpointFile, broken);
      await assertRejects(
        async () => await executeRun(run, await tinyHost(out)),
        Error,
        "repeat the run with --fresh",
      );
    }
    const outcome = await executeRun(run, await tinyHost(out), { fresh: true });
    assertEquals(outcome.kind, "record");
  }));

Deno.test("a checkpoint with any bit turned is refused by its name, wherever the bit lies", () =>
  inFolder(async (out) => {
    const { engine } = await tinyHost(out);
    const state = {
      params: { w: engine.tensor(Float32Array.of(1, -2, 0.5, 3, 4, 5), [2, 3], "float32") },
      step: engine.tensor(Int32Array.of(3), [], "int32"),
    };
    const place = { step: 3, steps: 9, phase: "training" as const };
    const { bytes } = await encodeState(engine, state, place);
    assertEquals(bytes, (await encodeState(engine, state, place)).bytes);
    assertEquals(decodeState(engine, bytes).place, place);
    const { tensors } = decodeSafetensors(bytes); // others can read it as any safetensors
    assertEquals(Object.keys(tensors).sort(), ["params/w", "step"]);
    const store = openStore(out);
    for (const turned of flips(bytes, bytes.length)) {
      await store.write("a", checkpointFile, turned.bytes);
      const error = await assertRejects(() => loadCheckpoint(engine, store, "a"), StoreError);
      assert(error.message.includes(checkpointFile), error.message);
      assert(error.message.includes("repeat the run with --fresh"), error.message);
    }
    for (const leaf of [state.params.w, state.step]) leaf.dispose();
  }));

Deno.test("a run that another living process has is left alone", () =>
  inFolder(async (out) => {
    const run = planned();
    const other = new Deno.Command("sleep", { args: ["60"] }).spawn();
    const { processStart } = await import("../../src/record/process_state.ts");
    const status = {
      format: 1 as const,
      id: run.id,
      label: "tiny",
      suite: "tiny",
      seed: 1,
      state: "running" as const,
      phase: "train",
      step: 1,
      steps: 12,
      host: hostName(),
      pid: other.pid,
      processStart: processStart(other.pid),
      resumed: 0,
      updatedAt: new Date().toISOString(),
    };
    await openStore(out).writeStatus(status);
    try {
      await assertRejects(
        async () => await executeRun(run, await tinyHost(out)),
        Error,
        `is being run by process ${other.pid}`,
      );
    } finally {
      other.kill();
      await other.status;
    }
    // Dead now: its run is free.
    assertEquals((await executeRun(run, await tinyHost(out))).kind, "record");
  }));
