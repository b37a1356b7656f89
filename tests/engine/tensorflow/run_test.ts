import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { interruptAndCompare } from "../../commands/interrupted.ts";
import { tinySuite } from "../../commands/tiny_suite.ts";
import { keptTerminal } from "../../commands/terminal.ts";
import { dispatch } from "../../../src/cli/dispatch.ts";
import { commands } from "../../../src/commands/table.ts";
import { readPlan } from "../../../src/plan/plan.ts";
import { inFolder } from "../../run/harness.ts";
import { test } from "./available.ts";

async function likeness(...words: string[]) {
  const terminal = keptTerminal();
  const code = await dispatch(words, { commands, version: "0", terminal });
  return { code, text: [...terminal.out, ...terminal.err].join("\n") };
}

test("a run on tensorflow that is interrupted resumes to the uninterrupted bits", () =>
  inFolder(async (folder) => {
    const suite = await tinySuite(folder, { steps: 6000 });
    await interruptAndCompare(folder, suite, ["--engine", "tensorflow", "--compile", "graph"]);
  }));

test("a plan pins threads, precision and the way of running, chosen once", () =>
  inFolder(async (folder) => {
    const suite = await tinySuite(folder);
    const out = join(folder, "out");
    const words = ["run", suite, "--out", out, "--engine", "tensorflow", "--threads", "1"];
    const first = await likeness(...words);
    assertEquals(first.code, 0, first.text);
    assertMatch(first.text, /^choose tiny-linear: graph \(graph .* too short for XLA to pay\)$/m);
    const plan = await readPlan(join(out, "plans", "tiny.jsonl"));
    for (const { spec } of plan) {
      assertEquals(spec.settings, { threads: 1, precision: "float32", compile: "graph" });
    }
    const again = await likeness(...words);
    assertEquals(again.text.match(/^choose/m), null);
    assertMatch(again.text, /3 runs done/);
    assertEquals(again.text.match(/done \(cached\)/g)?.length, 3);
    // Another way of running is another run.
    const xla = await likeness(...words, "--compile", "xla", "--seeds", "1");
    assertEquals(xla.code, 0, xla.text);
    const other = await readPlan(join(out, "plans", "tiny.jsonl"));
    assertEquals(other.filter(({ id }) => plan.some((run) => run.id === id)), []);
    // Gate and report find the last plan's records.
    const report = await likeness("report", suite, "--out", out);
    assertEquals(report.code, 0, report.text);
  }));
