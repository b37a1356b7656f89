/** A model's answers as documents of other runs: chosen, resumed, the same bits each time. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { StoreError } from "../../../src/base/mod.ts";
import { madeDocuments, verdictOf } from "../../../src/data/text/mod.ts";
import { protocolOf } from "../../../src/protocols/table.ts";
import { executeRun } from "../../../src/protocols/execute.ts";
import type { PlannedRun } from "../../../src/record/record.ts";
import { openStore } from "../../../src/record/store.ts";
import { begin } from "../../../src/run/job.ts";
import { finishedModel } from "../../../src/run/model/finished.ts";
import { NeedError, takenBy } from "../../../src/run/needs.ts";
import { SuiteError } from "../../../src/suite/problem.ts";
import { inFolder } from "../../run/harness.ts";
import { chainOf, hostOf, planOf } from "./chain.ts";

const head = `suite: chain
data: { dataset: instructions, train: 20, test: 6, judge: 0, judge_test: 0, tasks: [ask], heldOut: [] }
budget: { steps: 2 }
batch: 2
seeds: [3]
controls: [template-oracle]
metrics:
  - instructions: { prompts: 4, tokens: 6 }
  - reward: { prompts: 4, tokens: 6 }
runs:
  - tokenize: { name: words, vocabulary: 400, special: ["<|im_start|>", "<|im_end|>"] }
  - language: { name: sft, tokenizer: words, objective: sft, depth: 1, width: 16, context: 96 }
`;
const best =
  `  - respond: { name: best, of: sft, count: 3, prompts: 5, tokens: 6, test: 2, topK: 50 }\n`;

const written = async (out: string, { id }: PlannedRun) =>
  (await openStore(out).read(id, "data.jsonl"))!;

Deno.test("respond: the best of several answers by the rule, and a model that learns from them", () =>
  inFolder(async (out) => {
    const plan = await planOf(
      head + best +
        `  - language: { name: distilled, from: sft, tokenizer: words, objective: sft, depth: 1, ` +
        `width: 16, context: 96, data: best }\n`,
    );
    const host = await hostOf(out);
    const records = await chainOf(plan, host);
    const record = records.get("best")!, { measured = {} } = record;
    assertEquals(record.state, "done");
    assertEquals([measured.prompts, measured.answers, measured.documents], [5, 15, 5]);
    assertEquals(measured["test answers"], 6);
    assert(measured["reward, best by rule"] >= measured["reward, first"]);
    assertEquals(measured["reward, kept"], measured["reward, best by rule"]);
    const planned = plan.find(({ label }) => label === "best")!;
    const bytes = await written(out, planned);
    const lines = madeDocuments(bytes, "best");
    assertEquals(lines.length, 5);
    for (const line of lines) {
      assert("messages" in line && line.facts !== undefined);
      const answer = line.messages.at(-1)!;
      assertEquals(answer.role, "assistant");
      const verdict = verdictOf(line.facts!, answer.content);
      assertEquals(line.labels, { ...verdict.attributes });
      assertEquals(line.from!.worth, verdict.reward);
      assertEquals(line.from!.policy, "sft");
    }
    const card = new Map(protocolOf(record.spec).card(record));
    assertEquals([card.get("policy"), card.get("chosen by")], ["sft", "the exact rule"]);
    // No block is left behind, and the model that took the documents trained on them.
    for await (const { name } of Deno.readDir(openStore(out).folder(planned.id))) {
      assert(!name.endsWith(".sealed") || name === "needs.json", name);
    }
    const distilled = records.get("distilled")!;
    assertEquals(distilled.state, "done");
    assertStringIncludes(distilled.provenance.datasetNotes.join(), "5 documents");
    const oracle = records.get("template oracle")!;
    const value = (name: string) => oracle.metrics.find((one) => one.name.startsWith(name))!;
    // Six tokens cut most answers of the oracle; what it is asked is what models are asked.
    assertEquals(value("rule-reward").each!.length, 4);
    // The same run elsewhere gives the same bytes, and so does one that was stopped between blocks.
    await inFolder(async (other) => {
      let asked = 0;
      const stops = { stopped: () => ++asked > 1 };
      const before = plan.filter(({ label }) => ["words", "sft"].includes(label));
      await chainOf(before, await hostOf(other));
      const stopped = await executeRun(planned, await hostOf(other, stops));
      assertEquals(stopped.kind, "stopped");
      const tensors = tf.memory().numTensors;
      const again = await executeRun(planned, await hostOf(other));
      assertEquals(tf.memory().numTensors, tensors, "models are freed");
      assert(again.kind === "record");
      assertEquals(await written(other, planned), bytes);
    });
  }));

Deno.test("respond: pairs of the best and the worst, and what was asked for", () =>
  inFolder(async (out) => {
    const plan = await planOf(
      head +
        `  - respond: { name: pairs, of: sft, count: 8, tokens: 24, pairs: true, ask: { helpful: 4 }, ` +
        `keepAsking: true }\n`,
    );
    const run = plan.find(({ label }) => label === "pairs")!;
    await chainOf(plan.filter(({ label }) => ["words", "sft"].includes(label)), await hostOf(out));
    // An untrained model's answers are alike in what they are worth: then there is nothing to prefer.
    const outcome = await executeRun(run, await hostOf(out)).catch((error: Error) => error);
    if (outcome instanceof Error) {
      assertStringIncludes(outcome.message, "no pair is left");
    } else {
      for (const line of madeDocuments(await written(out, run), "pairs")) {
        assert("prompt" in line);
        assertEquals(line.prompt[0], { role: "system", content: "Attributes: helpful 4." });
        const worth = (answer: readonly { content: string }[]) =>
          verdictOf(line.facts!, answer[0].content).reward;
        assert(worth(line.chosen) > worth(line.rejected));
      }
    }
  }));

Deno.test("respond: what isn't there, or isn't what it was, is told", () =>
  inFolder(async (out) => {
    await assertRejects(
      () => planOf(head + "  - respond: { name: best }\n"),
      SuiteError,
      "needs a run",
    );
    await assertRejects(
      () => planOf(head + "  - respond: { name: best, of: words }\n"),
      SuiteError,
      "takes weights",
    );
    const plan = await planOf(head + best), host = await hostOf(out);
    const [words, sft, run] = ["words", "sft", "best"].map((name) =>
      plan.find(({ label }) => label === name)!
    );
    await chainOf([words, sft], host);
    const store = openStore(out), taken = await takenBy(run, store);
    const begun = begin(run, host, { taken });
    await assertRejects(() => finishedModel(begun, "judge"), NeedError, "in the role `judge`");
    const model = await finishedModel(begun, "policy");
    assertEquals(model.label, "sft");
    assertEquals(model.seen.sample.kind, "text");
    const answer = await model.subject.language!.generate([{ text: "a", most: 3, row: 1 }]);
    assertEquals(answer.length, 1);
    model.free();
    await store.remove(words.id, "record.json");
    await assertRejects(() => finishedModel(begun, "policy"), StoreError, "has no record");
  }));
