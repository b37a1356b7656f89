import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseSuite } from "../../src/suite/load.ts";
import { SuiteError } from "../../src/suite/problem.ts";
import { planSuite } from "../../src/plan/plan.ts";
import type { Suite } from "../../src/suite/schema/schema.ts";

const file = "suites/mine.yaml";
const module = new URL("../examples/sequence.ts", import.meta.url).pathname;

/** A suite of points with an entry of its own, from line 8 on. */
const text = (entry: readonly string[], { more = [] as readonly string[] } = {}) =>
  [
    "suite: mine",
    `modules: [${module}]`,
    "data: { dataset: toys, shape: mixture, train: 100, test: 100 }",
    "budget: { steps: 2 }",
    "seeds: [1]",
    "runs:",
    "  - flow: { width: 8 }",
    ...entry,
    "metrics:",
    "  - histogram: { samples: 40, bins: 8 }",
    ...more,
  ].join("\n");

async function read(...args: Parameters<typeof text>): Promise<Suite> {
  return await parseSuite(text(...args), { file });
}

async function mistakes(...args: Parameters<typeof text>): Promise<string> {
  try {
    await read(...args);
    return "";
  } catch (error) {
    if (error instanceof SuiteError) return error.message;
    throw error;
  }
}

const markov = [
  "  - markov:",
  "      data: { dataset: chain, train: 30, test: 60 }",
  "      metrics: [{ steps_variation: { samples: 20 } }]",
];

Deno.test("an entry's own data and metrics stand inside or beside, and are the run's own", async () => {
  const beside = markov.map((line, i) => i === 0 ? "  - markov: {}" : line.slice(2));
  const plans = await Promise.all([markov, beside].map(async (entry) => {
    const suite = await read(entry);
    return planSuite(suite, { engine: "wasm" });
  }));
  assertEquals(plans[0].map(({ id }) => id), plans[1].map(({ id }) => id));
  const rows = plans[0].map(({ label, spec }) => [
    label,
    spec.data.dataset,
    spec.metrics.map(({ metric }) => metric).join(),
  ]);
  assertEquals(rows, [
    ["held-out data", "toys", "histogram"],
    ["training copy", "toys", "histogram"],
    ["pixel Gaussian", "toys", "histogram"],
    ["noise", "toys", "histogram"],
    // Sequences are no numbers of 8 bits: there is no Gaussian and no noise of them.
    ["held-out data on chain", "chain", "steps_variation"],
    ["training copy on chain", "chain", "steps_variation"],
    ["flow", "toys", "histogram"],
    ["markov on chain", "chain", "steps_variation"],
  ]);
});

Deno.test("an entry on other data changes no row that was there before", async () => {
  const [alone, beside] = await Promise.all([
    read([]),
    read([...markov, "  - flow: { width: 16 }", "    data: { dataset: toys, shape: torus }"]),
  ].map(async (suite) => planSuite(await suite, { engine: "wasm" })));
  const told = (plan: typeof alone) => plan.map(({ id, label }) => `${id} ${label}`);
  assertEquals(told(alone).filter((row) => !told(beside).includes(row)), []);
});

Deno.test("metrics of an entry on the suite's data get control rows of their own", async () => {
  const suite = await read([
    "  - flow: { width: 16 }",
    "    name: wide",
    "    metrics: [{ histogram: { samples: 30, bins: 16 } }]",
  ], { more: ["controls: [noise]"] });
  assertEquals(planSuite(suite, { engine: "wasm" }).map(({ label }) => label), [
    "noise",
    "noise for wide",
    "flow",
    "wide",
  ]);
});

Deno.test("the suite's data said once more are no other data", async () => {
  const suite = await read([
    "  - flow: { width: 16 }",
    "    data: { dataset: toys, shape: mixture, test: 100, train: 100 }",
    "    metrics: [{ histogram: { bins: 8, samples: 40 } }]",
  ]);
  assertEquals([suite.runs[1].data, suite.runs[1].metrics], [undefined, undefined]);
});

Deno.test("mistakes in an entry's data and metrics have their place, as those at the top", async () => {
  const cases: [what: readonly string[], said: readonly string[]][] = [
    [
      ["  - markov: {}", "    data: { dataset: chian }"],
      [`${file}:9:22: unknown dataset \`chian\`; did you mean \`chain\`?`],
    ],
    [
      ["  - markov: {}", "    data: { dataset: chain, lenght: 9 }"],
      [`${file}:9:29: unknown key \`lenght\` in \`chain\`; did you mean \`length\`?`],
    ],
    [
      ["  - markov: {}", "    data: { dataset: chain }"],
      [
        `${file}:11:16: \`histogram\` takes points; chain holds sequences`,
        "give the entry on chain `metrics` of its own",
      ],
    ],
    [
      [...markov.slice(0, 2), "      metrics: [{ steps_variaton: {} }]"],
      [`${file}:10:19: unknown metric \`steps_variaton\`; did you mean \`steps_variation\`?`],
    ],
    [
      [
        ...markov.slice(0, 2),
        "      metrics: [{ steps_variation: { samples: 20, gate: { seeds: 3 } } }]",
      ],
      [`${file}:10:66: \`steps_variation.gate.seeds\` 3 seeds can't decide`],
    ],
    [
      [...markov.slice(0, 2), "      metrics: []"],
      [`${file}:10:16: \`runs.markov.metrics\` wants at least 1 item`],
    ],
    [
      ["  - flow: {}", "    data: { dataset: chain }", "    metrics: [steps_variation]"],
      [`${file}:8:11: \`flow\` takes images and points; chain holds sequences`],
    ],
    [
      ["  - flow: {}", "    metrics: [{ histogram: { samples: 90 } }]"],
      [
        `${file}:9:39: \`histogram.samples\` is 90: the held-out row takes as many points of the ` +
        "test split again, and that leaves 50",
      ],
    ],
    [
      [
        "  - flow: {}",
        "    metrics: [{ kernel: { features: jugde } }, { histogram: { samples: 40 } }]",
      ],
      [`${file}:9:25: \`kernel\` takes images; toys holds points`],
    ],
  ];
  for (const [entry, said] of cases) {
    const told = await mistakes(entry);
    for (const one of said) assertStringIncludes(told, one);
  }
});

Deno.test("a leaderboard may be ranked by a metric that an entry alone has", async () => {
  const by = (name: string) => ({ more: [`report: { primary: ${name} }`] });
  assertEquals(await mistakes(markov, by("steps_variation")), "");
  assertStringIncludes(
    await mistakes(markov, by("steps_variaton")),
    "no metric of this suite: `steps_variaton`; did you mean `steps_variation`?\n" +
      "  its metrics: histogram, steps_variation",
  );
});

Deno.test("a control row is named for data that it can be made of, or it is a mistake", async () => {
  const controls = { more: ["controls: [gaussian, held-out]"] };
  const plan = planSuite(await read(markov, controls), { engine: "wasm" });
  assertEquals(plan.slice(0, 3).map(({ label }) => label), [
    "pixel Gaussian",
    "held-out data",
    "held-out data on chain",
  ]);
  const alone = text(markov, controls).split("\n")
    .filter((line) => !/flow|histogram/.test(line))
    .map((line) => line.startsWith("data:") ? "data: { dataset: chain }" : line);
  alone.splice(alone.indexOf("metrics:") + 1, 0, "  - steps_variation");
  const told = await parseSuite(alone.join("\n"), { file }).then(() => "", (e) => e.message);
  assertStringIncludes(
    told,
    `${file}:12:12: the control row \`gaussian\` takes images and points; chain holds sequences`,
  );
});

Deno.test("one name can't hold two values in a table: metrics of entries on the same data too", async () => {
  const metrics =
    "    metrics: [{ histogram: { samples: 40, bins: 8 } }, { duplicates: { train: 50 } }]";
  const more = ["  - duplicates: { samples: 40, train: 60 }"];
  const own = metrics.replace("train: 50", "samples: 40, train: 50");
  assertStringIncludes(
    await mistakes(["  - flow: {}", own], { more }),
    "as an earlier entry of `metrics` does; one name can't hold two values",
  );
});

Deno.test("--set reaches an entry's own data and metrics, wherever they stand", async () => {
  const set = [
    "runs.markov.data.length=8",
    "runs.markov.metrics.steps_variation.samples=15",
    "data.train=80",
    "metrics.histogram.samples=20",
  ];
  for (const entry of [markov, markov.map((l, i) => i === 0 ? "  - markov: {}" : l.slice(2))]) {
    const suite = await parseSuite(text(entry), { file, set });
    const [flow, own] = suite.runs;
    assertEquals([flow.data, suite.data.config.train], [undefined, 80]);
    assertEquals(own.data?.config, { train: 30, test: 60, length: 8, symbols: 5 });
    assertEquals(own.metrics?.map(({ config }) => config.samples), [15]);
    assertEquals(suite.metrics.map(({ config }) => config.samples), [20]);
  }
  const wrong = await parseSuite(text(markov), {
    file,
    set: ["runs.markov.metrics.steps.samples=1"],
  })
    .then(() => "", (e) => e.message);
  assertStringIncludes(wrong, "has no metric `steps`");
});

Deno.test("nothing scores a step: on other data it needs no metrics of its own, and no rows stand beside it", async () => {
  const suite = await read([
    "  - tokenize: { name: words, vocabulary: 300, data: { dataset: captions, train: 9, test: 9 } }",
  ]);
  const plan = planSuite(suite, { engine: "wasm" });
  const rows = plan.map(({ label, spec }) => [label, spec.data.dataset, spec.metrics.length]);
  assertEquals(rows.filter(([, dataset]) => dataset !== "toys"), [[
    "words on captions",
    "captions",
    0,
  ]]);
});
