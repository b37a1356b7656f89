import { assert, assertEquals } from "@std/assert";
import { wrap } from "../../src/cli/help.ts";
import { commands } from "../../src/commands/table.ts";
import { version } from "../../src/base/version.ts";
import { goldenFile, helpText } from "./golden_help.ts";

Deno.test("the command line's help is what it was (deno task golden writes it anew)", async () => {
  assertEquals(helpText(), await Deno.readTextFile(goldenFile));
});

Deno.test("the version is deno.json's", async () => {
  assertEquals(version, JSON.parse(await Deno.readTextFile("deno.json")).version);
});

Deno.test("every command says what it does, shows examples that name it, and exit codes 0 and 2", () => {
  for (const c of commands) {
    assert(c.summary.length > 10 && c.summary.length <= 80, c.name);
    assert(c.about.length > c.summary.length, c.name);
    assert(c.examples.length > 0, c.name);
    for (const [line] of c.examples) assert(line.startsWith(`likeness ${c.name}`), line);
    const codes = c.exits.map(([code]) => code);
    assert(codes.includes(0) && codes.includes(2), c.name);
    const names = c.options.map((o) => o.name);
    assertEquals(new Set(names).size, names.length, c.name);
  }
});

Deno.test("every row of the table loads a module with a main", async () => {
  for (const c of commands) assertEquals(typeof (await c.load()).main, "function", c.name);
});

/** Paths of the files below a folder. */
function sources(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? sources(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

Deno.test("every option that a command reads is in the table, and every one in the table is read", () => {
  const text = [...sources("src/commands"), ...sources("src/cli")]
    .filter((path) => !/(^|_|\/)table\.ts$/.test(path))
    .map((path) => [path.split("/").at(-1), Deno.readTextFileSync(path)] as const);
  for (const c of commands) {
    const own = text.filter(([name]) => name === `${c.name}.ts`).map(([, t]) => t).join("\n");
    const any = text.map(([, t]) => t).join("\n");
    const read = [...own.matchAll(/args\.(?:one|all|list|whole|has)\(\s*"([\w-]+)"/g)];
    const names = c.options.map((o) => o.name);
    for (const [, name] of read) assert(names.includes(name), `${c.name}.ts reads --${name}`);
    for (const name of names) {
      assert(any.includes(`"${name}"`), `no command reads --${name} of ${c.name}`);
    }
  }
});

Deno.test("--help loads none of the heavy packages and no command", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "src/main.ts"],
    stdout: "piped",
  }).output();
  interface Module {
    readonly specifier: string;
    readonly dependencies?: { readonly isDynamic?: boolean; code?: { specifier: string } }[];
  }
  const { roots, modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    roots: string[];
    modules: Module[];
  };
  const loaded = new Set(roots);
  for (const name of loaded) {
    for (
      const { isDynamic, code } of modules.find((m) => m.specifier === name)?.dependencies ?? []
    ) {
      // The entry imports from inside, so that what fails there is told.
      if (code !== undefined && (!isDynamic || roots.includes(name))) loaded.add(code.specifier);
    }
  }
  const names = [...loaded];
  assert(names.some((n) => n.endsWith("/src/commands/table.ts")));
  for (const heavy of ["tfjs", "sharp", "vega", "zod", "yaml", "registry.ts", "/run.ts"]) {
    assertEquals(names.filter((n) => n.includes(heavy)), [], heavy);
  }
});

Deno.test("lines are broken at spaces, none longer than the limit where words allow", () => {
  assertEquals(wrap("aa bb cc", 5), ["aa bb", "cc"]);
  assertEquals(wrap("abcdefgh ij", 5), ["abcdefgh", "ij"]);
  assertEquals(wrap("", 5), [""]);
});
