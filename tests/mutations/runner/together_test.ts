import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { takes } from "./host.ts";
import { importers, tryTogether } from "./together.ts";
import { root } from "./tree.ts";
import { type Trial, trialsOf } from "./trial.ts";

const law = "tests/sum_test.ts", file = "tests/sum.ts", between = "tests/between.ts";
const files: Record<string, string> = {
  [file]: "export const sum = (a: number, b: number) => a + b;\n",
  [between]: 'export { sum } from "./sum.ts";\n',
  "tests/kept.ts": "export const kept = { times: 0, spoilt: false };\n",
  [law]: `import { kept } from "./kept.ts";
import { sum } from "./between.ts";
kept.times++;
Deno.test("a sum", () => {
  if (sum(1, 2) !== 3 || kept.spoilt) throw new Error("no sum");
});
Deno.test({ name: "steps", fn: async (t) => {
  await t.step("the other way round", () => {
    if (sum(2, 1) !== 3) throw new Error("no sum");
  });
} });
Deno.test("what no mutant touches is loaded once", () => {
  if (sum(0, 0) === 7 && kept.times === 1) throw new Error("loaded anew");
});
`,
};
const graph = {
  files: Object.keys(files),
  imports: [
    { from: between, to: file, kind: "code" as const },
    { from: law, to: between, kind: "dynamic" as const },
    { from: "tests/other.ts", to: file, kind: "type" as const },
  ],
};

/** Mutants of the sum, each by what it puts in the place of `a + b`. */
async function noticed(bugs: Record<string, string>): Promise<string[]> {
  const tree = await Deno.makeTempDir({ prefix: "together-" });
  try {
    const own = [
      "deno.json",
      "deno.lock",
      ...["host", "stand_in"].map((name) => `tests/mutations/runner/${name}.ts`),
    ];
    for (const name of own) files[name] ??= await Deno.readTextFile(join(root, name));
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(tree, dirname(name)), { recursive: true });
      await Deno.writeTextFile(join(tree, name), text);
    }
    await Deno.symlink(join(root, "node_modules"), join(tree, "node_modules"));
    const trials = Object.entries(bugs).flatMap(([id, replace]): Trial[] =>
      trialsOf({ id, file, find: "a + b", replace, law }, [])
    );
    const found = await tryTogether(tree, trials, importers(graph));
    assertEquals(await Deno.readTextFile(join(tree, file)), files[file]);
    return [...found.keys()].map(({ mutant }) => mutant.id);
  } finally {
    await Deno.remove(tree, { recursive: true });
  }
}

Deno.test("mutants noticed in one process are those that a test fails under, by a step too", async () => {
  const bugs = { less: "a - b", harmless: "b + a", step: "2 * a + 1", last: "7", syntax: "= a" };
  assertEquals(await noticed(bugs), ["less", "step", "last"]);
});

Deno.test("where the law fails without a mutant afterwards, none counts as noticed", async () => {
  const spoils = "a - b; import { kept } from './kept.ts'; kept.spoilt = true";
  assertEquals(await noticed({ less: "a - b", spoils }), []);
});

Deno.test("a mutant that ends the process is left out, and the others tried once more", async () => {
  assertEquals(
    await noticed({
      less: "a - b",
      ends: "Deno.exit(7)",
      last: "7",
      fails: "a; Promise.reject(1)",
    }),
    ["less", "last"],
  );
});

Deno.test("what imports a file in the end is loaded anew, by a lazy import too, not by a type", () => {
  assertEquals(importers(graph)(file), [file, between, law]);
  assertEquals(importers(graph)("tests/kept.ts"), ["tests/kept.ts"]);
});

Deno.test("a filter takes what deno test takes: a part of the name, or a pattern", () => {
  assertEquals(takes(undefined, "law: a"), true);
  assertEquals([takes("aw: a", "law: a"), takes("b", "law: a")], [true, false]);
  assertEquals([takes("/^law: a$/", "law: a"), takes("/^law$/", "law: a")], [true, false]);
});
