import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { dispatch } from "../../src/cli/dispatch.ts";
import { commands } from "../../src/commands/table.ts";
import { baselinesFrom } from "../../src/gate/baseline/accepted.ts";
import { writeBaseline } from "../../src/gate/baseline/baseline.ts";
import { openStore } from "../../src/record/store.ts";
import { inFolder } from "../run/harness.ts";
import { interruptAndCompare } from "./interrupted.ts";
import { tinySuite as suite } from "./tiny_suite.ts";
import { keptTerminal } from "./terminal.ts";

/** What is tested here doesn't hang on the engine; wasm is the one that is always there. */
async function likeness(...asked: string[]) {
  const named = asked[0] !== "run" || asked.includes("--engine");
  const words = named ? asked : [...asked, "--engine", "wasm"];
  const terminal = keptTerminal();
  const code = await dispatch(words, { commands, version: "0", terminal });
  return { code, out: terminal.out, err: terminal.err };
}

Deno.test("run: header, data, states, table, gate line and report; then all is cached", () =>
  inFolder(async (folder) => {
    const path = await suite(folder, { runs: "{ latent: [2, 4] }" });
    const out = join(folder, "out"), none = join(folder, "none");
    await Deno.mkdir(none);
    const words = ["run", path, "--out", out, "--baselines", none];
    const first = await likeness(...words);
    const text = first.out.join("\n");
    assertEquals(first.code, 0, text + first.err.join("\n"));
    assertMatch(first.out[0], /^tiny · 2 configs of 1 family × 2 seeds \+ 1 control row · wasm \(/);
    assertMatch(text, /^data {3}tiny-blobs 8×8×1: train 50, test 40 /m);
    assertMatch(text, /^tiny-linear latent=2 +seed 1 +done {2}12 steps/m);
    assertMatch(text, /^training copy +done/m);
    assertMatch(text, /5 runs done, 0 diverged$/m);
    const report = text.match(/^report: (\S+)/m)![1];
    assert((await Deno.stat(report)).size > 1000);
    const again = await likeness(...words);
    assertEquals(again.code, 0);
    assertEquals(again.out.filter((line) => line.includes("done (cached)")).length, 5);
    const status = await likeness("status", "--out", out);
    assertMatch(status.out[0], /^tiny · 5 runs: 5 done$/);
  }));

Deno.test("run: baselines that can't be read cost no run; those of the machine's class no result", () =>
  inFolder(async (folder) => {
    const path = await suite(folder), out = join(folder, "out"), baselines = join(folder, "b");
    const run = () => likeness("run", path, "--out", out, "--baselines", baselines);
    const nowhere = await run();
    assertEquals([nowhere.code, nowhere.out], [2, []]);
    assertStringIncludes(nowhere.err.join("\n"), `--baselines ${baselines} isn't there`);
    await Deno.mkdir(join(baselines, "any"), { recursive: true });
    await Deno.writeTextFile(join(baselines, "any", "tiny.json"), "{");
    const broken = await run();
    assertEquals([broken.code, broken.out], [2, []]);
    assertStringIncludes(broken.err.join("\n"), "any/tiny.json: not a baseline file");
    assertEquals(await openStore(out).list(), []);
    await Deno.remove(join(baselines, "any"), { recursive: true });
    assertEquals((await run()).code, 0);
    const [{ provenance }] = await openStore(out).list();
    const own = join(baselines, provenance.machineClass);
    await Deno.mkdir(own);
    await Deno.writeTextFile(join(own, "tiny.json"), "{");
    const late = await run();
    assertEquals(late.code, 2);
    const text = late.out.join("\n");
    assertMatch(text, /^tiny-linear +/m);
    assertMatch(text, /^report: /m);
    assertMatch(late.err.join("\n"), /gate: not compared: .*tiny.json: not a baseline file/);
  }));

Deno.test("run: of what --seeds leaves out nothing is missing, and the line says so", () =>
  inFolder(async (folder) => {
    const path = await suite(folder), out = join(folder, "out");
    const { code, out: lines } = await likeness("run", path, "--out", out, "--seeds", "1");
    assertEquals(code, 0);
    assertMatch(lines.join("\n"), /NO BASELINE YET: .*; 1 of the suite's 3 runs were not asked/);
    const gated = await likeness("gate", path, "--out", out);
    assertEquals(gated.code, 3);
    assertMatch(gated.out.join("\n"), /missing .*tiny-linear .*seed 2: no record/);
  }));

Deno.test("run: only the splits that the plan reads are loaded and named", () =>
  inFolder(async (folder) => {
    const path = await suite(folder);
    const words = ["run", path, "--out", join(folder, "out"), "--no-gate", "--no-report"];
    const { out } = await likeness(...words, "--set", 'controls=["held-out"]');
    assertMatch(out.join("\n"), /^data {3}tiny-blobs 8×8×1: train 50, test 40, judge_test 40 /m);
  }));

Deno.test("report: from the same records it is the page that run wrote, byte for byte, always", () =>
  inFolder(async (folder) => {
    const path = await suite(folder, { runs: "{ latent: [2, 4] }" });
    const [out, baselines] = [join(folder, "out"), join(folder, "baselines")];
    await Deno.mkdir(baselines);
    const where = ["--out", out, "--baselines", baselines];
    const pages = async (dir: string) => {
      const read = async (name: string) => [name, await Deno.readTextFile(join(dir, name))];
      return await Promise.all(["index.html", "report.md", "report.json"].map(read));
    };
    const compared = async (...words: string[]) => {
      const ran = await likeness("run", path, ...where, ...words);
      const last = ran.out.at(-1)!;
      assertMatch(last, /^(PASS|NO BASELINE YET): .* · speed shown, not judged \(/);
      const own = await pages(join(out, "reports", "tiny"));
      for (const to of ["a", "b"].map((name) => join(folder, name))) {
        await likeness("report", path, ...where, "--to", to);
        assertEquals(await pages(to), own);
      }
      return own;
    };
    await compared("--seeds", "1", "--exact");
    const store = openStore(out);
    const records = await store.list();
    for (const made of baselinesFrom(records, { suite: "tiny", suiteVersion: 1 })) {
      await writeBaseline(baselines, made);
    }
    const [[, page]] = await compared("--seeds", "1");
    assertStringIncludes(page, "not judged");
    await compared();
    // All is done already: another command line makes no other page.
    const whole = await compared();
    assertEquals(await compared("--exact"), whole);
  }));

Deno.test("run: one bad run stops no other, and the exit code says so", () =>
  inFolder(async (folder) => {
    const path = await suite(folder, { runs: "{ fault: [none, throws] }" });
    const { code, out, err } = await likeness("run", path, "--out", join(folder, "out"));
    const text = out.join("\n");
    assertEquals(code, 3);
    assertStringIncludes(text, "3 runs done, 0 diverged, 2 failed");
    assertStringIncludes(
      err.join("\n"),
      "tiny-linear fault=throws seed 1, tiny-linear fault=throws seed 2: failed: program",
    );
    assertMatch(text, /tiny-linear fault=throws +n\/m/);
  }));

Deno.test("run --json: every line is JSON, to the exit code", () =>
  inFolder(async (folder) => {
    const path = await suite(folder);
    const { code, out } = await likeness("run", path, "--json", "--out", join(folder, "out"));
    const events = out.map((line) => JSON.parse(line));
    assertEquals(code, 0);
    const count = (name: string) => events.filter(({ event }) => event === name).length;
    assertEquals([count("plan"), count("data"), count("record"), count("report")], [1, 1, 3, 1]);
    // Three runs, and the speed of one seed of the row that is trained.
    assertEquals([count("started"), count("ended")], [4, 4]);
    const { turn } = events.find(({ event, work }) => event === "started" && work === "speed");
    assertEquals(turn, { number: 1, of: 1 });
    assertEquals(events.at(-1), { event: "end", exitCode: 0 });
  }));

Deno.test("run --quiet prints the outcome alone", () =>
  inFolder(async (folder) => {
    const path = await suite(folder);
    const { out } = await likeness("run", path, "--quiet", "--out", join(folder, "out"));
    assert(!out.some((line) => /^(tiny ·|data)/.test(line)), out.join("\n"));
    assert(out.some((line) => line.startsWith("3 runs done")));
  }));

Deno.test("run --dry-run: an estimate by a stated measurement, and nothing is run", () =>
  inFolder(async (folder) => {
    const path = await suite(folder, { runs: "{ slow: 10 }", steps: 100 });
    const out = join(folder, "out");
    const dry = await likeness("run", path, "--dry-run", "--out", out);
    const text = dry.out.join("\n");
    assertEquals(dry.code, 0, text);
    assertMatch(
      text,
      /tiny-linear +2 .* 580 .*trial: 100 steps × [\d.]+ s; training and 20 samples/,
    );
    assertMatch(text, /3 of 3 runs to do: about .* of memory; nothing was run/);
    assertEquals(await openStore(out).list(), []);
    const { seconds } = (await likeness("run", path, "--dry-run", "--json", "--out", out)).out
      .map((line) => JSON.parse(line)).find(({ event, label }) =>
        event === "estimate" && label === "tiny-linear"
      );
    assert(seconds >= 1, `${seconds} s for 100 steps of 10 ms`);
  }));

Deno.test("run: with a metric added nothing is trained again, the estimate says so, --fresh trains", () =>
  inFolder(async (folder) => {
    const path = await suite(folder), out = join(folder, "out");
    await likeness("run", path, "--out", out);
    const text = await Deno.readTextFile(path);
    const added = "metrics: [{ tiny-brightness: { samples: 30 } }, ";
    await Deno.writeTextFile(path, text.replace("metrics: [", added));
    const dry = (await likeness("run", path, "--dry-run", "--out", out)).out.join("\n");
    assertMatch(dry, /tiny-linear +2 .*trained before; at most/);
    const before = new Set((await openStore(out).list()).map(({ id }) => id));
    const { code, out: lines } = await likeness("run", path, "--out", out);
    assertEquals(code, 0);
    const told = lines.filter((line) => /trained before as run \w+/.test(line));
    assertEquals(told.length, 2, lines.join("\n"));
    const records = (await openStore(out).list()).filter(({ id }) => !before.has(id));
    const trained = records.filter(({ spec }) => spec.protocol === "train-evaluate");
    assert(trained.every(({ trainedBy }) => before.has(trainedBy!.id)));
    const report = await likeness("report", path, "--out", out);
    const page = await Deno.readTextFile(report.out.join(" ").match(/\S+\.html/)![0]);
    assertStringIncludes(page, `before, as run ${trained[0].trainedBy!.id}`);
    const fresh = await likeness("run", path, "--fresh", "--out", out);
    assert(!fresh.out.some((line) => line.includes("trained before")));
  }));

Deno.test("run: Ctrl-C saves and exits with 130; the same command gives the uninterrupted bits", () =>
  inFolder(async (folder) => {
    const path = await suite(folder, { runs: "{ slow: 15 }", steps: 120 });
    await interruptAndCompare(folder, path, ["--engine", "wasm"]);
  }));

Deno.test("run: mistakes cost nothing", () =>
  inFolder(async (folder) => {
    const path = await suite(folder);
    const out = join(folder, "out");
    const wrong: [words: string[], message: string][] = [
      [["--seeds", "one"], "--seeds takes whole numbers"],
      [["--families", "tiny-liner"], "did you mean `tiny-linear`?"],
      [["--engine", "cuda"], "no engine is called `cuda`"],
      [["--resume", "--fresh"], "only one of them"],
      [["--engine", "wasm", "--threads", "2"], "--threads is a choice of the tensorflow engine"],
      [["--engine", "wasm", "--compile", "jit"], "--compile takes graph or xla, not `jit`"],
      [["--jobs", "0"], "--jobs"],
    ];
    for (const [words, message] of wrong) {
      const { code, err } = await likeness("run", path, "--out", out, ...words);
      assertEquals(code, 2, words.join(" "));
      assertStringIncludes(err.join("\n"), message);
    }
    assertEquals(await openStore(out).list(), []);
  }));

Deno.test("run: the suites of one file are done one after the other, each with plan and report", () =>
  inFolder(async (folder) => {
    const path = await suite(folder);
    const first = await Deno.readTextFile(path);
    const second = first.replace("suite: tiny", "suite: tiny-again").replace("[1, 2]", "[3]");
    await Deno.writeTextFile(path, `${first}\n---\n${second}\n`);
    const out = join(folder, "out");
    await Deno.mkdir(join(folder, "none"));
    const words = ["--out", out, "--baselines", join(folder, "none")];
    const all = await likeness("run", path, ...words);
    const text = all.out.join("\n");
    assertEquals(all.code, 0, text + all.err.join("\n"));
    assertMatch(text, /^tiny · 1 family × 2 seeds/m);
    assertMatch(text, /^tiny-again · 1 family × 1 seed/m);
    for (const name of ["tiny", "tiny-again"]) {
      assert((await Deno.stat(join(out, "reports", name, "index.html"))).size > 1000);
      assert((await Deno.stat(join(out, "plans", `${name}.jsonl`))).size > 100);
    }
    const one = await likeness("run", `${path}#tiny-again`, ...words);
    assertEquals(one.out.filter((line) => line.includes("done (cached)")).length, 2);
    const gated = await likeness("gate", path, ...words);
    assertMatch(gated.out.join("\n"), /^tiny: [\s\S]*^tiny-again: /m);
    const reports = await likeness("report", path, "--out", out, "--quiet");
    assertEquals(reports.out.length, 2);
    const folded = await likeness("report", path, "--out", out, "--to", folder);
    assertEquals(folded.code, 2);
    assertStringIncludes(folded.err.join("\n"), "--to names one folder, and there are 2 suites");
    const status = await likeness("status", path, "--out", out);
    assertEquals(status.out.filter((line) => /^tiny/.test(line)).length, 2);
  }));
