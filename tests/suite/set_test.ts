import { assertEquals } from "@std/assert";
import { parseSuite } from "../../src/suite/load.ts";

const text = `
suite: mine
data: { dataset: blocks, size: 32 }
budget: { seconds: 240 }
modules: [../tests/suite/toys.ts]
runs:
  - toy: { beta: [1, 4] }
  - toy: { latent: 8 }
    name: small
  - toy
metrics:
  - score
  - score: { features: lite0 }
`;

function load(...set: string[]) {
  return parseSuite(text, { file: "suites/mine.yaml", set });
}

Deno.test("--set runs.FAMILY goes to every run of the family, runs.NAME to those of the name", async () => {
  const betas = async (...set: string[]) =>
    (await load(...set)).runs.map((r) => [r.name ?? r.family, r.config.beta, r.config.latent]);
  assertEquals(await betas(), [["toy", 1, 32], ["toy", 4, 32], ["small", 1, 8]]);
  assertEquals(await betas("runs.toy.beta=2"), [["toy", 2, 32], ["small", 2, 8]]);
  assertEquals(await betas("runs.small.beta=2"), [["toy", 1, 32], ["toy", 4, 32], [
    "small",
    2,
    8,
  ]]);
  assertEquals(await betas("runs.0.toy.beta=7"), [["toy", 7, 32], ["small", 1, 8], ["toy", 1, 32]]);
});

Deno.test("an entry's own budget and batch stand in place of the suite's, and --set reaches both", async () => {
  const own = text.replace(
    "name: small",
    "name: small\n    batch: 16\n    budget: { samples: 100 }",
  );
  const found = async (...set: string[]) =>
    (await parseSuite(own, { file: "suites/mine.yaml", set })).runs
      .map(({ budget, batch }) => [budget, batch]);
  const suite = [{ seconds: 240 }, 64];
  assertEquals(await found(), [suite, suite, [{ steps: 7 }, 16]]);
  const mirrors = async (text: string) =>
    (await parseSuite(text, { file: "suites/mine.yaml" })).runs.map(({ mirror }) => mirror);
  assertEquals(await mirrors(own), [undefined, undefined, undefined]);
  const one = own.replace("batch: 16", "batch: 16\n    mirror: true");
  assertEquals(await mirrors(one), [undefined, undefined, true]);
  const quick = [{ steps: 5 }, 64];
  assertEquals(await found("budget.steps=5"), [quick, quick, [{ steps: 5 }, 16]]);
  assertEquals((await found("runs.small.budget.steps=9"))[2], [{ steps: 9 }, 16]);
  assertEquals((await found("runs.small.batch=50"))[2], [{ steps: 2 }, 50]);
  assertEquals((await found("batch=8"))[0], [{ seconds: 240 }, 8]);
});

Deno.test("--set is typed by the schema: the same text is a number, a text or a list", async () => {
  const config = async (...set: string[]) => (await load(...set)).runs[0].config;
  assertEquals((await config("runs.toy.beta=2")).beta, 2);
  assertEquals((await config("runs.toy.beta=1e-3")).beta, 1e-3);
  assertEquals((await config("runs.toy.note=2")).note, "2");
  assertEquals((await config("runs.toy.note=a=b")).note, "a=b");
  assertEquals((await config("runs.toy.warm=true")).warm, true);
  assertEquals((await config("runs.toy.widths=4,8")).widths, [4, 8]);
  assertEquals((await config("runs.toy.widths=4")).widths, [4]);
  assertEquals((await config("runs.toy.widths=[4, 8]")).widths, [4, 8]);
  assertEquals((await config("runs.toy.optimiser.clip=null")).optimiser, {
    rate: 1e-3,
    clip: null,
  });
  assertEquals((await config("runs.toy.optimiser.rate=0.5")).optimiser, { rate: 0.5, clip: null });
  assertEquals((await config("runs.toy.prior={kind: mixture}")).prior, {
    kind: "mixture",
    components: 10,
  });
});

Deno.test("--set with a comma makes an axis where one value is wanted", async () => {
  const { runs } = await load("runs.toy.likelihood=gaussian,logistic", "runs.toy.beta=1,2");
  assertEquals(runs.slice(0, 4).map((r) => [r.config.beta, r.config.likelihood]), [
    [1, "gaussian"],
    [1, "logistic"],
    [2, "gaussian"],
    [2, "logistic"],
  ]);
});

Deno.test("--set budget.steps takes the place of the suite's seconds; samples become steps", async () => {
  assertEquals((await load()).budget, { seconds: 240 });
  assertEquals((await load("budget.steps=10")).budget, { steps: 10 });
  assertEquals((await load("budget.samples=130", "batch=64")).budget, { steps: 3 });
});

Deno.test("--set reaches data, metrics, seeds and keys that the file leaves out", async () => {
  const suite = await load("data.size=64", "metrics.score.samples=7", "seeds=3,4", "about=hi");
  const { code: _, ...data } = suite.data;
  assertEquals(data, { dataset: "blocks", version: 2, config: { size: 64 } });
  assertEquals(suite.metrics.map((m) => [m.config.features, m.config.samples]), [
    ["judge", 7],
    ["lite0", 7],
  ]);
  assertEquals(suite.seeds, [3, 4]);
  assertEquals(suite.about, "hi");
});

Deno.test("--set of a path is relative to where the user stands, of anything else a value as it is", async () => {
  const source = [
    "suite: mine",
    "data: { dataset: folder, path: beside }",
    "budget: { steps: 1 }",
    "runs: [{ external: { folder: a }, name: theirs }]",
    "metrics: [sliced]",
  ].join("\n");
  const read = async (...set: string[]) => {
    const suite = await parseSuite(source, { file: "deep/er/mine.yaml", set });
    return [suite.data.config.path, ...suite.runs.map(({ config }) => config.folder)];
  };
  assertEquals(await read(), ["beside", "a"]);
  assertEquals(await read("data.path=mine/pictures"), ["../../mine/pictures", "a"]);
  assertEquals(await read("data.path=deep/er"), [".", "a"]);
  assertEquals(await read("runs.theirs.folder=../c"), ["beside", "../../../c"]);
  assertEquals(await read("data.path=/elsewhere", "data.size=32"), ["/elsewhere", "a"]);
});
