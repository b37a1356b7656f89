/** Configs as people see them: the value that was set, never one near it. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { inFull } from "../../src/commands/list/list.ts";
import { labels } from "../../src/record/label.ts";
import { facts } from "../../src/report/model/banner.ts";
import { cards } from "../../src/report/model/cards.ts";
import { groupRecords } from "../../src/report/model/groups.ts";
import { minimumText } from "../../src/gate/outcome.ts";
import { parseEffect } from "../../src/gate/policy.ts";
import { budgetText, configJson, configLine, configText } from "../../src/base/text/config_text.ts";
import { record, seeds } from "../gate/fixture.ts";
import { law } from "../law.ts";

const examples: readonly (readonly [unknown, string])[] = [
  [0.1, "0.1"],
  [-0, "-0"],
  [1e-7, "1e-7"],
  [12345678, "12345678"],
  [0.1 + 0.2, "0.30000000000000004"],
  [2 ** 53, "9007199254740992"],
  [true, "true"],
  [null, "null"],
  ["plain, text", "plain, text"],
  [[1, 0.5, "a"], '[1,0.5,"a"]'],
  [[], "[]"],
  [{ rate: 1e-7, by: [-0], off: undefined }, '{"rate":1e-7,"by":[-0]}'],
  [undefined, "none"],
];

Deno.test("a config's value is shown as it is", () => {
  for (const [value, text] of examples) assertEquals(configText(value), text);
  assertEquals(configLine({ size: 16, test: 0.1, gone: undefined }), "size 16, test 0.1");
  assertEquals(configLine({}), "");
  assertEquals(budgetText({ steps: 1 }), "1 step");
  assertEquals(budgetText({ steps: 1234567 }), "1234567 steps");
  assertEquals(budgetText({ seconds: 90.25 }), "90.25 s");
});

const value = fc.jsonValue({ maxDepth: 3 });

law("configs: what is shown can be read back to the very value, in every place that shows one", {
  source: "definition",
  given: { value, key: fc.constantFrom("test", "latent", "β") },
  holds: ({ value, key }) => {
    assertEquals(JSON.parse(configJson(value)), value);
    const text = typeof value === "string" ? value : configJson(value);
    assertEquals(configText(value), text);
    const made = record({ seed: 1, metrics: [] });
    const { spec } = made;
    const shown = {
      ...made,
      spec: { ...spec, config: { [key]: value }, data: { ...spec.data, config: { [key]: value } } },
    };
    const grouped = groupRecords([shown]);
    const [[, data]] = facts([shown], grouped);
    assertEquals(data, `heads: ${key} ${text}`);
    const entries = cards(grouped)[0].sections.flatMap((section) => section.entries);
    assert(entries.some(([name, said]) => name === "config" && said === `${key} ${text}`));
    assert(entries.some(([name, said]) => name === "data" && said.endsWith(`: ${key} ${text}`)));
    const about = { wants: "a value", optional: false, about: "" };
    const keys = [{ key, default: value, ...about }];
    const item = { noun: "family", name: "made", status: "ready", about: "", keys } as const;
    // Long lines are broken at spaces.
    const bare = (said: string) => said.replaceAll(/\s+/g, "");
    assert(bare(inFull(item)).includes(bare(`default ${configJson(value)})`)));
  },
  kills: ["data-config-rounded", "config-digits-cut"],
});

law("configs: labels tell any two numbers apart", {
  source: "definition",
  given: {
    a: fc.double({ noNaN: true, noDefaultInfinity: true }),
    b: fc.double({ noNaN: true, noDefaultInfinity: true }),
  },
  holds: ({ a, b }) => {
    const [one, other] = labels([a, b].map((beta) => ({ family: "vae", config: { beta } })));
    assertEquals(one.includes("#") || other.includes("#"), a === b);
  },
});

law("configs: a gate's effect is shown as the suite has it", {
  source: "definition",
  given: { hundredths: fc.integer({ min: 1, max: 99999 }), absolute: fc.boolean() },
  holds: ({ hundredths, absolute }) => {
    const number = hundredths / 100;
    const { size } = parseEffect(absolute ? number : `${number}%`);
    const effectUnit = absolute ? "absolute" : "share";
    assertEquals(
      minimumText({ minimumEffect: size, minimumFrom: "policy", effectUnit }),
      `${number}${absolute ? "" : " %"} (policy)`,
    );
  },
  kills: ["effect-of-a-policy-rounded"],
});

Deno.test("a report's budget is the suite's, and what records differ in stands beside it", () => {
  const records = seeds([1, 2]).map((made, i) => ({
    ...made,
    spec: { ...made.spec, budget: i === 0 ? { steps: 12345 } : { seconds: 100.5 } },
  }));
  const found = Object.fromEntries(facts(records, groupRecords(records)));
  assertEquals(found.budget, "12345 steps and 100.5 s a run");
});
