/** A served model on the run path of any other row: from a suite to a record, and once more. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { metrics } from "../../../src/registry.ts";
import { planSuite } from "../../../src/plan/plan.ts";
import { executeRun } from "../../../src/protocols/execute.ts";
import type { RunEvent } from "../../../src/run/events.ts";
import { parseSuite } from "../../../src/suite/load.ts";
import { SuiteError } from "../../../src/suite/problem.ts";
import { logProbabilityOf } from "../../metrics/text/bigram.ts";
import { textData } from "../../metrics/text/documents.ts";
import { inFolder, tinyHost } from "../../run/harness.ts";
import { serve } from "./served.ts";

const task = `task: after
dataset_path: json
dataset_kwargs: { data_files: { test: after.jsonl } }
test_split: test
output_type: multiple_choice
doc_to_text: "{{ q }}"
doc_to_choice: [b, c]
doc_to_target: a
target_delimiter: ""
metric_list: [{ metric: acc }]
`;
const rows = '{"q":"a","a":0}\n{"q":"b","a":1}\n{"q":"b","a":0}\n';
const test = ["abc", "xyz abc"];

async function suiteIn(folder: string, { url, more = "" }: { url: string; more?: string }) {
  await Deno.writeTextFile(join(folder, "after.yaml"), task);
  await Deno.writeTextFile(join(folder, "documents.txt"), "a b c\n-\nd e f\n-\nabc");
  const text = `suite: served
data: { dataset: texts, path: documents.txt, separator: "-", test: 0.5 }
budget: { steps: 1 }
seeds: [1]
controls: []
runs:
  - { name: theirs, external: { url: "${url}", model: bigram, window: 18, length: 12 } }
metrics:
  - bits: { documents: 2 }
  - tasks: { include: [after.yaml] }
  - copied: { samples: 4, words: [1] }
${more}`;
  return await parseSuite(text, { file: join(folder, "suite.yaml") });
}

async function plannedIn(folder: string, url: string) {
  const suite = await suiteIn(folder, { url });
  const [planned] = planSuite(suite, { engine: "wasm" });
  return planned;
}

Deno.test("a served model is scored from a suite to its record; what was asked isn't asked again", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "after.jsonl"), rows);
    const server = serve();
    try {
      const planned = await plannedIn(folder, server.url);
      const events: RunEvent[] = [];
      const host = await tinyHost(folder, {
        events,
        dataset: () => Promise.resolve(textData({ train: ["a b c"], test }) as never),
        metric: (name) => metrics[name].load(),
      });
      const outcome = await executeRun(planned, host);
      assert(outcome.kind === "record", JSON.stringify(outcome));
      const { record } = outcome;
      assertEquals(record.state, "done", record.cause);
      const values = Object.fromEntries(record.metrics.map(({ name, value }) => [name, value]));
      const nats = test.reduce((sum, text) => sum - logProbabilityOf(text), 0);
      assertAlmostEquals(values["bits/byte@2"]!, nats / Math.LN2 / 10, 1e-9);
      assertAlmostEquals(values["acc(after)@3"]!, 2 / 3, 1e-12);
      assert(values["copied-1w@4"] !== undefined);
      assertEquals(server.bodies.every(({ model }) => model === "bigram"), true);

      const asked = server.asked.length;
      await Deno.remove(join(folder, "records", planned.id, "record.json"));
      const again = await executeRun(planned, host);
      assert(again.kind === "record");
      assertEquals(again.record.metrics, record.metrics);
      assertEquals(server.asked.length, asked);
    } finally {
      await server.close();
    }
  }));

Deno.test("another document of a task is another run; a fault of it is told at the suite's line", () =>
  inFolder(async (folder) => {
    const url = "http://localhost:1/v1";
    await Deno.writeTextFile(join(folder, "after.jsonl"), rows);
    const first = await plannedIn(folder, url);
    assertEquals((await plannedIn(folder, url)).id, first.id);
    await Deno.writeTextFile(join(folder, "after.jsonl"), `${rows}{"q":"c","a":0}\n`);
    assert((await plannedIn(folder, url)).id !== first.id);
    const faults: [string, string][] = [
      ["  - tasks: { include: [nowhere.yaml] }", "suite.yaml:12:"],
      ["  - tasks: { include: [faces_agee] }", "did you mean `faces_age`?"],
      ["  - tasks", "`include` names no task"],
      ["  - bits: { of: textss }", "no dataset is called textss; did you mean `texts`?"],
      ["  - bits: { of: { dataset: texts, pth: x } }", "`pth`"],
    ];
    for (const [more, message] of faults) {
      const error = await assertRejects(() => suiteIn(folder, { url, more }), SuiteError);
      assert(error.message.includes(message), `${message} in ${error.message}`);
    }
    const other = await suiteIn(folder, { url, more: "  - bits: { of: { dataset: texts } }" });
    const { of } = other.metrics[3].config as { of: { content?: string } };
    assert(/^[0-9a-f]{64}$/.test(of.content!), "the bytes of other data are in the id");
  }));

Deno.test("what goes with a served model is checked, and ids of other entries stay", async () => {
  const { entry } = await import("../../../src/protocols/external/external.ts");
  assertEquals(entry.config.parse({ folder: "x" }), { folder: "x", timeout: 3600 });
  for (
    const wrong of [
      { model: "m" },
      { model: "m", url: "localhost" },
      { model: "m", folder: "x" },
      { model: "m", url: "http://x/v1", key: "not a name" },
    ]
  ) assertEquals(entry.config.safeParse(wrong).success, false, JSON.stringify(wrong));
});
