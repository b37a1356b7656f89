import { assert, assertEquals, assertMatch } from "@std/assert";
import { bar, Progression, progressText } from "../../src/commands/run/progress.ts";
import { tableLines } from "../../src/commands/run/results_table.ts";
import { makespan } from "../../src/commands/run/estimate.ts";
import { planned } from "../run/harness.ts";
import { keptTerminal } from "./terminal.ts";

/** Escape sequences that move the cursor up and clear below. */
const escapes = new RegExp(String.raw`\u001b\[\d*[AJ]`, "g");
const clears = new RegExp(String.raw`^\u001b\[(\d+)A\u001b\[J$`);

const at = (step: number) => ({
  kind: "progress" as const,
  step,
  steps: 320,
  loss: 1204.3,
  rate: 0.91,
  secondsLeft: 120,
});

Deno.test("a bar and its text", () => {
  assertEquals(bar(0, 4), "░░░░");
  assertEquals(bar(0.5, 4), "██░░");
  assertEquals(bar(7, 4), "████");
  assertEquals(progressText(at(210)), "step 210/320  loss 1,204  0.91 it/s  2 min left");
  const start = { ...at(0), loss: null, rate: null, secondsLeft: null };
  assertEquals(progressText(start), "step 0/320");
});

Deno.test("plain progress is sparse: a line a quarter and one at the end", () => {
  const terminal = keptTerminal();
  const run = planned({ seed: 3 });
  const view = new Progression(terminal, "plain", [run]);
  view.onEvent({ kind: "started", planned: run, work: "run" });
  view.onEvent({ kind: "news", planned: run, event: { kind: "phase", phase: "train" } });
  for (let step = 1; step <= 320; step++) {
    view.onEvent({ kind: "news", planned: run, event: at(step) });
  }
  const outcome = { kind: "stopped", step: 320 } as const;
  view.onEvent({ kind: "ended", planned: run, work: "run", outcome });
  view.close();
  assertEquals(terminal.out.map((line) => line.match(/step \d+/)?.[0]), [
    "step 80",
    "step 160",
    "step 240",
    "step 320",
  ]);
  assertMatch(terminal.out[3], /^tiny {2}seed 3 +stopped at step 320$/);
});

Deno.test("what is timed is named, with how many are left, in lines and live", () => {
  const plan = [1, 2, 3].map((seed) => planned({ seed, speed: true }));
  const timing = (mode: "plain" | "live") => {
    const terminal = keptTerminal();
    const drawn: string[] = [];
    const draw = (text: string) => void drawn.push(text.replaceAll(escapes, ""));
    const view = new Progression({ ...terminal, draw, live: true, columns: 80 }, mode, plan);
    for (const [i, run] of plan.entries()) {
      const turn = { number: i + 1, of: plan.length };
      view.onEvent({ kind: "started", planned: run, work: "speed", turn });
      view.onEvent({ kind: "news", planned: run, event: { kind: "phase", phase: "speed" } });
      const outcome = { kind: "stopped", step: 0 } as const;
      view.onEvent({ kind: "ended", planned: run, work: "run", outcome });
    }
    view.close();
    return { told: terminal.out, drawn };
  };
  const lines = timing("plain").told.filter((line) => line.includes("timing"));
  assertEquals(lines, [
    "tiny  seed 1    timing 1 of 3",
    "tiny  seed 2    timing 2 of 3",
    "tiny  seed 3    timing 3 of 3",
  ]);
  const { drawn } = timing("live");
  for (const line of lines) {
    assert(drawn.some((text) => text.startsWith(`${line}  `)), `${line} of ${drawn.join("|")}`);
  }
  assert(drawn.flatMap((text) => text.split("\n")).every((line) => line.length < 80));
});

Deno.test("live progress redraws one line a run and leaves none behind", () => {
  const terminal = keptTerminal();
  const drawn: string[] = [];
  const live = {
    print: terminal.print,
    warn: terminal.warn,
    draw: (text: string) => void drawn.push(text),
    live: true,
    columns: 60,
  };
  const runs = [planned({ seed: 1 }), planned({ seed: 2 })];
  const view = new Progression(live, "live", runs);
  for (const run of runs) view.onEvent({ kind: "started", planned: run, work: "run" });
  view.onEvent({ kind: "news", planned: runs[0], event: { kind: "phase", phase: "train" } });
  view.onEvent({ kind: "news", planned: runs[0], event: at(10) });
  const outcome = { kind: "failed", cause: "told so" } as const;
  view.onEvent({ kind: "ended", planned: runs[1], work: "run", outcome });
  view.close();
  const screen = replay(drawn);
  assertEquals(screen, []);
  const lines = drawn.join("").split("\n").map((line) => line.replaceAll(escapes, ""));
  assert(
    lines.some((line) => line.includes("█") || line.includes("░") || line.includes("step 10")),
  );
  assert(lines.every((line) => [...line].length < 60), "no line wraps");
  assertMatch(terminal.out.join("\n"), /^tiny {2}seed 2 +failed: told so$/m);
});

/** What is left on a screen after these drawings: lines, cursor up, clear below. */
function replay(drawn: readonly string[]): string[] {
  const lines: string[] = [];
  for (const text of drawn) {
    const up = text.match(clears);
    if (up) lines.length -= Number(up[1]);
    else lines.push(...text.split("\n").slice(0, -1));
  }
  return lines;
}

Deno.test("a table wider than the terminal goes on below, labels repeated", () => {
  const column = (name: string) => ({
    name,
    heading: name,
    metric: "m",
    unit: "dB",
    direction: "higher" as const,
    kind: "quality" as const,
  });
  const cell = (mean: number) => ({
    kind: "value" as const,
    estimate: { mean, low: null, high: null, n: 1, method: null },
    seeds: [{ seed: 1, value: mean }],
  });
  const names = ["first-column", "second-column", "third-column"];
  const table = {
    id: "t",
    title: "",
    caption: "",
    columns: names.map(column),
    rows: [
      { group: "g", cells: names.map((_, i) => cell(i + 1)) },
      {
        group: "h",
        cells: [
          { kind: "not-defined" as const, reason: "" },
          { kind: "not-measured" as const, reason: "" },
          { ...cell(3), bound: "upper" as const },
        ],
      },
    ],
  };
  const groups = ["g", "h"].map((id) => ({ id, label: `run ${id}` })) as never;
  const lines = tableLines(table, groups, 44);
  assert(lines.every((line) => [...line].length <= 44), lines.join("\n"));
  assertEquals(lines.filter((line) => line.includes("run g")).length, 2);
  assertMatch(lines.join("\n"), /run h +– +n\/m\n/);
  assertMatch(lines.join("\n"), /run h +≤ 3/);
  const wide = tableLines(table, groups, 100);
  assertEquals(wide.length, 4);
});

Deno.test("the time of a plan on several workers", () => {
  assertEquals(makespan([3, 2, 2], 1), 7);
  assertEquals(makespan([3, 2, 2], 2), 4);
  assertEquals(makespan([], 2), 0);
  // The second waits for the first, and the third takes the other worker meanwhile.
  assertEquals(makespan([3, 2, 2], 2, [[], [0], []]), 5);
  assertEquals(makespan([3, 2, 2], 3, [[], [0], [1]]), 7);
});
