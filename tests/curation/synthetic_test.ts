import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DataError } from "../../src/base/errors.ts";
import { filled, synthetic } from "../../src/curation/synthetic/synthetic.ts";
import { runSteps, stepOf } from "../../src/curation/pipeline/segment.ts";
import type { MapStage } from "../../src/curation/stage.ts";

const document = {
  text: "The whale is white.",
  labels: { year: 1851 },
  from: { dataset: "novel", index: 7 },
};

Deno.test("a template has what the document has, and no other places", () => {
  assertEquals(
    filled("{text} ({labels.year}, {from.dataset} {from.index}) {other}", document),
    "The whale is white. (1851, novel 7) {other}",
  );
  assertThrows(() => filled("{labels.yaer}", document), DataError, "{labels.year}");
});

Deno.test("a model is asked for all documents of a block together, and its answers are in their places", async () => {
  let busy = 0, most = 0;
  const asked: string[] = [];
  const stage = await synthetic.make(
    synthetic.config.parse({ form: "list", url: "http://localhost:1/v1", model: "m" }),
    {
      cache: "",
      ask: (model) => async (message) => {
        assertEquals([model.model, model.concurrency], ["m", 8]);
        most = Math.max(most, ++busy);
        asked.push(message);
        await new Promise((go) => setTimeout(go, message.length % 5));
        busy--;
        return message.includes("empty") ? "  " : `- ${message.split("\n\n")[1]}\n`;
      },
    },
  ) as MapStage;
  const rows = ["one", "empty", "three", "four"].map((text, index) => ({
    text,
    from: { dataset: "d", index },
  }));
  const step = stepOf("synthetic", stage, synthetic.together);
  const { kept, dropped } = await runSteps(rows, [step]);
  assertEquals(kept.map(({ text }) => text), ["- one", "- three", "- four"]);
  assertEquals(dropped.map(({ why, from }) => [why, from.index]), [["synthetic: characters", 1]]);
  assertEquals([most, asked.length], [4, 4]);
});

Deno.test("without a server the template is the text, and nothing else will do", async () => {
  const stage = await synthetic.make(
    synthetic.config.parse({ template: "In {labels.year}.", into: "append" }),
    { cache: "" },
  ) as MapStage;
  assertEquals(await stage.decide(document), {
    keep: true,
    text: "The whale is white.\n\nIn 1851.",
    values: { characters: 8 },
  });
  const told = (config: object) => synthetic.config.safeParse(config).error?.message ?? "";
  assertStringIncludes(told({}), "who else should make a text?");
  assertStringIncludes(told({ url: "http://localhost:1/v1" }), "is wanted with `url`");
  assertStringIncludes(told({ model: "m", template: "a" }), "goes with `url`");
  await assertRejects(
    async () =>
      await synthetic.make(
        synthetic.config.parse({ url: "http://localhost:1/v1", model: "m" }),
        { cache: "" },
      ),
    DataError,
    "nobody is here to ask",
  );
});
