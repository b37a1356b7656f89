/** Dialogues annotated by an attribute model, a model that is conditioned on them, and its best answers. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { askedIn, madeDocuments, withoutAsking } from "../../../src/data/text/mod.ts";
import { wholeValue } from "../../../src/protocols/annotate/execute.ts";
import { protocolOf } from "../../../src/protocols/table.ts";
import { executeRun } from "../../../src/protocols/execute.ts";
import { openStore } from "../../../src/record/store.ts";
import { SuiteError } from "../../../src/suite/problem.ts";
import { inFolder } from "../../run/harness.ts";
import { chainOf, hostOf, planOf } from "./chain.ts";

const size = "depth: 1, width: 16, context: 176";
const graded =
  "{ dataset: attributes, train: 24, test: 6, judge: 0, judge_test: 0, tasks: [ask], heldOut: [] }";
const head = `suite: steerlm
data: ${graded}
budget: { steps: 2 }
batch: 2
seeds: [3]
controls: []
metrics:
  - instructions: { prompts: 4, tokens: 6 }
runs:
  - tokenize: { name: words, vocabulary: 400, special: ["<|im_start|>", "<|im_end|>"] }
  - language: { name: judge, tokenizer: words, objective: attributes, ${size} }
    metrics: [attributes_judged: { dialogues: 6 }]
`;
const told = "  - annotate: { name: told, by: judge, dialogues: 9 }\n";
const chain =
  `  - language: { name: steered, tokenizer: words, objective: sft, ${size}, data: told }
    metrics: [steerability: { prompts: 4, tokens: 6 }]
  - respond: { name: best, of: steered, by: judge, weigh: { helpful: 1, correct: 1 }, data: told, count: 2, prompts: 4, tokens: 6, ask: { helpful: 4, correct: 4 }, keepAsking: true }
`;

Deno.test("annotate: labels and what is asked for are what the model finds, rounded within bounds", () =>
  inFolder(async (out) => {
    const plan = await planOf(head + told + chain), host = await hostOf(out);
    const records = await chainOf(plan, host);
    assertEquals([...records.values()].map(({ state }) => state), Array(5).fill("done"));
    const read = async (label: string) => {
      const { id } = plan.find((run) => run.label === label)!;
      return madeDocuments((await openStore(out).read(id, "data.jsonl"))!, label);
    };
    const lines = await read("told");
    assertEquals(lines.length, 9);
    for (const line of lines) {
      assert("messages" in line);
      const { labels = {} } = line;
      assertEquals(Object.keys(labels), ["helpful", "correct", "concise", "polite", "verbose"]);
      assertEquals(askedIn(line.messages), labels);
      assert(
        Object.values(labels).every((value) => Number.isInteger(value) && value >= 0 && value <= 4),
      );
      assertEquals(withoutAsking(line.messages).at(-1)!.role, "assistant");
    }
    const { measured = {}, spec } = records.get("told")!;
    assertEquals(measured.documents, 9);
    const card = new Map(protocolOf(spec).card(records.get("told")!));
    assertEquals([card.get("judge"), card.get("documents")], ["judge", "9"]);
    // What the policy says at its best is asked for again in what it leaves.
    const best = await read("best");
    assertEquals(best.length, 4);
    for (const line of best) {
      assert("messages" in line);
      assertEquals(askedIn(line.messages), { helpful: 4, correct: 4 });
      assertEquals(line.from!.by, "judge");
    }
    const judged = records.get("judge")!.metrics;
    const value = (name: string) => judged.find((one) => one.name.startsWith(name))!;
    assert(value("attribute-error").value !== null);
    assertEquals(value("pair-accuracy").value, null);
  }));

Deno.test("annotate: without a condition dialogues stay as they were, and keep their labels", () =>
  inFolder(async (out) => {
    const plan = await planOf(
      head +
        `  - annotate: { name: told, by: judge, dialogues: 3, conditioned: false, attributes: [polite] }\n`,
    );
    await chainOf(plan, await hostOf(out));
    const { id } = plan.find(({ label }) => label === "told")!;
    for (const line of madeDocuments((await openStore(out).read(id, "data.jsonl"))!, "told")) {
      assert("messages" in line);
      assertEquals([askedIn(line.messages), Object.keys(line.labels!)], [null, ["polite"]]);
    }
  }));

Deno.test("annotate: what can't be is told", () =>
  inFolder(async (out) => {
    await assertRejects(
      () => planOf(head + "  - annotate: { name: told }\n"),
      SuiteError,
      "needs a run",
    );
    const plan = await planOf(
      head + `  - annotate: { name: told, by: judge, attributes: [kind] }\n` +
        `  - language: { name: mute, tokenizer: words, objective: sft, ${size} }\n` +
        `  - annotate: { name: silent, by: mute }\n`,
    );
    const of = (label: string) => plan.find((run) => run.label === label)!,
      host = await hostOf(out);
    await chainOf(["words", "judge", "mute"].map(of), host);
    await assertRejects(
      () => executeRun(of("told"), host),
      Error,
      "names kind; judge judges helpful",
    );
    await assertRejects(() => executeRun(of("silent"), host), Error, "judges no dialogues");
  }));

Deno.test("annotate: whole values are the nearest within bounds", () => {
  const bounds = { least: 0, most: 4 };
  const values = [-3, -0.51, 0.49, 0.5, 3.7, 4.49, 9];
  assertEquals(values.map((value) => wholeValue(value, bounds) + 0), [0, 0, 0, 1, 4, 4, 4]);
});
