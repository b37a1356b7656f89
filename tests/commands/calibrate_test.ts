/** `calibrate` on real runs of the tiny family. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { dispatch } from "../../src/cli/dispatch.ts";
import { commands } from "../../src/commands/table.ts";
import { inFolder } from "../run/harness.ts";
import { keptTerminal } from "./terminal.ts";
import { tinySuite } from "./tiny_suite.ts";

async function likeness(...words: string[]) {
  const terminal = keptTerminal();
  const code = await dispatch(words, { commands, version: "0", terminal });
  return { code, out: terminal.out.join("\n"), err: terminal.err.join("\n") };
}

Deno.test("calibrate: trains what is missing, measures, goes on where it was, writes floors", () =>
  inFolder(async (folder) => {
    const suite = await tinySuite(folder, { runs: "{ slow: 2 }" });
    const out = join(folder, "out");
    const baselines = join(folder, "baselines");
    const words = [suite, "--out", out, "--baselines", baselines, "--seeds", "1"];
    const named = ["--reason", "a test", "--author", "A. Tester"];
    const unreasoned = await likeness("calibrate", ...words);
    assertEquals(unreasoned.code, 2);
    assertStringIncludes(unreasoned.err, "--reason");
    const few = await likeness("calibrate", ...words, ...named, "--repeats", "4");
    assertStringIncludes(few.err, "--repeats takes a whole number from 5");
    const first = await likeness("calibrate", ...words, ...named, "--repeats", "5");
    assertEquals(first.code, 0, first.err);
    assertMatch(first.out, /tiny-linear +step ms \(ms\) +– +[\d.]+ % +5 sessions/);
    const path = first.out.match(/wrote (\S+\.floors\.json) \(1 floors?\)/)![1];
    const floors = JSON.parse(await Deno.readTextFile(path));
    assertEquals(floors.rows[0].values.length, 5);
    assertEquals([floors.updates[0].n, floors.updates[0].author], [5, "A. Tester"]);
    assert(path.startsWith(join(baselines, floors.machineClass)), path);
    // Two more sessions: five are kept, and a line that a kill had cut is measured again.
    const log = join(out, "calibration", "tiny.jsonl");
    const lines = (await Deno.readTextFile(log)).trimEnd();
    await Deno.writeTextFile(log, lines.slice(0, -20));
    const dry = await likeness("calibrate", ...words, "--repeats", "6", "--dry-run");
    assertMatch(dry.out, /2 measurements left of 1 runs × 6 sessions, about .* by one measurement/);
    assertEquals((await Deno.readTextFile(log)).length, lines.length - 20);
    const second = await likeness("calibrate", ...words, ...named, "--repeats", "6", "--json");
    assertEquals(second.code, 0, second.err);
    const again = JSON.parse(await Deno.readTextFile(path));
    assertEquals(again.rows[0].values.slice(0, 4), floors.rows[0].values.slice(0, 4));
    assertEquals([again.rows[0].values.length, again.updates.length], [6, 2]);
  }));

Deno.test("calibrate --quality: floors of quality metrics from further seeds", () =>
  inFolder(async (folder) => {
    const suite = await tinySuite(folder);
    const text = await Deno.readTextFile(suite);
    const quality = text.replace("tiny-speed]", "{ reconstruction: { samples: 20 } }]");
    await Deno.writeTextFile(suite, quality);
    const words = [suite, "--out", join(folder, "out"), "--baselines", join(folder, "b")];
    const none = await likeness("calibrate", ...words, "--dry-run");
    assertStringIncludes(none.err, "has no speed metric to calibrate; --quality");
    const made = await likeness(
      "calibrate",
      ...words,
      "--quality",
      "--repeats",
      "5",
      "--reason",
      "a test",
      "--author",
      "A. Tester",
    );
    assertEquals(made.code, 0, made.err);
    assertMatch(made.out, /PSNR@20 \(dB\) +– +[\d.]+ % +5 seeds/);
    assertStringIncludes(made.out, join("b", "any", "tiny.floors.json"));
  }));
