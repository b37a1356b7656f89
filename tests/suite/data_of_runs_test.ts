/** Entries that are trained on documents of another entry's run. */
import { assertEquals, assertRejects } from "@std/assert";
import { planSuite } from "../../src/plan/plan.ts";
import { parseSuite } from "../../src/suite/load.ts";
import { SuiteError } from "../../src/suite/problem.ts";

const example = new URL("../examples/moments.ts", import.meta.url).pathname;
const giver = new URL("documents.ts", import.meta.url).pathname;
const captions = "{ dataset: captions, train: 20, test: 4, judge: 0, judge_test: 0 }";

const load = (runs: string) =>
  parseSuite(
    `suite: made
modules: [${JSON.stringify(example)}, ${JSON.stringify(giver)}]
data: { dataset: heads, size: 16 }
budget: { steps: 10 }
seeds: [1, 2]
controls: []
metrics: [reconstruction]
runs:
${runs}
`,
    { file: "m.yaml" },
  );

Deno.test("data of runs: a name in the place of data is the role, on the data of that run", async () => {
  const suite = await load(`  - upper: { name: shouted }
    data: ${captions}
  - tokenize: { name: bpe, data: shouted }
  - language: { name: base, tokenizer: bpe, data: shouted, depth: 1, width: 32, context: 16 }
    metrics: [bits]
`);
  const plan = planSuite(suite, { engine: "wasm" });
  const [made, tokens, base] = ["shouted", "bpe", "base"].map((name) =>
    plan.find(({ label }) => label.startsWith(name))!
  );
  assertEquals(tokens.spec.needs, { data: { run: made.id, group: made.group } });
  assertEquals(Object.keys(base.spec.needs!).sort(), ["data", "tokenizer"]);
  assertEquals(base.spec.needs!.data.run, made.id);
  assertEquals([tokens.spec.data, base.spec.data], [made.spec.data, made.spec.data]);
  assertEquals(base.needed!.data.artefact, "data");
  const short = await load(`  - upper: { name: shouted }
    data: ${captions}
  - tokenize: { needs: { data: shouted } }
`);
  assertEquals(planSuite(short, { engine: "wasm" })[1].spec.data, made.spec.data);
});

Deno.test("data of runs: what gives no documents, or isn't there, is told", async () => {
  const told = async (runs: string) =>
    (await assertRejects(() => load(runs), SuiteError)).message.split("\n")[0];
  assertEquals(
    await told(`  - tokenize: { name: bpe }
    data: ${captions}
  - language: { data: bpe }
    metrics: [bits]
`),
    "m.yaml:11:23: `data`: `language` takes data and `bpe` (tokenize) gives tokenizer",
  );
  assertEquals(
    await told("  - vae: { data: clean }\n"),
    "m.yaml:9:12: `data`: `vae` takes no data of other runs",
  );
});
