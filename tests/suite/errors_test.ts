import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../src/base/errors.ts";
import { controls, datasets, families, metrics, protocols } from "../../src/registry.ts";
import { SuiteError } from "../../src/suite/problem.ts";
import { loadSuite, parseSuite } from "../../src/suite/load.ts";

/** What is built in, as the registry says, and what the test's own module adds. */
function named(table: object, own: string): string {
  return [...Object.keys(table), own].join(", ");
}

const file = "suites/mine.yaml";
const modules = "../tests/suite/toys.ts";

/** A good suite; tests put mistakes in place of single lines. */
const good = [
  "suite: mine",
  "data: { dataset: blocks, size: 32 }",
  "budget: { steps: 10 }",
  `modules: [${modules}]`,
  "seeds: [1, 2]",
  "controls: [noise]",
  "runs:",
  "  - toy:",
  "      beta: [1, 4]",
  "      latent: 8",
  "metrics:",
  "  - score: { samples: 10 }",
];

/** The message that the good suite gives with its 1-based line replaced. */
async function mistakes(lines: Record<number, string>, set: string[] = []): Promise<string> {
  const text = good.map((line, i) => lines[i + 1] ?? line).join("\n");
  try {
    await parseSuite(text, { file, set });
    return "";
  } catch (error) {
    if (error instanceof SuiteError) return error.message;
    throw error;
  }
}

Deno.test("the suite that the mistakes are put into has none", async () => {
  assertEquals(await mistakes({}), "");
});

const cases: [what: string, lines: Record<number, string>, message: string][] = [
  [
    "an unknown key of a family",
    { 9: "      betta: [1, 4]" },
    "suites/mine.yaml:9:7: unknown key `betta` in `toy`; did you mean `beta`?\n" +
    "  keys of toy: latent, beta, widths, likelihood, note, warm, optimiser, prior" +
    "   (deno task list toy)",
  ],
  [
    "an unknown key with nothing near",
    { 9: "      qqqqqqqqq: 1" },
    "suites/mine.yaml:9:7: unknown key `qqqqqqqqq` in `toy`\n" +
    "  keys of toy: latent, beta, widths, likelihood, note, warm, optimiser, prior" +
    "   (deno task list toy)",
  ],
  [
    "an unknown key inside another",
    { 9: "      optimiser: { rte: 1 }" },
    "suites/mine.yaml:9:20: unknown key `rte` in `toy.optimiser`; did you mean `rate`?\n" +
    "  keys of toy.optimiser: rate, clip   (deno task list toy)",
  ],
  [
    "a wrong type",
    { 10: "      latent: wide" },
    "suites/mine.yaml:10:15: `toy.latent` wants a whole number of at least 1 and at most 512; " +
    "found the text `wide`",
  ],
  [
    "a number out of range in an axis",
    { 10: "      latent: [8, 0]" },
    "suites/mine.yaml:10:19: `toy.latent[1]` wants a whole number of at least 1 and at most 512; " +
    "found `0`",
  ],
  [
    "a choice misspelt",
    { 10: "      likelihood: gausian" },
    "suites/mine.yaml:10:19: `toy.likelihood` wants one of bernoulli, gaussian, logistic; " +
    "found the text `gausian`; did you mean `gaussian`?",
  ],
  [
    "the option of a union that is meant",
    { 10: "      prior: { kind: mixture, components: many }" },
    "suites/mine.yaml:10:43: `toy.prior.components` wants a whole number of at least 1; " +
    "found the text `many`",
  ],
  [
    "an axis without values",
    { 9: "      beta: []" },
    "suites/mine.yaml:9:13: `toy.beta` is an empty list: no value, so no run",
  ],
  [
    "an unknown family",
    { 8: "  - tou:" },
    "suites/mine.yaml:8:5: unknown family `tou`; did you mean `toy`?\n" +
    `  families: ${named(families, "toy")}, ${
      Object.keys(protocols).filter((name) => protocols[name].entry !== undefined).join(", ")
    }   (deno task list)`,
  ],
  [
    "an unknown metric, written short",
    { 12: "  - scores" },
    "suites/mine.yaml:12:5: unknown metric `scores`; did you mean `score`?\n" +
    `  metrics: ${named(metrics, "score")}   (deno task list)`,
  ],
  [
    "an unknown dataset",
    { 2: "data: { dataset: bloks }" },
    "suites/mine.yaml:2:18: unknown dataset `bloks`; did you mean `blocks`?\n" +
    `  datasets: ${named(datasets, "blocks")}   (deno task list)`,
  ],
  [
    "an unknown control",
    { 6: "controls: [nose]" },
    "suites/mine.yaml:6:12: unknown control `nose`; did you mean `noise`?\n" +
    `  controls: ${Object.keys(controls).join(", ")}`,
  ],
  [
    "an unknown key of the suite",
    { 5: "seed: [1, 2]" },
    "suites/mine.yaml:5:1: unknown key `seed` in a suite; did you mean `seeds`?\n" +
    "  keys of a suite: suite, version, about, data, budget, batch, seeds, modules, runs, " +
    "metrics, extractors, controls, report",
  ],
  [
    "two budgets",
    { 3: "budget: { steps: 10, seconds: 2 }" },
    "suites/mine.yaml:3:9: `budget` wants one of steps, samples or seconds; " +
    "found steps and seconds",
  ],
  [
    "a missing key",
    { 1: "about: x" },
    "suites/mine.yaml:1:1: `suite` is missing: name of the suite; baselines and reports " +
    "have the same name",
  ],
  [
    "the same seed twice",
    { 5: "seeds: [1, 1]" },
    "suites/mine.yaml:5:8: `seeds` has the same seed twice",
  ],
  [
    "a named entry that repeats another",
    { 10: "      latent: 8\n  - toy: { beta: 4, latent: 8 }\n    name: again" },
    "suites/mine.yaml:11:5: `again` would do what an earlier entry does: change its keys, or drop it",
  ],
  [
    "a name that can't be a file's",
    { 1: "suite: My Suite" },
    "suites/mine.yaml:1:8: `suite` wants a name of small letters, digits and hyphens; " +
    "found the text `My Suite`",
  ],
  [
    "keys that slipped out of their family",
    { 10: "    latent: 8" },
    "suites/mine.yaml:8:5: an entry of `runs` is `family: { its keys }`; found 2 names: toy, " +
    "latent; indent keys under the family, or start a new `-`",
  ],
  [
    "a gate that can't decide",
    { 12: "  - score: { gate: { seeds: 3 } }" },
    "suites/mine.yaml:12:29: `score.gate.seeds` 3 seeds can't decide: 5 or more (with 3 against " +
    "3 the smallest two-sided rank p is 0.10), unless `kind: deterministic`",
  ],
  [
    "a module that isn't there",
    { 4: `modules: [${modules}, ../nothing.ts]` },
    "suites/mine.yaml:4:35: module nothing.ts isn't there",
  ],
  [
    "a leaderboard ranked by what isn't measured",
    { 5: "report: { primary: scores }" },
    "suites/mine.yaml:5:20: `report.primary` is no metric of this suite: `scores`; " +
    "did you mean `score`?\n  its metrics: score",
  ],
  [
    "a key that stands twice",
    { 10: "      beta: 3" },
    "suites/mine.yaml:10:7: the key `beta` stands twice in one map",
  ],
  [
    "no YAML",
    { 3: "budget: { steps: 10" },
    "suites/mine.yaml:4:1: not YAML: Flow map in block collection must be sufficiently indented " +
    "and end with a }",
  ],
  [
    "an alias without its anchor",
    { 9: "      beta: *nothing" },
    "suites/mine.yaml:9:13: not YAML: Unresolved alias (the anchor must be set before the " +
    "alias): nothing",
  ],
];
for (const [what, lines, message] of cases) {
  Deno.test(`a suite error has its place and its cure: ${what}`, async () => {
    assertEquals(await mistakes(lines), message);
  });
}

Deno.test("all mistakes are told at once, in the order of the file", async () => {
  const message = await mistakes({
    1: "suite: BAD",
    2: "data: { dataset: blocks, sise: 3 }",
    9: "      betta: 1",
    12: "  - score: { samples: none }",
  });
  const places = message.split("\n").filter((l) => l.startsWith(file)).map((l) => l.split(": ")[0]);
  assertEquals(places, [
    `${file}:1:8`,
    `${file}:2:26`,
    `${file}:9:7`,
    `${file}:12:23`,
  ]);
});

Deno.test("a mistake in --set is told with the option, not with a line of the file", async () => {
  assertEquals(
    await mistakes({}, ["runs.toy.betta=4", "data.size=four"]),
    "--set runs.toy.betta=4: unknown key `betta` in `toy`; did you mean `beta`?\n" +
      "  keys of toy: latent, beta, widths, likelihood, note, warm, optimiser, prior" +
      "   (deno task list toy)\n" +
      "--set data.size=four: `blocks.size` wants a whole number of at least 16 and at most 256; " +
      "found the text `four`",
  );
  assertEquals(
    await mistakes({}, ["runs.tow.beta=4"]),
    "--set runs.tow.beta=4: this suite has no run `tow`; did you mean `toy`?\n  its runs: toy",
  );
  const [first] = (await mistakes({}, ["toy.beta=4"])).split("\n");
  assertEquals(
    first,
    "--set toy.beta=4: unknown key `toy` in a suite; did you mean `runs.toy.beta`?",
  );
  assertEquals(
    await mistakes({}, ["beta"]),
    "--set beta: wants KEY=VALUE, e.g. --set runs.vae.beta=4",
  );
});

Deno.test("what is no map of keys is told: empty, a list, a value", async () => {
  for (
    const [text, message] of [
      ["", "suites/mine.yaml:1:1: the file is empty; a suite starts with `suite: its-name`"],
      [
        "# nothing\n",
        "suites/mine.yaml:1:1: the file is empty; a suite starts with `suite: its-name`",
      ],
      [
        "- vae",
        "suites/mine.yaml:1:1: a suite is a map of keys (suite, data, runs, …); this file is a list",
      ],
      [
        "vae",
        "suites/mine.yaml:1:1: a suite is a map of keys (suite, data, runs, …); this file is one value",
      ],
    ]
  ) {
    const error = await assertRejects(() => parseSuite(text, { file }), SuiteError);
    assertEquals(error.message, message);
  }
});

Deno.test("a file that isn't there names its nearest neighbour", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/smoke.yaml`, good.join("\n"));
  const missing = await assertRejects(() => loadSuite(`${folder}/smok.yaml`), UsageError);
  assertEquals(
    missing.message,
    `suite ${folder}/smok.yaml isn't there; did you mean ${folder}/smoke.yaml?`,
  );
  const nowhere = await assertRejects(() => loadSuite(`${folder}/x/y.yaml`), UsageError);
  assertEquals(
    nowhere.message,
    `suite ${folder}/x/y.yaml isn't there, nor is the folder ${folder}/x`,
  );
  await Deno.mkdir(`${folder}/sub.yaml`);
  const isFolder = await assertRejects(() => loadSuite(`${folder}/sub.yaml`), UsageError);
  assertEquals(isFolder.message, `suite ${folder}/sub.yaml is a folder; it must be a file`);
  await Deno.remove(folder, { recursive: true });
});
