import { assertEquals } from "@std/assert";
import { rerunSpeed } from "../../../src/gate/speed/rerun.ts";
import type { Launcher } from "../../../src/launch/launcher.ts";
import type { Task } from "../../../src/launch/transport/messages.ts";
import type { LaunchOptions } from "../../../src/launch/schedule.ts";
import type { PlannedRun } from "../../../src/record/record.ts";
import { record } from "../fixture.ts";

const planned = (label: string, seed: number, protocol = "train-evaluate"): PlannedRun => {
  const { id, group, spec } = record({ label, seed, metrics: [] });
  return { id, group, label, spec: { ...spec, protocol: protocol as "control" } };
};
const plan = [planned("vae", 1), planned("vae", 2), planned("ae", 1), planned("vae", 9, "control")];

function launching(tasks: Task[], fails: (task: Task) => boolean = () => false): LaunchOptions {
  const launcher: Launcher = {
    name: "played",
    start: () => ({
      broken: false,
      stop: () => {},
      end: () => Promise.resolve(),
      run: (task) => {
        tasks.push(task);
        const { label, spec } = task.planned;
        return Promise.resolve(
          fails(task) ? { kind: "failed", cause: "no checkpoint" } : {
            kind: "record",
            record: record({ label, seed: spec.seed, metrics: [] }),
            cached: false,
          },
        );
      },
    }),
  };
  return {
    launcher,
    settings: { out: "nowhere" } as LaunchOptions["settings"],
    jobs: 1,
    speedMetrics: new Set(["throughput"]),
  };
}

Deno.test("a rerun measures the speed of these labels' trained runs, and nothing else", async () => {
  const tasks: Task[] = [];
  const told: string[] = [];
  const onStart = (labels: readonly string[]) => void told.push(...labels);
  const records = await rerunSpeed({ plan, launching: launching(tasks), onStart })(["vae"]);
  assertEquals(records?.map(({ label, spec }) => [label, spec.seed]), [["vae", 1], ["vae", 2]]);
  assertEquals(tasks.map(({ work }) => work), ["speed-again", "speed-again"]);
  assertEquals(told, ["vae"]);
});

Deno.test("a rerun that can't measure all of them is none", async () => {
  const fails = (task: Task) => task.planned.spec.seed === 2;
  assertEquals(await rerunSpeed({ plan, launching: launching([], fails) })(["vae"]), null);
  assertEquals(await rerunSpeed({ plan, launching: launching([]) })(["held-out data"]), null);
});
