/**
 * A launch ends, whatever happens to it, and so do its workers.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { fromFileUrl, join } from "@std/path";
import { asInstalled } from "../../src/base/program/child.ts";
import type { LaunchedWorker, Launcher } from "../../src/launch/launcher.ts";
import { processes, processesOf, workerIn } from "../../src/launch/transport/processes.ts";
import { launch, type LaunchEvent } from "../../src/launch/schedule.ts";
import { openStore } from "../../src/record/store.ts";
import { UsageError } from "../../src/base/errors.ts";
import { StoreError } from "../../src/base/files.ts";
import type { Outcome } from "../../src/run/events.ts";
import { processStart } from "../../src/record/process_state.ts";
import { law } from "../law.ts";
import { inFolder, planned } from "../run/harness.ts";
import { options } from "./launching.ts";
import { endless } from "./orphaned.ts";
import { need, needing } from "../needs.ts";

/** Only /proc tells whether a process lives. */

/** Waits until something holds, for a minute on the most loaded machine. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 3000; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it never came to that");
}

/** The process that runs the run of this status; undefined where none has begun it. */
async function workerOf(out: string, id: string): Promise<number | undefined> {
  return (await openStore(out).readStatus(id).catch(() => null))?.pid;
}

/**
 * Workers that do nothing. Each takes one task, which ends at once or, by `never`, with its worker.
 * The worker number `refused` can't be started.
 */
function idle(outcome: (turn: number) => Outcome | "never", refused = Infinity) {
  const workers: { ended: boolean }[] = [];
  const launcher: Launcher = {
    name: "idle",
    start() {
      const turn = workers.length;
      if (turn === refused) throw new Error("no room for a worker");
      const state = { ended: false, used: false };
      workers.push(state);
      let settle: (outcome: Outcome) => void = () => {};
      return {
        run: () =>
          new Promise((resolve) => {
            state.used = true;
            if (state.ended) return resolve({ kind: "failed", cause: "ended" });
            const what = outcome(turn);
            if (what === "never") settle = resolve;
            else setTimeout(() => resolve(what), 0);
          }),
        get broken() {
          return state.used;
        },
        stop() {},
        end() {
          state.ended = true;
          settle({ kind: "failed", cause: "ended" });
          return Promise.resolve();
        },
      } satisfies LaunchedWorker;
    },
  };
  return { launcher, workers };
}

law("a failure in the launcher ends every worker and the launch, wherever it comes from", {
  source: "definition",
  given: {
    runs: fc.integer({ min: 1, max: 7 }),
    jobs: fc.integer({ min: 1, max: 4 }),
    at: fc.nat({ max: 6 }),
    from: fc.constantFrom<("listener" | "record" | "start")[]>("listener", "record", "start"),
    others: fc.constantFrom<("never" | "stopped")[]>("never", "stopped"),
  },
  holds: ({ runs, jobs, at, from, others }) =>
    inFolder(async (out) => {
      const plan = Array.from({ length: runs }, (_, seed) => planned({ seed }));
      // The runs before it end at once, so that the launch always comes to it.
      const failing = Math.min(at, runs - 1);
      const { launcher, workers } = idle((turn) => {
        if (turn < failing) return { kind: "stopped", step: 1 };
        if (turn > failing) return others === "never" ? "never" : { kind: "stopped", step: 1 };
        return { kind: "failed", cause: "its record can't be written" };
      }, from === "start" ? failing : Infinity);
      if (from === "record") await Deno.writeTextFile(join(out, "records"), "no folder");
      let told = 0;
      const onEvent = (event: LaunchEvent) => {
        if (event.kind !== "started" || from !== "listener") return;
        if (told++ === failing) throw new Error("the listener failed");
      };
      const error = await assertRejects(async () =>
        void await launch(plan, await options(out, { launcher, jobs, onEvent }))
      );
      assert(error instanceof Error);
      const words = { listener: "the listener", record: join(out, "records"), start: "no room" };
      assertStringIncludes(error.message, words[from]);
      if (from === "record") assert(error instanceof StoreError);
      assert(workers.every(({ ended }) => ended), "a worker is left");
      // Those beside it may go on to their next run before the record's fault is known.
      const begun = from === "record" ? 2 * jobs : jobs;
      assert(workers.length <= failing + begun, "runs were begun after the failure");
    }),
  cases: 60,
  kills: ["launcher-failure-leaves-workers", "listener-failure-is-nobodys"],
});

needing(await need("linux"))(
  "a listener that throws ends a worker that is in the middle of a step",
  () =>
    inFolder(async (out) => {
      const plan = [endless, planned({ seed: 2, steps: 4000 })];
      let pid: number | undefined;
      const change = {
        launcher: processes,
        onEvent: (event: LaunchEvent) => {
          if (event.kind === "news" && event.event.kind === "progress" && pid !== undefined) {
            throw new Error("nobody listens");
          }
        },
      };
      const launched = launch(plan, await options(out, change));
      const refused = assertRejects(() => launched, Error, "nobody listens");
      await until(async () => (pid = await workerOf(out, endless.id)) !== undefined);
      await refused;
      assertEquals(processStart(pid!), null);
    }),
);

needing(await need("linux"))(
  "a worker in the middle of a step ends when its launcher is killed",
  () =>
    inFolder(async (out) => {
      const script = fromFileUrl(new URL("./orphaned.ts", import.meta.url));
      const launcher = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", asInstalled, "--no-check", "--quiet", script, out],
      }).spawn();
      let pid: number | undefined;
      await until(async () => (pid = await workerOf(out, endless.id)) !== undefined);
      const start = processStart(pid!);
      assert(start !== null);
      launcher.kill("SIGKILL");
      await launcher.status;
      try {
        await until(() => processStart(pid!) === null);
      } finally {
        if (processStart(pid!) === start) Deno.kill(pid!, "SIGKILL");
      }
    }),
);

needing(await need("shell"))(
  "what a module, a library or a child of its prints is heard, and is no message",
  () =>
    inFolder(async (out) => {
      const run = planned({ steps: 3, config: { fault: "prints" } });
      const printed: string[] = [];
      const onEvent = (event: LaunchEvent) => {
        if (event.kind === "news" && event.event.kind === "printed") {
          printed.push(event.event.line);
        }
      };
      const change = { launcher: processes, onEvent };
      const { outcomes } = await launch([run], await options(out, change));
      const outcome = outcomes.get(run.id)!;
      assert(outcome.kind === "record" && outcome.record.state === "done", JSON.stringify(outcome));
      for (const line of ["by console.log", "by console.error", '{"kind":"outcome"}', '{"kind":']) {
        assertEquals(printed.filter((one) => one === line).length, 3, line);
      }
      assertEquals(printed.filter((one) => one.endsWith("by a child")).length, 3);
    }),
);

needing(await need("linux"))(
  "a worker that dies is heard of, though a child of its holds its pipes open",
  () =>
    inFolder(async (out) => {
      const run = planned({ config: { fault: "orphans" } });
      let child: number | undefined;
      const onEvent = (event: LaunchEvent) => {
        if (event.kind !== "news" || event.event.kind !== "printed") return;
        const found = event.event.line.match(/^orphan (\d+)$/);
        if (found) child = Number(found[1]);
      };
      await launch([run], await options(out, { launcher: processes, onEvent }));
      assert(child !== undefined && processStart(child) !== null);
      Deno.kill(child, "SIGKILL");
      const record = await openStore(out).readRecord(run.id);
      assertMatch(record!.cause!, /ended by signal SIGKILL \(out of memory\?\); it said: orphan/);
    }),
);

/** A checkout of before there was a wire, whose worker does `each` for a task. */
async function oldCheckout(folder: string, each: string): Promise<string> {
  const launchFolder = join(folder, "old", "src", "launch");
  await Deno.mkdir(launchFolder, { recursive: true });
  await Deno.writeTextFile(
    join(launchFolder, "process_worker.ts"),
    `const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
const post = (message: unknown) => say(JSON.stringify(message) + "\\n");
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const parts = (rest + text).split("\\n");
  rest = parts.pop()!;
  for (const part of parts) {
    const { kind } = JSON.parse(part);
    if (kind === "task") { ${each} }
  }
}
Deno.exit(0);
`,
  );
  return join(folder, "old");
}

Deno.test("a worker of a checkout without a wire is understood, whatever stands between its messages", () =>
  inFolder(async (out) => {
    const root = await oldCheckout(
      out,
      `say("a line\\n"); say("no end");
       post({ kind: "event", event: { kind: "note", note: "heard" } });
       say("{\\"kind\\": 1}\\n");
       post({ kind: "outcome", outcome: { kind: "stopped", step: 7 } });`,
    );
    const heard: unknown[] = [];
    const onEvent = (event: LaunchEvent) => {
      if (event.kind === "news") heard.push(Object.values(event.event).join(" "));
    };
    const run = planned();
    const change = { launcher: processesOf(root), onEvent };
    const { outcomes } = await launch([run], await options(out, change));
    assertEquals(outcomes.get(run.id), { kind: "stopped", step: 7 });
    assertEquals(heard, ["printed a line", "printed no end", "note heard", 'printed {"kind": 1}']);
  }));

Deno.test("a message that can't be read ends the worker and fails its run", () =>
  inFolder(async (out) => {
    const root = await oldCheckout(out, `say('{"kind":"outcome", "outc\\n');`);
    const run = planned();
    const change = { launcher: processesOf(root) };
    const { outcomes } = await launch([run], await options(out, change));
    const outcome = outcomes.get(run.id)!;
    assert(outcome.kind === "failed");
    assertMatch(outcome.cause, /^the worker process ended: its messages can't be read: /);
  }));

Deno.test("a worker is found in this checkout and in older ones; a folder without one is said to be none", () =>
  inFolder(async (out) => {
    const here = fromFileUrl(new URL("../../", import.meta.url));
    assertMatch(workerIn(here).path, /src\/launch\/transport\/process_worker\.ts$/);
    assertEquals((await Deno.stat(workerIn(here).path)).isFile, true);
    const old = await oldCheckout(out, "");
    assertMatch(workerIn(old).path, /old\/src\/launch\/process_worker\.ts$/);
    assertEquals(workerIn(old).onWire, false);
    assertMatch(assertThrows(() => workerIn(out), UsageError).message, /no checkout of Likeness/);
  }));
