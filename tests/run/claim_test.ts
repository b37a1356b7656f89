/**
 * A run belongs to one living process, and what it holds to whoever has it.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { fromFileUrl } from "@std/path";
import { asInstalled } from "../../src/base/program/child.ts";
import { hostProvenance } from "../../src/record/provenance.ts";
import type { RunState } from "../../src/record/record.ts";
import { openStore, type RunStatus } from "../../src/record/store.ts";
import { executeRun } from "../../src/protocols/execute.ts";
import { recordFailure } from "../../src/run/failure.ts";
import { hostName, processStart } from "../../src/record/process_state.ts";
import { BusyError, RunStatusFile } from "../../src/run/status_file.ts";
import { failedRecord } from "../../src/record/failed.ts";
import { law } from "../law.ts";
import { inFolder, planned, tinyHost } from "./harness.ts";
import { need, needing } from "../needs.ts";

const run = planned();

/** The status of a process that has the run. */
function statusOf(pid: number, start: string | null, state: RunStatus["state"]): RunStatus {
  return {
    format: 1,
    id: run.id,
    label: run.label,
    suite: "tiny",
    seed: 1,
    state,
    phase: "train",
    step: 1,
    steps: 12,
    host: hostName(),
    pid,
    processStart: start,
    resumed: 0,
    updatedAt: new Date().toISOString(),
  };
}

/** Every file of a store, with its text. */
async function files(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await files(path));
    else if (entry.name !== ".lock") found.push(`${path} ${await Deno.readTextFile(path)}`);
  }
  return found.sort();
}

Deno.test("--fresh takes nothing from another living process", () =>
  inFolder(async (out) => {
    const other = new Deno.Command("sleep", { args: ["600"] }).spawn();
    try {
      const store = openStore(out);
      await store.writeStatus(statusOf(other.pid, processStart(other.pid), "running"));
      await store.write(
        run.id,
        "checkpoint.safetensors",
        new TextEncoder().encode("hours of work"),
      );
      await store.write(run.id, ".series.json.1-1-abc.tmp", new TextEncoder().encode("on its way"));
      const before = await files(out);
      for (const fresh of [true, false]) {
        await assertRejects(
          async () => void await executeRun(run, await tinyHost(out), { fresh }),
          BusyError,
        );
        assertEquals(await files(out), before);
      }
    } finally {
      other.kill();
      await other.status;
    }
    const outcome = await executeRun(run, await tinyHost(out), { fresh: true });
    assert(outcome.kind === "record" && outcome.record.resumed === 0);
    assert((await files(out)).every((file) => !file.includes("on its way")));
  }));

Deno.test("of processes that claim a run at the same instant one gets it", () =>
  inFolder(async (out) => {
    const script = fromFileUrl(new URL("./claiming.ts", import.meta.url));
    for (let round = 0; round < 3; round++) {
      const id = planned({ seed: round }).id;
      const children = Array.from({ length: 4 }, () =>
        new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", asInstalled, "--no-check", "--quiet", script, out, String(round)],
          stdin: "piped",
          stdout: "piped",
        }).spawn());
      const readers = children.map((child) =>
        child.stdout.pipeThrough(new TextDecoderStream()).getReader()
      );
      for (const reader of readers) assertEquals((await reader.read()).value, "ready\n");
      const writers = children.map((child) => child.stdin.getWriter());
      await Promise.all(writers.map((writer) => writer.write(new Uint8Array([1]))));
      const said = await Promise.all(readers.map(async (reader) => (await reader.read()).value));
      assertEquals(said.sort(), ["busy\n", "busy\n", "busy\n", "mine\n"]);
      assert((await openStore(out).readStatus(id)) !== null);
      await Promise.all(writers.map((writer) => writer.close()));
      await Promise.all(readers.map((reader) => reader.cancel()));
      await Promise.all(children.map((child) => child.status));
    }
  }));

law("the record of a failure takes the place of no end that nobody had begun to repeat", {
  source: "definition",
  given: {
    before: fc.constantFrom<(RunState | "none" | "broken")[]>(
      "none",
      "done",
      "diverged",
      "unreliable",
      "failed",
      "broken",
    ),
    claim: fc.constantFrom<("none" | "ours" | "dead" | "interrupted" | "living")[]>(
      "none",
      "ours",
      "dead",
      "interrupted",
      "living",
    ),
  },
  holds: ({ before, claim }) =>
    inFolder(async (out) => {
      const store = openStore(out);
      const failure = {
        cause: "no engine",
        provenance: await hostProvenance("test"),
        engine: null,
        engineChoice: "named",
        startedAt: new Date().toISOString(),
        metrics: [],
        seconds: 1,
      };
      if (before === "broken") {
        await store.write(run.id, "record.json", new TextEncoder().encode("{"));
      } else if (before !== "none") {
        const record = await failedRecord(run, { ...failure, cause: "of before" });
        await store.writeRecord({ ...record, state: before });
      }
      const living = Deno.ppid;
      const statuses = {
        ours: () => statusOf(Deno.pid, processStart(Deno.pid), "running"),
        dead: () => statusOf(living, "1", "running"),
        interrupted: () => statusOf(living, processStart(living), "interrupted"),
        living: () => statusOf(living, processStart(living), "running"),
      };
      if (claim !== "none") await store.writeStatus(statuses[claim]());
      const files0 = await files(out);
      const written = await recordFailure(store, run, failure);
      // What can't be read is left alone, whoever has the run.
      const keeps = claim === "living" || before === "broken" ||
        (claim === "none" && ["done", "diverged"].includes(before));
      assertEquals(written === null, keeps);
      if (keeps) assertEquals(await files(out), files0);
      else {
        assertEquals((await store.readRecord(run.id))?.cause, "no engine");
        assertEquals(await store.readStatus(run.id), null);
      }
    }),
  cases: 60,
  kills: ["failure-replaces-a-finished-record", "failure-of-a-run-that-another-has"],
});

Deno.test("a claim made afresh forgets how often the run was resumed, another doesn't", () =>
  inFolder(async (out) => {
    const store = openStore(out);
    for (const [fresh, resumed] of [[false, 3], [true, 0]] as const) {
      await store.writeStatus({ ...statusOf(1, "0", "interrupted"), resumed: 3 });
      const status = new RunStatusFile(store, run);
      await status.claim({ fresh });
      assertEquals(await status.resumes(false), resumed);
    }
  }));

needing(await need("linux"))(
  "a process that has ended has no run, though its parent hasn't asked after it",
  async () => {
    // The shell starts a child that ends, and becomes a program that never asks after it.
    const script = "exec 5<&0; sh -c 'read go' <&5 & echo $!; exec sleep 60";
    const parent = new Deno.Command("/bin/sh", {
      args: ["-c", script],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = parent.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const pid = Number((await reader.read()).value);
    assert(processStart(pid) !== null);
    await parent.stdin.close();
    const state = () => Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1][0];
    while (state() !== "Z") await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals(processStart(pid), null);
    await reader.cancel();
    parent.kill("SIGKILL");
    await parent.status;
  },
);
