import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../src/base/errors.ts";
import { narrowed, planSuite } from "../../src/plan/plan.ts";
import { loadSuites, parseSuite, parseSuites, suiteNames } from "../../src/suite/load.ts";
import { SuiteError } from "../../src/suite/problem.ts";

const file = "suites/many.yaml";

/** Two suites in one file; tests put mistakes in place of single lines. */
const good = [
  "# what the file is about",
  "suite: many-first",
  "data: { dataset: blocks, size: 32 }",
  "budget: { steps: 10 }",
  "modules: [../tests/suite/toys.ts]",
  "controls: [noise]",
  "runs: [toy: { beta: 4 }]",
  "metrics: [score: { samples: 10 }]",
  "---",
  "suite: many-second",
  "data: { dataset: heads }",
  "budget: { steps: 20 }",
  "seeds: [1, 2]",
  "runs:",
  "  - vae: { latent: 8 }",
  "  - autoencoder",
  "metrics:",
  "  - duplicates: { samples: 10 }",
];

function withLines(lines: Record<number, string>): string {
  return good.map((line, i) => lines[i + 1] ?? line).join("\n");
}

async function mistakes(lines: Record<number, string>, set: string[] = []): Promise<string> {
  try {
    await parseSuites(withLines(lines), { file, set });
    return "";
  } catch (error) {
    if (error instanceof SuiteError) return error.message;
    throw error;
  }
}

Deno.test("documents: a file of several holds suites in their order, each with its own keys", async () => {
  const suites = await parseSuites(good.join("\n"), { file });
  assertEquals(suites.map(({ name }) => name), ["many-first", "many-second"]);
  assertEquals(suites.map(({ data }) => data.dataset), ["blocks", "heads"]);
  assertEquals(suites.map(({ budget }) => budget), [{ steps: 10 }, { steps: 20 }]);
  assertEquals(suites.map(({ seeds }) => seeds), [[1], [1, 2]]);
  assertEquals(suites.map(({ path }) => path), [file, file]);
  // A separator before the first and comments after one change nothing.
  const framed = await parseSuites(["---", ...good, "# the end"].join("\n"), { file });
  assertEquals(framed, suites);
});

const cases: [what: string, lines: Record<number, string>, message: string][] = [
  [
    "in the first document",
    { 7: "runs: [toy: { betta: 4 }]" },
    "suites/many.yaml:7:15: unknown key `betta` in `toy`; did you mean `beta`?",
  ],
  [
    "in the second, its line counted from the top of the file",
    { 15: "  - vae: { latnet: 8 }" },
    "suites/many.yaml:15:12: unknown key `latnet` in `vae`; did you mean `latent`?",
  ],
  [
    "a missing key, where its document starts",
    { 10: "about: nameless" },
    "suites/many.yaml:10:1: `suite` is missing: name of the suite; baselines and reports " +
    "have the same name",
  ],
  [
    "one name twice",
    { 10: "suite: many-first" },
    "suites/many.yaml:10:8: `suite` many-first stands twice in this file; each of its suites has " +
    "its own name",
  ],
  [
    "a key twice in the second document",
    { 12: "suite: again" },
    "suites/many.yaml:12:1: the key `suite` stands twice in one map",
  ],
  [
    "no YAML in the second",
    { 13: "seeds: [1, 2" },
    "suites/many.yaml:14:1: not YAML: Flow sequence in block collection must be sufficiently " +
    "indented and end with a ]",
  ],
];
for (const [what, lines, message] of cases) {
  Deno.test(`documents: a mistake has its place in the file: ${what}`, async () => {
    assertEquals((await mistakes(lines)).split("\n")[0], message);
  });
}

Deno.test("documents: the mistakes of all are told at once, in the order of the file", async () => {
  const told = await mistakes({ 3: "data: { dataset: blocks, sise: 1 }", 18: "  - duplicats" });
  const places = told.split("\n").filter((line) => line.startsWith(file));
  assertEquals(places.map((line) => line.split(": ")[0]), [`${file}:3:26`, `${file}:18:5`]);
});

Deno.test("documents: an empty one, a list, a value are told as such", async () => {
  const first = good.slice(0, 8).join("\n");
  for (
    const [text, message] of [
      [
        `${first}\n---\n`,
        "suites/many.yaml:9:4: this document of the file is empty; a suite starts with " +
        "`suite: its-name`",
      ],
      [
        `${first}\n---\n- vae\n`,
        "suites/many.yaml:10:1: a suite is a map of keys (suite, data, runs, …); this document is " +
        "a list",
      ],
    ]
  ) {
    const error = await assertRejects(() => parseSuites(text, { file }), SuiteError);
    assertEquals(error.message, message);
  }
});

Deno.test("documents: --set goes to the suites that it fits, and must fit one", async () => {
  const suites = await parseSuites(good.join("\n"), {
    file,
    set: ["runs.vae.latent=16", "budget.steps=3"],
  });
  assertEquals(suites.map(({ budget }) => budget), [{ steps: 3 }, { steps: 3 }]);
  assertEquals(suites[1].runs[0].config.latent, 16);
  assertEquals(suites.map(({ overrides }) => overrides), [
    ["budget.steps=3"],
    ["runs.vae.latent=16", "budget.steps=3"],
  ]);
  const none = await mistakes({}, ["runs.gan.width=3"]);
  assertEquals(none.split("\n")[0], "--set runs.gan.width=3: this suite has no run `gan`");
});

Deno.test("documents: a name after # picks one; several where one is wanted are refused", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/many.yaml`;
  const text = good.join("\n").replace("../tests", `${Deno.cwd()}/tests`);
  await Deno.writeTextFile(path, text);
  const [second] = await loadSuites(`${path}#many-second`);
  assertEquals([second.name, second.path], ["many-second", path]);
  const unknown = await assertRejects(() => loadSuites(`${path}#many-secnd`), UsageError);
  assertEquals(
    unknown.message,
    `${path} holds no suite \`many-secnd\`; did you mean \`many-second\`?\n` +
      "  its suites: many-first, many-second",
  );
  const both = await assertRejects(() => parseSuite(text, { file: path }), UsageError);
  assertEquals(
    both.message,
    `${path} holds 2 suites; name one:\n  ${path}#many-first\n  ${path}#many-second`,
  );
  assertEquals(await suiteNames(path), ["many-first", "many-second"]);
  assertEquals(await suiteNames(`${path}#many-first`), ["many-first"]);
  assertEquals(await suiteNames(`${folder}/gone.yaml`), ["gone"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("documents: --families asks each suite for what it has, and leaves out those with none", async () => {
  const suites = await parseSuites(good.join("\n"), { file });
  const left = (families?: string[]) =>
    narrowed(suites, families).map(({ suite, families }) => [suite.name, families]);
  assertEquals(left(), [["many-first", undefined], ["many-second", undefined]]);
  assertEquals(left(["vae"]), [["many-second", ["vae"]]]);
  assertEquals(left(["toy", "vae"]), [["many-first", ["toy"]], ["many-second", ["vae"]]]);
  const error = await assertRejects(async () => await Promise.resolve(left(["gan"])), UsageError);
  assertEquals(
    error.message,
    "--families: no suite of suites/many.yaml has `gan`\n" +
      "  their families: toy, vae, autoencoder",
  );
  const plan = planSuite(suites[1], { engine: "wasm", families: ["vae"] });
  assertEquals(plan.filter(({ spec }) => spec.protocol !== "control").length, 2);
});
