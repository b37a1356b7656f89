import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { writeBaseline } from "../../src/gate/baseline/baseline.ts";
import { baselinesFrom } from "../../src/gate/baseline/accepted.ts";
import type { RunRecord } from "../../src/record/record.ts";
import { openStore } from "../../src/record/store.ts";
import { loadSuite } from "../../src/suite/load.ts";
import { SuiteError } from "../../src/suite/problem.ts";
import { likeness } from "./likeness.ts";

const suite = "tests/examples/sequence.yaml";

Deno.test("example: a kind that only a user's file knows is trained, scored, gated and reported", async () => {
  const out = await Deno.makeTempDir(), baselines = `${out}/baselines`;
  await Deno.mkdir(baselines);
  const where = ["--out", out, "--baselines", baselines];
  const first = await likeness("run", suite, ...where, "--engine", "wasm", "--jobs", "1");
  assertEquals(first.code, 0, first.text);
  const records = await openStore(out).list();
  const of = (label: string) => records.find((record) => record.label === label)!;
  const valueOf = ({ metrics }: RunRecord, name: string) =>
    metrics.find((metric) => metric.name === name)!;
  assertEquals(records.map(({ state }) => state), Array(3).fill("done"));

  // It learnt the chain: an untrained one is 0.7 · 4/5 = 0.56 away, held-out sequences 0.051.
  const trained = valueOf(of("markov"), "steps-variation@60");
  assert(trained.value! < 0.1, `${trained.value}`);
  assertEquals(trained.beside!.heldOut, valueOf(of("held-out data"), trained.name).beside!.heldOut);
  assert(valueOf(of("held-out data"), trained.name).value! < 0.1);
  assertEquals(Number.isFinite(valueOf(of("markov"), "score-auc@60").value), true);
  assertEquals(of("markov").artefacts.map(({ name }) => name), ["checkpoint", "samples"]);

  const page = await Deno.readTextFile(`${out}/reports/example-sequence/index.html`);
  for (
    const text of ["markov", "steps-variation@60", "held-out data", "sequences/s", "ms/sequence"]
  ) {
    assertStringIncludes(page, text);
  }

  for (const made of baselinesFrom(records, { suite: "example-sequence", suiteVersion: 1 })) {
    await writeBaseline(baselines, made);
  }
  const gated = await likeness("gate", suite, ...where);
  assertEquals(gated.code, 0, gated.text);
  assertStringIncludes(gated.text, "PASS");
  for await (const { name } of Deno.readDir(`${baselines}/any`)) {
    const path = `${baselines}/any/${name}`, text = await Deno.readTextFile(path);
    const better = text.replaceAll(`${trained.value}`, `${trained.value! / 2}`);
    assert(better !== text, "the baseline holds the value");
    await Deno.writeTextFile(path, better);
  }
  const worse = await likeness("gate", suite, ...where);
  assertEquals(worse.code, 1, worse.text);
  await Deno.remove(out, { recursive: true });
});

Deno.test("example: what a kind hasn't got is refused when the suite is read, with its place", async () => {
  const folder = await Deno.makeTempDir();
  const module = new URL("sequence.ts", import.meta.url).pathname;
  const read = async (runs: string, metrics = "steps_variation: { samples: 60 }") => {
    const path = `${folder}/wrong.yaml`;
    await Deno.writeTextFile(
      path,
      `suite: wrong
modules: [${module}]
data: { dataset: chain }
budget: { steps: 2 }
seeds: [1]
runs:
  - ${runs}
metrics:
  - ${metrics}
`,
    );
    return (await assertRejects(() => loadSuite(path), SuiteError)).message;
  };
  assertStringIncludes(
    await read("markov: {}\n    mirror: true"),
    "wrong.yaml:8:5: `mirror` of `markov`: chain holds sequences, which can't be mirrored",
  );
  assertStringIncludes(
    await read("vae: {}"),
    "wrong.yaml:7:10: `vae` takes images and points; chain holds sequences",
  );
  assertStringIncludes(
    await read("markov: {}", "reconstruction: { samples: 60 }"),
    "`reconstruction` takes images, points and views; chain holds sequences",
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("example: a kind that the dataset's module doesn't import is refused: no id would hold its code", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/apart.yaml`;
  const source = new URL("sequence.ts", import.meta.url).href;
  await Deno.writeTextFile(`${folder}/kind.ts`, `export { sequence } from "${source}";\n`);
  const rest = `export { chain, markov, stepsVariation } from "${source}";\n`;
  const text = (await Deno.readTextFile(suite)).replace("[sequence.ts]", "[kind.ts, rest.ts]");
  await Deno.writeTextFile(path, text.replace("steps: 80", "steps: 2"));
  const run = async (module: string) => {
    await Deno.writeTextFile(`${folder}/rest.ts`, module);
    return await likeness("run", path, "--out", folder, "--no-report", "--no-gate", "--jobs", "1");
  };
  const apart = await run(rest);
  assertEquals(apart.code, 2, apart.text);
  assertStringIncludes(apart.text, "the kind `sequence` of chain is declared in");
  const together = await run(`import "./kind.ts";\n${rest}`);
  assertEquals(together.code, 0, together.text);
  await Deno.remove(folder, { recursive: true });
});
