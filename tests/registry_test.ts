import { extractorStatus } from "../src/extractors/table.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../src/base/errors.ts";
import {
  controls,
  datasets,
  extractors,
  families,
  fromTable,
  loaded,
  metrics,
  originOf,
  registerModule,
  type Rows,
} from "../src/registry.ts";

const tables: [string, Rows<{ name: string; version: number; about: string }>][] = [
  ["families", families],
  ["datasets", datasets],
  ["metrics", metrics],
];
for (const [noun, table] of tables) {
  Deno.test(`every row of ${noun} loads what it is named after, with a version and one line`, async () => {
    for (const [name, load] of Object.entries(table)) {
      const definition = await loaded(load);
      assertEquals(definition.name, name);
      assert(Number.isInteger(definition.version) && definition.version >= 1);
      assert(definition.about.length > 0 && !definition.about.includes("\n"), `${name}: about`);
    }
  });
}

Deno.test("`{}` is a valid config of every family and metric, and of heads", async () => {
  for (const load of Object.values(families)) (await load()).config.parse({});
  for (const { load } of Object.values(metrics)) (await load()).config.parse({});
  (await datasets.heads()).config.parse({});
});

Deno.test("controls are named after their keys; extractors say whether they can be had", async () => {
  for (const [name, control] of Object.entries(controls)) assertEquals(control.name, name);
  for (const row of Object.values(extractors)) {
    assert((await extractorStatus(row)).length > 0);
  }
});

Deno.test("an unknown name is told with the nearest one", async () => {
  const error = await assertRejects(() => fromTable(families, "vea", "family"), UsageError);
  assertEquals(error.message.split("\n")[0], "unknown family `vea`; did you mean `vae`?");
});

Deno.test("a user's module registers what it exports, and may be registered again", async () => {
  const first = await registerModule("tests/suite/toys.ts");
  assertEquals(first, {
    families: ["toy"],
    datasets: ["blocks"],
    metrics: ["score"],
    kinds: [],
    protocols: [],
  });
  assertEquals(await registerModule(new URL("suite/toys.ts", import.meta.url).href), first);
  assertEquals((await fromTable(families, "toy", "family")).version, 3);
  assertEquals(originOf("families", "toy"), new URL("suite/toys.ts", import.meta.url).href);
  assertEquals(originOf("families", "vae"), undefined);
});

Deno.test("a module that isn't there, doesn't load, holds nothing, or takes a name is refused", async () => {
  const folder = await Deno.makeTempDir();
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const refused = (path: string, message: string) =>
    assertRejects(() => registerModule(path), UsageError, message);
  await refused(`${folder}/none.ts`, "isn't there");
  await refused(folder, "isn't there");
  await refused(await write("broken.ts", "const = 1;"), "doesn't load");
  await refused(await write("throws.ts", "throw new Error('boom');"), "doesn't load: boom");
  await refused(
    await write("empty.ts", "export const x = 1;"),
    "exports no family, dataset, metric or protocol",
  );
  await refused(
    await write("vae.ts", "export const mine = { name: 'vae', config: {}, build() {} };"),
    "the name `vae` is taken among families by Likeness itself",
  );
  assertEquals((await fromTable(families, "vae", "family")).about.startsWith("variational"), true);
  await Deno.remove(folder, { recursive: true });
});
