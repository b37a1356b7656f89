import { assert, assertEquals } from "@std/assert";
import { get } from "../../src/suite/check.ts";
import { loadSuites } from "../../src/suite/load.ts";
import { suiteJsonSchema } from "../../src/suite/schema/json_schema.ts";
import { schemaText } from "../../src/suite/schema/write_schema.ts";

Deno.test("suites/schema.json is what the zod schemas say (deno task schema)", async () => {
  const committed = await Deno.readTextFile("suites/schema.json");
  assert(committed === await schemaText(), "out of date: `deno task schema` writes it anew");
});

Deno.test("every committed suite loads; its name is its file's, or begins with it where there are several", async () => {
  let count = 0;
  for await (const entry of Deno.readDir("suites")) {
    if (!entry.name.endsWith(".yaml")) continue;
    const suites = await loadSuites(`suites/${entry.name}`);
    const file = entry.name.replace(".yaml", "");
    for (const { name, about } of suites) {
      if (suites.length === 1) assertEquals(name, file);
      else assert(name.startsWith(`${file}-`), `${name} in ${entry.name}`);
      assert(about.length > 0, `${name} says what it is about`);
    }
    count++;
  }
  assert(count > 0);
});

Deno.test("the JSON Schema completes keys of families, takes axes, and knows gate policies", async () => {
  const schema: unknown = JSON.parse(JSON.stringify(await suiteJsonSchema()));
  const lists = { runs: ["else", "properties", "runs"], metrics: ["$defs", "metrics"] };
  const entry = (list: keyof typeof lists, name: string) => {
    const all = get(schema, [...lists[list], "items", "anyOf"]) as unknown[];
    return all.map((e) => get(e, ["properties", name])).find((e) => e !== undefined);
  };
  const beta = get(entry("runs", "vae"), ["properties", "beta", "anyOf"]) as { type: string }[];
  assertEquals(beta.map((one) => one.type), ["number", "array"]);
  assertEquals(get(entry("metrics", "kernel"), ["properties", "gate"]), { $ref: "#/$defs/gate" });
  assert(get(schema, ["$defs", "gate", "properties", "effect"]) !== undefined);
  // Data and metrics are of one form at the top, beside a name, and inside.
  for (const key of ["data", "metrics"]) {
    assertEquals(get(schema, ["else", "properties", key]), { $ref: `#/$defs/${key}` });
    assertEquals(get(entry("runs", "vae"), ["properties", key, "allOf", 0]), {
      $ref: `#/$defs/${key}`,
    });
  }
});
