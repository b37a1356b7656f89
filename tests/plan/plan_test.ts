import { assert, assertEquals, assertThrows } from "@std/assert";
import { resolve } from "@std/path";
import fc from "fast-check";
import { UsageError } from "../../src/base/errors.ts";
import { labels } from "../../src/record/label.ts";
import { parsePlan, planSuite, printPlan, readPlan, writePlan } from "../../src/plan/plan.ts";
import { parseSuite } from "../../src/suite/load.ts";
import { law } from "../law.ts";

const text = `
suite: mine
data: { dataset: blocks, size: 32 }
budget: { steps: 10 }
seeds: [1, 2]
modules: [toys.ts]
runs:
  - toy: { beta: [1, 4] }
  - toy: { latent: 8 }
    name: small
metrics:
  - score: { samples: 7, gate: { effect: 5% } }
report: { title: One }
`;

function load(set: string[] = [], source = text) {
  return parseSuite(source, { file: "tests/suite/mine.yaml", set });
}

Deno.test("a plan has the control rows once and every run at every seed, each labelled", async () => {
  const plan = planSuite(await load(), { engine: "wasm" });
  assertEquals(plan.map((r) => [r.label, r.spec.protocol, r.spec.seed]), [
    ["held-out data", "control", 1],
    ["training copy", "control", 1],
    ["pixel Gaussian", "control", 1],
    ["noise", "control", 1],
    ["toy β=1", "train-evaluate", 1],
    ["toy β=1", "train-evaluate", 2],
    ["toy β=4", "train-evaluate", 1],
    ["toy β=4", "train-evaluate", 2],
    ["small", "train-evaluate", 1],
    ["small", "train-evaluate", 2],
  ]);
  assertEquals(new Set(plan.map((r) => r.id)).size, plan.length);
  assertEquals(new Set(plan.map((r) => r.group)).size, 7);
  assertEquals([plan[4].modules, plan[4].base], [["tests/suite/toys.ts"], "tests/suite"]);
  const [{ digest, files }] = plan[4].sources!;
  assertEquals(files, { "toys.ts": resolve("tests/suite/toys.ts") });
  assertEquals([plan[4].spec.code, plan[4].spec.data.code], [digest, digest]);
  assertEquals(plan[0].spec.code, undefined, "a control row is built in");
  assertEquals(plan[4].spec.metrics, [{
    metric: "score",
    version: 1,
    code: digest,
    config: { features: "judge", samples: 7, batches: [1, 8] },
  }]);
});

Deno.test("seeds and families of the command line choose; ids stay what they were", async () => {
  const suite = await load();
  const ids = new Set(planSuite(suite, { engine: "wasm" }).map((r) => r.id));
  const some = planSuite(suite, { engine: "wasm", seeds: [1], families: ["small"] });
  assertEquals(some.filter((r) => r.spec.protocol !== "control").map((r) => r.label), ["small"]);
  assert(some.every((r) => ids.has(r.id)));
  const other = planSuite(suite, { engine: "wasm", seeds: [9], families: ["toy"] });
  assertEquals(other.filter((r) => r.spec.protocol !== "control").length, 3);
  assert(other.every((r) => !ids.has(r.id)));
});

Deno.test("report settings, gate policies and comments change no id; another engine does", async () => {
  const ids = async (source: string) =>
    planSuite(await load([], source), { engine: "wasm" }).map((r) => r.id);
  const plain = text.replace(", gate: { effect: 5% }", "").replace("title: One", "title: Two");
  assertEquals(await ids(`# hi\n${plain}`), await ids(text));
  const here = await ids(text);
  const elsewhere = planSuite(await load(), { engine: "tensorflow" }).map((r) => r.id);
  assert(elsewhere.every((id) => !here.includes(id)));
});

Deno.test("what the command line asks and can't have is told", async () => {
  const suite = await load();
  const plan = (options: { seeds?: number[]; families?: string[] }) => () =>
    planSuite(suite, { engine: "wasm", ...options });
  const error = assertThrows(plan({ families: ["tpy"] }), UsageError);
  assertEquals(
    error.message,
    "--families: suite mine has no `tpy`; did you mean `toy`?\n  its families: toy, small",
  );
  assertThrows(plan({ seeds: [1.5] }), UsageError, "whole numbers");
  assertThrows(plan({ seeds: [1, 1] }), UsageError, "the same seed twice");
  assertThrows(plan({ seeds: [] }), UsageError, "names none");
});

law("parse ∘ print is the identity on plans", {
  source: "definition",
  given: {
    beta: fc.uniqueArray(fc.double({ min: 0, max: 10, noNaN: true }).map((x) => x + 0), {
      minLength: 1,
      maxLength: 3,
    }),
    note: fc.string(),
    seeds: fc.uniqueArray(fc.nat(4294967295), { minLength: 1, maxLength: 3 }),
  },
  cases: 40,
  holds: async ({ beta, note, seeds }) => {
    const suite = await load();
    const runs = beta.map((b) => ({
      ...suite.runs[0],
      config: { ...suite.runs[0].config, beta: b, note },
    }));
    const plan = planSuite({ ...suite, runs }, { engine: "wasm", seeds });
    assertEquals(parsePlan(printPlan(plan)), plan);
    assertEquals(printPlan(parsePlan(printPlan(plan))), printPlan(plan));
  },
});

Deno.test("a plan edited by hand is refused", async () => {
  const plan = planSuite(await load(), { engine: "wasm" });
  const edited = printPlan(plan).replace('"batch":64', '"batch":65');
  assertThrows(() => parsePlan(edited), UsageError, "plan, line 1: id");
  assertThrows(() => parsePlan("{}\n"), UsageError, "no run of format 1");
  assertThrows(() => parsePlan("\n\n{"), UsageError, "plan, line 3: not JSON");
});

Deno.test("plan.jsonl is written whole and read again", async () => {
  const folder = await Deno.makeTempDir();
  const plan = planSuite(await load(), { engine: "wasm" });
  await writePlan(`${folder}/plan.jsonl`, plan);
  assertEquals(await readPlan(`${folder}/plan.jsonl`), plan);
  assertEquals([...Deno.readDirSync(folder)].map((e) => e.name), ["plan.jsonl"]);
  await Deno.remove(folder, { recursive: true });
});

const value = fc.constantFrom(1, 2, 0.5, "a", true);
law("no two runs share a label, and a label names only what varies", {
  source: "definition",
  given: {
    configs: fc.uniqueArray(fc.record({ beta: value, inner: fc.record({ rate: value }) }), {
      selector: (c) => JSON.stringify(c),
      minLength: 1,
      maxLength: 5,
    }),
  },
  kills: ["label-of-all-keys"],
  holds: ({ configs }) => {
    const made = labels(configs.map((config) => ({ family: "f", config })));
    assertEquals(new Set(made).size, made.length);
    const varies = (f: (c: (typeof configs)[number]) => unknown) =>
      new Set(configs.map(f)).size > 1;
    assertEquals(made.every((l) => l.includes("β=")), varies((c) => c.beta));
    assertEquals(made.every((l) => l.includes("rate=")), varies((c) => c.inner.rate));
  },
});

Deno.test("runs that differ only in what labels can't tell are numbered", () => {
  const same = [{ family: "f", config: {} }, { family: "f", config: {} }];
  assertEquals(labels(same), ["f", "f #2"]);
});
