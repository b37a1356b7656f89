import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseArguments } from "../../src/cli/arguments.ts";
import type { Item } from "../../src/commands/list/catalogue.ts";
import type { Command } from "../../src/cli/command.ts";
import { main } from "../../src/commands/list/list.ts";
import { commands } from "../../src/commands/table.ts";
import { UsageError } from "../../src/base/errors.ts";
import { controls, datasets, entries, extractors, families, metrics } from "../../src/registry.ts";
import { keptTerminal } from "./terminal.ts";

const row = commands.find((c) => c.name === "list") as Command;

async function list(...words: string[]): Promise<string[]> {
  const terminal = keptTerminal();
  assertEquals(await main(parseArguments(row, words), terminal), 0);
  return terminal.out;
}

Deno.test("list names everything that a suite can name, with a status and one line each", async () => {
  const items = (await list("--json")).map((line) => JSON.parse(line) as Item);
  const of = (noun: Item["noun"]) => items.filter((i) => i.noun === noun).map((i) => i.name);
  assertEquals(of("family"), Object.keys(families));
  assertEquals(of("protocol"), Object.keys(entries()));
  assertEquals(of("dataset"), Object.keys(datasets));
  assertEquals(of("metric"), Object.keys(metrics));
  assertEquals(of("control"), Object.keys(controls));
  assertEquals(of("extractor"), Object.keys(extractors));
  assert(of("engine").includes("wasm"));
  assert(of("suite").includes("smoke"));
  for (const item of items) {
    assert(item.status.length > 0, item.name);
    assert(item.about.length > 0 && !item.about.includes("\n"), item.name);
    assert(!item.status.startsWith("fails to load"), `${item.name}: ${item.status}`);
  }
  const wasm = items.find((i) => i.name === "wasm");
  assertEquals(wasm?.status, "ready");
  const text = (await list()).join("\n");
  for (const { name } of items) assert(text.includes(`  ${name}`), name);
});

Deno.test("list NAME shows keys with types, defaults, meanings and papers", async () => {
  const lines = await list("toy", "--modules", "tests/suite/toys.ts");
  assertEquals(lines, [
    "toy (family, version 3)",
    "  A family of configs only",
    "",
    "  status  ready",
    "  papers  arXiv:1312.6114",
    "  module  tests/suite/toys.ts",
    "",
    "Keys:",
    "  latent          latent dimensions (a whole number of at least 1 and at most 512; default 32)",
    "  beta            weight of the KL term (a number of at least 0; default 1)",
    "  widths          channels a level (a list of: a whole number of at least 1; default [8,16])",
    '  likelihood      (one of bernoulli, gaussian, logistic; default "gaussian")',
    '  note            (text; default "")',
    "  warm            (true or false; default false)",
    "  optimiser.rate  (a number above 0; default 0.001)",
    "  optimiser.clip  (a number above 0, or null; default null)",
    '  prior           (keys kind, or keys kind, components; default {"kind":"normal"})',
  ]);
});

Deno.test("list takes a noun for all its names, and tells a wrong name", async () => {
  const lines = await list("controls");
  assertEquals(
    lines.filter((l) => / \(control, version \d+\)$/.test(l)).length,
    Object.keys(controls).length,
  );
  const error = await assertRejects(() => list("kernle"), UsageError);
  assertEquals(error.message.split("\n")[0], "nothing is called `kernle`; did you mean `kernel`?");
});
