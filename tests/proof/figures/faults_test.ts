/** Figures of faults: their judges call wrong what is wrong, and the faults are put in where they say. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { tryCases } from "../../../src/proof/figures/faults/cases.ts";
import {
  doneRun,
  evaluatedValues,
  off,
  untold,
  valuesOf,
} from "../../../src/proof/figures/faults/cases/case.ts";
import { preloaded } from "../../../src/proof/figures/faults/inject/children.ts";
import { editTrials } from "../../../src/proof/figures/faults/inject/edits.ts";
import {
  pointOf,
  type WriteFault,
} from "../../../src/proof/figures/faults/inject/failing_writes.ts";
import { judgeFlip, printedNumbers } from "../../../src/proof/figures/faults/inject/flips.ts";
import { judgeResumed } from "../../../src/proof/figures/faults/inject/kills.ts";
import { faults } from "../../../src/proof/figures/faults/mod.ts";
import { numbersIn, otherNumbers } from "../../../src/proof/figures/faults/numbers.ts";
import { pillowMeasured } from "../../../src/proof/figures/faults/pillow.ts";
import { type Ended, ends, wronglyTold } from "../../../src/proof/figures/faults/program.ts";
import {
  exitOf,
  newcomersEnv,
  readmeCommand,
  secondsOf,
} from "../../../src/proof/figures/faults/readme.ts";
import { tally } from "../../../src/proof/figures/faults/trial.ts";
import {
  judgeWrite,
  pointsOf,
  type WriteOutcome,
} from "../../../src/proof/figures/faults/inject/writes.ts";
import { reaches } from "../../../src/proof/figures/figure.ts";
import { openStore } from "../../../src/record/store.ts";
import { record } from "../../gate/fixture.ts";
import { inFolder } from "../../run/harness.ts";

const ended = (code: number | null, rest: Partial<Ended> = {}): Ended => ({
  code,
  late: false,
  seconds: 1,
  stdout: "",
  stderr: "",
  ...rest,
});
const numbers = (value: number, runs = 1) => ({ runs, all: { a: { metrics: [{ value }] } } });

Deno.test("trials: wrong ones are counted and named, kinds apart; none at all is no value", () => {
  const { value, detail } = tally([
    { kind: "a", what: "1", wrong: null },
    { kind: "a", what: "2", wrong: "exit code 1" },
    { kind: "b", what: "3", wrong: null },
  ]);
  assertEquals([value, detail], [1, {
    tried: 3,
    right: 2,
    kinds: { a: { tried: 2, right: 1 }, b: { tried: 1, right: 1 } },
    wrong: ["a, 2: exit code 1"],
  }]);
  assertEquals(tally([]).value, null);
});

Deno.test("a fault is told by 2 or 3, in time, and not as one of likeness", () => {
  assertEquals([2, 3].map((code) => wronglyTold(ended(code))), [null, null]);
  for (const code of [0, 1, 4, 130, 137]) assert(wronglyTold(ended(code)) !== null, `${code}`);
  assertStringIncludes(wronglyTold(ended(null, { late: true }))!, "hadn't ended");
  assertStringIncludes(wronglyTold(ended(null))!, "killed");
  const stderr = "this is a bug in Likeness, not in your input";
  assertStringIncludes(wronglyTold(ended(3, { stderr }))!, "bug in Likeness");
});

Deno.test("faults of writing: other numbers by 0, a wrong code, or other numbers afterwards are wrong", () => {
  const clean = numbers(1);
  const right: WriteOutcome = {
    faulty: ended(3),
    begun: true,
    left: { runs: 0, all: {} },
    again: ended(0),
    after: clean,
  };
  const judged = (change: Partial<WriteOutcome>) => judgeWrite({ ...right, ...change }, clean);
  assertEquals(judged({}), null);
  assertEquals(judged({ faulty: ended(0), left: clean }), null);
  assertStringIncludes(judged({ faulty: ended(0) })!, "other numbers");
  assertStringIncludes(judged({ faulty: ended(0), left: numbers(2) })!, "a.metrics.0.value");
  assertStringIncludes(judged({ faulty: ended(1) })!, "exit code 1");
  assertStringIncludes(judged({ begun: false })!, "no write failed");
  assertStringIncludes(judged({ again: ended(3) })!, "afterwards");
  assertStringIncludes(judged({ after: numbers(2) })!, "afterwards");
  assertStringIncludes(judgeWrite(right, { runs: 0, all: {} })!, "undisturbed");
});

Deno.test("write points: each place once, whatever the process, for the codes that it takes", () => {
  const at = (name: string) => pointOf("rename", `/o/${name}`, "/o");
  const [a, b] = ["0123456789abcdef", "fedcba9876543210"];
  assertEquals(at(`records/${a}/.x.json.12-3-4a.tmp`), at(`records/${b}/x.json`));
  assertEquals(at("reports/s/charts/a.svg"), at("reports/s/charts/b.svg"));
  assert(at("records/x.json") !== at("records/y.json"));
  const lines = "both open a\nspace write a\nspace write a\nrights remove a\n";
  assertEquals(pointsOf(lines, "ENOSPC"), ["open a", "write a"]);
  assertEquals(pointsOf(lines, "EACCES"), ["open a", "remove a"]);
});

Deno.test("from its point on every write of every process below the folder fails, and no other", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out"), beside = join(folder, "beside");
    await Deno.mkdir(out);
    await Deno.writeTextFile(join(out, "old"), "old");
    const config = `--config=${fromFileUrl(new URL("../../../deno.json", import.meta.url))}`;
    // Tries writes in this process and in one that it starts; tells the codes.
    const writer = join(folder, "writer.ts");
    await Deno.writeTextFile(
      writer,
      `const out = ${JSON.stringify(out)}, codes = [];
      const tries = [
        () => Deno.writeTextFileSync(${JSON.stringify(beside)}, "x"),
        () => Deno.mkdir(out, { recursive: true }),
        () => Deno.writeTextFile(out + "/first", "x"),
        async () => { using file = await Deno.open(out + "/old", { write: true });
          await file.write(new Uint8Array(1)); },
        () => Deno.renameSync(out + "/old", out + "/new"),
        () => Deno.remove(out + "/old"),
        () => Deno.readTextFile(out + "/old"),
      ];
      for (const one of tries) {
        try { await one(); codes.push("ok"); } catch (error) { codes.push(error.code); }
      }
      if (Deno.args[0] === "child") console.log(JSON.stringify(codes));
      else {
        const args = ["run", "-A", ${JSON.stringify(config)}, import.meta.filename, "child"];
        const { stdout } = new Deno.Command(Deno.execPath(), { args, stderr: "inherit" })
          .outputSync();
        console.log(JSON.stringify([codes, JSON.parse(new TextDecoder().decode(stdout))]));
      }`,
    );
    const preload = fromFileUrl(
      new URL("../../../src/proof/figures/faults/inject/failing_writes.ts", import.meta.url),
    );
    const told = async (code: WriteFault["code"], at: string | null) => {
      const fault: WriteFault = {
        ...{ folder: out, code, at, points: join(folder, "points") },
        begun: join(folder, `begun-${code}-${at}`),
      };
      const { stdout, stderr } = await ends(
        [Deno.execPath(), "run", "-A", config, `--preload=${preload}`, writer],
        { env: { LIKENESS_FAULT: JSON.stringify(fault) } },
      );
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout);
    };
    const [full, none] = ["ENOSPC", "EACCES"];
    // What is removed needs no space; what is read needs nothing.
    const atWrite = await told("ENOSPC", "write old");
    assertEquals(atWrite[0], ["ok", "ok", "ok", full, full, "ok", "ok"].with(6, "ENOENT"));
    await Deno.writeTextFile(join(out, "old"), "old");
    const denied = await told("EACCES", "writeTextFile first");
    assertEquals(denied[0], ["ok", "ok", none, none, none, none, "ok"]);
    // The child's writes fail from its first on.
    assertEquals(denied[1], denied[0]);
  }));

Deno.test("workers get the preload too, other programs don't", () => {
  const deno = Deno.execPath();
  const worker = ["/bin/sh", "-c", "exec", "sh", deno, "run", "--quiet", "w.ts"];
  assertEquals(
    preloaded(worker, "/p.ts").join(" "),
    `/bin/sh -c exec sh ${deno} run --preload=/p.ts --quiet w.ts`,
  );
  assertEquals(preloaded(["git", "run"], "/p.ts"), ["git", "run"]);
  assertEquals(preloaded([deno, "info", "x.ts"], "/p.ts"), [deno, "info", "x.ts"]);
});

Deno.test("a program that doesn't end is late and gone with all its children; a kill is no code", async () => {
  const script = "sleep 60 >/dev/null 2>&1 & echo $!; wait";
  const late = await ends(["sh", "-c", script], { limit: 0.5 });
  assertEquals([late.code, late.late], [null, true]);
  if (Deno.build.os === "linux") {
    // Gone, or a corpse that nobody has buried yet; a killed process needs a moment to become one.
    const state = async () =>
      (await Deno.readTextFile(`/proc/${late.stdout.trim()}/stat`).catch(() => ") Z"))
        .split(") ")[1][0];
    for (let i = 0; i < 200 && !/[ZX]/.test(await state()); i++) {
      await new Promise((after) => setTimeout(after, 50));
    }
    assert(/[ZX]/.test(await state()));
  }
  const killed = await ends(["sleep", "60"], { killAfter: 0.1 });
  assertEquals([killed.code, killed.late], [null, false]);
  const watched = await ends(["sleep", "60"], { killWhen: () => true });
  assertEquals([watched.code, watched.late], [null, false]);
  assertEquals((await ends(["sh", "-c", "exit 3"])).code, 3);
});

Deno.test("numbers: all that a run's way doesn't change; a bit elsewhere is another number", () =>
  inFolder(async (folder) => {
    const written = async (name: string, change: object) => {
      const out = join(folder, name);
      const made = { ...record({ seed: 1, metrics: [{ value: 0.5 }] }), ...change };
      await openStore(out).writeRecord(made);
      return await numbersIn(out);
    };
    const clean = await written("clean", {});
    const gone = await written("gone", { resumed: 4, timings: { total: 9 } });
    assertEquals(otherNumbers(gone, clean), null);
    const { metrics } = record({ seed: 1, metrics: [{ value: 0.5 + 2 ** -53 }] });
    assertStringIncludes(otherNumbers(await written("bit", { metrics }), clean)!, "value");
    assertEquals(otherNumbers(await numbersIn(join(folder, "nothing")), clean) === null, false);
  }));

Deno.test("resumed runs: by 0 with the same bits, and nothing else", () => {
  assertEquals(judgeResumed(ended(0), numbers(1), numbers(1)), null);
  assertStringIncludes(judgeResumed(ended(0), numbers(2), numbers(1))!, "other numbers");
  assertStringIncludes(judgeResumed(ended(3), numbers(1), numbers(1))!, "exit code 3");
});

Deno.test("flips: other numbers are wrong whatever the code; an error names the file", () => {
  const line = (value: number, state = "done", id = "a") =>
    JSON.stringify({ event: "record", id, state, metrics: [{ kind: "quality", value }] }) + "\n";
  const speed = JSON.stringify({
    ...{ event: "record", id: "a", state: "done" },
    metrics: [{ kind: "quality", value: 1 }, { kind: "speed", value: 9 }],
  });
  const clean = printedNumbers(line(1));
  assertEquals(printedNumbers(speed), clean);
  const judged = (code: number, stdout: string, stderr = "") =>
    judgeFlip(ended(code, { stdout, stderr }), clean, "records/a/record.json");
  assertEquals(judged(0, line(1)), null);
  assertEquals(judged(3, "", "records/a/record.json is spoilt"), null);
  assertStringIncludes(judged(3, "", "something is spoilt")!, "not named");
  assertStringIncludes(judged(0, line(1.5))!, "other numbers");
  assertStringIncludes(judged(3, line(1.5), "record.json")!, "other numbers");
  assertStringIncludes(judged(0, line(1, "failed"))!, "without a");
  assertStringIncludes(judged(0, line(1, "done", "b") + line(1))!, "other numbers");
  assertStringIncludes(judged(1, line(1), "record.json")!, "exit code 1");
  const metric = '{"name":"FD-lite0@40","metric":"frechet","value":2}\n{"event":"process"}\n';
  assertEquals(Object.keys(printedNumbers(metric)), ["FD-lite0@40"]);
});

Deno.test("edits: an input's that changes no id is wrong, and another run's that changes one", () => {
  const all = ["mine", "theirs"];
  const wrong = (asked: string[], changed: string[]) =>
    editTrials([{ of: "x", asked, changed, all }]).filter((trial) => trial.wrong !== null)
      .map(({ what, wrong }) => `${what}: ${wrong}`);
  assertEquals(wrong(["mine"], ["mine"]), []);
  assertEquals(wrong(["mine"], []), ["x, run mine: the same id"]);
  assertEquals(wrong([], ["theirs"]), ["x, run theirs: another id"]);
  assertEquals(wrong(["mine"], all), ["x, run theirs: another id"]);
});

Deno.test("Pillow: a differing file counts, a refused one doesn't; a kind is equal where all of it is", () => {
  const of = { file: "f", format: "PNG", mode: "RGB" };
  const { value, detail } = pillowMeasured({
    pillow: "13",
    files: [
      { ...of, outcome: "equal" },
      { ...of, outcome: "differs", by: 1 },
      { ...of, mode: "L", outcome: "equal" },
      { ...of, format: "AVIF", outcome: "refused" },
    ],
  });
  assertEquals([value, detail!.equal, detail!.refused], [1, ["PNG L"], ["AVIF RGB"]]);
  assertEquals(detail!.wrong, ["f: by 1"]);
  assertEquals(pillowMeasured({ pillow: "13", files: [] }).value, null);
});

Deno.test("cases: what a check finds, and a check that breaks down, is wrong", async () => {
  const trials = await tryCases([
    { name: "fine", check: () => Promise.resolve([]) },
    { name: "off", check: () => Promise.resolve(["FD 2, not 0", "KID 1, not 0"]) },
    { name: "broken", check: () => Promise.reject(new Error("no such file")) },
  ], "made");
  assertEquals(trials.map(({ wrong }) => wrong), [
    null,
    "FD 2, not 0; KID 1, not 0",
    "no such file",
  ]);
  const stdout = '{"name":"FD-lite0@40","value":2}\n{"name":"precision-k5-given@9","value":0.5}\n';
  const values = evaluatedValues(stdout);
  assertEquals(values, { FD: 2, precision: 0.5 });
  const found = { ended: ended(0), values };
  assertEquals(off(found, "FD", { is: 2, by: 0 }), []);
  assertEquals(off(found, "FD", { is: 0, by: 1 }).length, 1);
  assertEquals(off(found, "KID", { is: 0, by: 1 }).length, 1);
  assertEquals(off({ ...found, ended: ended(3) }, "FD", { is: 2, by: 0 }).length, 1);
  assertEquals(untold(ended(2, { stderr: "no `judge`" }), ["judge"]), []);
  assertEquals(untold(ended(2, { stderr: "no" }), ["judge"]).length, 1);
  assertEquals(untold(ended(0, { stderr: "judge" }), ["judge"]).length, 1);
  const run = { id: "a", label: "vae", state: "done", metrics: [{ name: "m", value: 1 }] };
  assertEquals(doneRun({ ended: ended(0), runs: [run] }, "vae"), run);
  assertThrows(() => doneRun({ ended: ended(0), runs: [{ ...run, state: "failed" }] }, "vae"));
  assertThrows(() => doneRun({ ended: ended(3), runs: [run] }, "vae"));
  const other = { ...run, metrics: [{ name: "m", value: 1 + Number.EPSILON }] };
  assert(valuesOf(run) !== valuesOf(other));
});

Deno.test("README: the commands as they stand there, on what a newcomer has", async () => {
  const text = await Deno.readTextFile(new URL("../../../README.md", import.meta.url));
  for (const task of ["bench", "test"]) {
    assertEquals(readmeCommand(text, task).slice(2), ["deno@2.9.6", "task", task]);
  }
  assertThrows(() => readmeCommand("deno task bench", "bench"), Error, "no command line");
  const env = newcomersEnv({
    ...{ PATH: "/bin", HOME: "/me", LIKENESS_OPENBLAS: "x", DENO_DIR: "/d", XDG_CACHE_HOME: "/c" },
    ...{ npm_config_registry: "https://example.org", LIKENESS_CACHE: "/full", HTTPS_PROXY: "p" },
  }, "/new");
  assertEquals(env, {
    ...{ PATH: "/bin", npm_config_registry: "https://example.org", HTTPS_PROXY: "p" },
    ...{ HOME: join("/new", "home"), LIKENESS_CACHE: join("/new", "cache") },
  });
  assertEquals([exitOf(ended(4)).value, exitOf(ended(null, { late: true })).value], [4, null]);
  assertEquals([secondsOf(ended(0)).value, secondsOf(ended(1)).value], [1, null]);
});

Deno.test("every figure of faults wants none wrong, and what takes minutes is stored", () => {
  for (const { name, target, cost } of faults) {
    if (name === "readme-bench-seconds") continue;
    assertEquals([name, target], [name, { is: "=", value: 0 }]);
    assertEquals([reaches(0, target), reaches(1, target)], [true, false]);
    if (["edits-unseen", "pillow-differing"].includes(name)) assertEquals(cost, "short");
    else assertEquals([name, cost], [name, "long"]);
  }
});
