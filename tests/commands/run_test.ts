import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { dispatch } from "../../src/commands/dispatch.ts";
import { commands } from "../../src/commands/table.ts";
import { openStore } from "../../src/record/store.ts";
import { inFolder } from "../run/harness.ts";
import { keptTerminal } from "./terminal.ts";

const tiny = fromFileUrl(new URL("../run/tiny.ts", import.meta.url));
const entry = fromFileUrl(new URL("../../src/main.ts", import.meta.url));

/** Writes a suite of the tiny family; `runs` is its config as YAML. */
async function suite(folder: string, { runs = "{}", steps = 12 } = {}): Promise<string> {
  const path = join(folder, "tiny.yaml");
  await Deno.writeTextFile(
    path,
    [
      "suite: tiny",
      "data: { dataset: tiny-blobs }",
      `budget: { steps: ${steps} }`,
      "batch: 8",
      "seeds: [1, 2]",
      `modules: [${JSON.stringify(tiny)}]`,
      `runs: [{ tiny-linear: ${runs} }]`,
      "metrics: [{ tiny-brightness: { samples: 20 } }, tiny-speed]",
      "controls: [training-copy]",
    ].join("\n"),
  );
  return path;
}

async function likeness(...words: string[]) {
  const terminal = keptTerminal();
  const code = await dispatch(words, { commands, version: "0", terminal });
  return { code, out: terminal.out, err: terminal.err };
}

Deno.test("run: header, data, states, table, gate line and report; then all is cached", () =>
  inFolder(async (folder) => {
    const path = await suite(folder, { runs: "{ latent: [2, 4] }" });
    const out = join(folder, "out");
    const words = ["run", path, "--out", out, "--baselines", join(folder, "none")];
    const first = await likeness(...words);
    const text = first.out.join("\n");
    assertEquals(first.code, 0, text + first.err.join("\n"));
    assertMatch(first.out[0], /^tiny · 2 configs of 1 family × 2 seeds \+ 1 control row · wasm \(/);
    assertMatch(text, /^data {3}tiny-blobs 8² grey: train 50, test 40, judge_test 40 /m);
    assertMatch(text, /^tiny-linear latent=2 +seed 1 +done {2}12 steps/m);
    assertMatch(text, /^training copy +done/m);
    assertMatch(text, /5 runs done, 0 diverged · gate: no baseline yet/);
    const report = text.match(/^report: (\S+)/m)![1];
    assert((await Deno.stat(report)).size > 1000);
    const again = await likeness(...words);
    assertEquals(again.code, 0);
    assertEquals(again.out.filter((line) => line.includes("done (cached)")).length, 5);
    const status = await likeness("status", "--out", out);
    assertMatch(status.out[0], /^tiny · 5 runs: 5 done$/);
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
    // Three runs, and the speed of the two that are trained.
    assertEquals([count("started"), count("ended")], [5, 5]);
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
      /tiny-linear +2 .* 580 .*probe: 100 steps × [\d.]+ s; training and 20 samples/,
    );
    assertMatch(text, /3 of 3 runs to do: about .* of memory; nothing was run/);
    assertEquals(await openStore(out).list(), []);
    const { seconds } = (await likeness("run", path, "--dry-run", "--json", "--out", out)).out
      .map((line) => JSON.parse(line)).find(({ event, label }) =>
        event === "estimate" && label === "tiny-linear"
      );
    assert(seconds >= 1, `${seconds} s for 100 steps of 10 ms`);
  }));

Deno.test("run: Ctrl-C saves and exits with 130; the same command gives the uninterrupted bits", () =>
  inFolder(async (folder) => {
    const path = await suite(folder, { runs: "{ slow: 15 }", steps: 120 });
    const out = join(folder, "out");
    const words = ["run", path, "--out", out, "--seeds", "1"];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", entry, ...words, "--json"],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const errors = new Response(child.stderr).text();
    let told = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream() as never)) {
      const before = told.includes('"progress"');
      told += chunk;
      if (!before && told.includes('"progress"')) child.kill("SIGINT");
    }
    assertEquals((await child.status).code, 130);
    assertStringIncludes(await errors, "this goes on where they were");
    const interrupted = await likeness("status", "--out", out);
    assertMatch(interrupted.out.join("\n"), /tiny-linear +seed 1 +interrupted +step \d+\/120/);
    assertEquals((await likeness(...words)).code, 0);
    const straight = join(folder, "straight");
    assertEquals((await likeness("run", path, "--out", straight, "--seeds", "1")).code, 0);
    const artefacts = await Promise.all(
      [out, straight].map(async (store) =>
        (await openStore(store).list()).map((record) => [record.label, record.artefacts])
      ),
    );
    assertEquals(artefacts[0], artefacts[1]);
  }));

Deno.test("run: mistakes cost nothing", () =>
  inFolder(async (folder) => {
    const path = await suite(folder);
    const out = join(folder, "out");
    const wrong: [words: string[], message: string][] = [
      [["--seeds", "one"], "--seeds wants whole numbers"],
      [["--families", "tiny-liner"], "did you mean `tiny-linear`?"],
      [["--engine", "cuda"], "no engine is called `cuda`"],
      [["--engine", "webgpu"], "engine webgpu:"],
      [["--resume", "--fresh"], "one of them"],
      [["--jobs", "0"], "--jobs"],
    ];
    for (const [words, message] of wrong) {
      const { code, err } = await likeness("run", path, "--out", out, ...words);
      assertEquals(code, 2, words.join(" "));
      assertStringIncludes(err.join("\n"), message);
    }
    assertEquals(await openStore(out).list(), []);
  }));
