/** The long figures of the core, with the programs that they start played by the test. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { chooseFigures, type FigureLine, runFigures } from "../../../src/proof/figures/mod.ts";
import type { Ran, RunOptions } from "../../../src/proof/figures/process.ts";
import { planSuite } from "../../../src/plan/plan.ts";
import { openStore } from "../../../src/record/store.ts";
import { loadSuite } from "../../../src/suite/load.ts";
import { record } from "../../gate/fixture.ts";

type Program = (args: readonly string[], options?: RunOptions) => Promise<Partial<Ran>>;

/** Measures figures of the core, `program` in place of every process. */
async function measure(names: readonly string[], program: Program) {
  const folder = await Deno.makeTempDir();
  try {
    const lines: FigureLine[] = [];
    const figures = chooseFigures(names.map((name) => `core/${name}`));
    const run = async (args: readonly string[], options?: RunOptions): Promise<Ran> => ({
      code: 0,
      seconds: 1,
      stdout: "",
      stderr: "",
      ...await program(args, options),
    });
    const out = join(folder, "out");
    for await (const line of runFigures(figures, { measure: true, out, folder, run })) {
      lines.push(line);
    }
    return lines;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const valueAfter = (args: readonly string[], option: string) => args[args.indexOf(option) + 1];
const timings = { data: 1, compile: 1, steps: 90, metrics: 5, pictures: 1, total: 100 };

Deno.test("bench, overhead and report size come from one run in a fresh folder", async () => {
  let runs = 0;
  const lines = await measure(
    ["bench-seconds", "overhead-percent", "report-megabytes"],
    async (args) => {
      runs++;
      const out = valueAfter(args, "--out");
      await openStore(out).writeRecord({
        ...record({ seed: 1, metrics: [{ value: 1 }] }),
        timings,
      });
      const path = join(out, "reports", "smoke", "index.html");
      await Deno.mkdir(join(path, "..", "svg"), { recursive: true });
      await Deno.writeTextFile(path, "x".repeat(1_000_000));
      await Deno.writeTextFile(join(path, "..", "svg", "a.svg"), "x".repeat(500_000));
      return { seconds: 250, stdout: `{"event":"plan"}\n{"event":"report","path":"${path}"}\n` };
    },
  );
  assertEquals(runs, 1);
  assertEquals(lines.map(({ value, holds }) => [value, holds]), [[250, true], [3, true], [
    1.5,
    true,
  ]]);
  assertEquals(lines[0].machineClass, "wasm_2-cores");
  assertEquals(lines[2].detail, { html: 1 });
});

Deno.test("a bench that fails gives no figure, and says why", async () => {
  const lines = await measure(
    ["bench-seconds", "overhead-percent", "report-megabytes"],
    () => Promise.resolve({ code: 3, stderr: "vae seed 1: failed: no memory" }),
  );
  for (const { value, holds, reason } of lines) {
    assertEquals([value, holds], [null, false]);
    assertStringIncludes(reason!, "exit code 3: vae seed 1: failed: no memory");
  }
});

Deno.test("the probe's figures take the worst seed of all planned runs", async () => {
  const names = ["vae-expression-over-chance", "vae-expression-above-shuffled"];
  const faces = await loadSuite(
    new URL("../../../suites/faces-quick.yaml", import.meta.url).pathname,
  );
  const plan = planSuite(faces, { engine: "wasm", families: ["vae"] })
    .filter(({ spec }) => spec.protocol === "train-evaluate");
  const program = (runs: typeof plan): Program => async (args) => {
    for (const [i, { id, group, label, spec }] of runs.entries()) {
      const value = {
        metric: "control",
        name: "read-expression@2000",
        direction: "higher",
        value: 0.4 + i / 100,
        beside: { chance: 0.16, shuffled: 0.17 },
      } as const;
      const made = record({ seed: spec.seed, metrics: [value] });
      await openStore(valueAfter(args, "--out")).writeRecord({ ...made, id, group, label, spec });
    }
    return {};
  };
  const [over, above] = await measure(names, program(plan));
  assertEquals([over.value, above.value], [0.4 / 0.16, 0.4 - 0.17]);
  assertEquals([over.holds, above.holds], [true, true]);
  const [short] = await measure(names, program(plan.slice(1)));
  assertEquals(short.value, null);
  assertStringIncludes(short.reason!, `${plan.length - 1} of ${plan.length} runs`);
});

Deno.test("coverage: lines of src alone, and those most missed; failing tests give none", async () => {
  const program = (code: number): Program => async (args, options) => {
    if (args[0] === "test") {
      assertEquals(args.includes(`--coverage=${options?.env?.DENO_COVERAGE_DIR}`), true);
      return { code, stderr: "FAILED" };
    }
    const lcov = args.find((word) => word.startsWith("--output="))!.slice("--output=".length);
    await Deno.writeTextFile(
      lcov,
      "SF:/x/src/a.ts\nLF:10\nLH:9\nend_of_record\nSF:/x/tests/t.ts\nLF:9\nLH:0\nend_of_record\n" +
        "SF:/x/src/b/c.ts\nLF:30\nLH:25\nend_of_record\n",
    );
    return {};
  };
  const [line] = await measure(["line-coverage-percent"], program(0));
  assertEquals([line.value, line.holds], [85, true]);
  assertEquals(line.detail!.least, [
    { file: "src/b/c.ts", missed: 5, lines: 30 },
    { file: "src/a.ts", missed: 1, lines: 10 },
  ]);
  const [failed] = await measure(["line-coverage-percent"], program(1));
  assertEquals([failed.value, failed.holds], [null, false]);
});

Deno.test("mutants: survivors and problems count; a runner that says nothing gives none", async () => {
  const summary = (killed: number, problems: string[]) => ({
    code: killed === 2 && problems.length === 0 ? 0 : 1,
    stdout: JSON.stringify({
      mutants: 2,
      killed,
      left: [],
      problems,
      outcomes: [{ id: "a", outcome: "killed" }, {
        id: "b",
        outcome: killed === 2 ? "killed" : "survived",
      }],
    }),
  });
  const of = async (ran: Partial<Ran>) =>
    (await measure(["mutants-survived"], () => Promise.resolve(ran)))[0];
  assertEquals([(await of(summary(2, []))).value, (await of(summary(2, []))).holds], [0, true]);
  const survived = await of(summary(1, ["a claim"]));
  assertEquals([survived.value, survived.holds], [2, false]);
  assertEquals(survived.detail!.others, [{ id: "b", outcome: "survived" }]);
  assertEquals((await of({ code: 1, stderr: "boom" })).value, null);
});

Deno.test("repeat: two runs that differ in one number are found out", async () => {
  let runs = 0;
  const program = (second: number): Program => async (args) => {
    const value = runs++ % 2 === 0 ? 1 : second;
    const store = openStore(valueAfter(args, "--out"));
    const made = record({ seed: 1, metrics: [{ value }] });
    await store.writeRecord({ ...made, timings: { ...timings, total: 100 + runs } });
    await store.writeSeries(made.id, {
      format: 1,
      columns: { loss: [3, 2, second], seconds: [runs, runs + 1, runs + 2] },
    });
    return {};
  };
  const [same] = await measure(["repeat-differences"], program(1));
  assertEquals([same.value, same.holds], [0, true]);
  runs = 0;
  const [other] = await measure(["repeat-differences"], program(1.5));
  assertEquals([other.value, other.holds, other.detail!.differ], [1, false, [
    "vae-1.metrics.0.value",
  ]]);
});
