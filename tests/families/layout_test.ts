/** Every family folder has the same files, a face without logic, a registry row, a suite and a test. */
import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { parseAllDocuments } from "yaml";
import { families, originOf } from "../../src/registry.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const FILES = ["config", "family", "mod", "model", "objective", "sample", "train"];
/** Siblings in a folder, at most. */
const MOST = 12;

function entries(folder: string): Deno.DirEntry[] {
  return [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Folders of families in `folder`. */
function foldersIn(folder: string): string[] {
  return entries(folder).filter(({ name, isDirectory }) => isDirectory && name !== "common")
    .map(({ name }) => name);
}

/** Whether a module's text is nothing but re-exports. */
function isFace(text: string): boolean {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return code.replace(/export (type )?(\{[^}]*\}|\*) from "[^"]+";/g, "").trim() === "";
}

/** Whether a module's text declares something that it exports. */
function declares(text: string): boolean {
  return /^export (async )?(function|const|class) /m.test(text);
}

/** What of a family's folder isn't as the README of families has it. */
function faults(folder: string): string[] {
  const found: string[] = [];
  const texts = new Map<string, string>();
  for (const file of FILES) {
    const path = join(folder, `${file}.ts`);
    try {
      texts.set(file, Deno.readTextFileSync(path));
    } catch {
      found.push(`${file}.ts is missing`);
    }
  }
  for (const [file, text] of texts) {
    if (file === "mod" && !isFace(text)) found.push("mod.ts holds more than re-exports");
    if (file !== "mod" && !declares(text)) found.push(`${file}.ts declares nothing`);
  }
  return found;
}

/** Folders below `folder`, itself included, with more than `MOST` files and folders in them. */
function crowded(folder: string): string[] {
  const all = entries(folder);
  const below = all.filter(({ isDirectory }) => isDirectory)
    .flatMap(({ name }) => crowded(join(folder, name)));
  return all.length > MOST ? [folder, ...below] : below;
}

/** Names of the families that suites of the tree have as entries. */
function namedInSuites(): Set<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (node !== null && typeof node === "object") {
      for (const [key, value] of Object.entries(node)) {
        found.add(key);
        visit(value);
      }
    }
  };
  for (const { name } of entries(join(root, "suites"))) {
    if (!name.endsWith(".yaml")) continue;
    const text = Deno.readTextFileSync(join(root, "suites", name));
    for (const suite of [parseAllDocuments(text)].flat()) visit(suite.toJS());
  }
  return found;
}

const home = join(root, "src/families");

Deno.test("every family folder has the files of a family, each with something in it, and a face", () => {
  const found = foldersIn(home).flatMap((name) =>
    faults(join(home, name)).map((fault) => `${name}: ${fault}`)
  );
  assertEquals(found, []);
});

Deno.test("folders and rows of the registry are the same families, each row's by its own name", async () => {
  const own = Object.keys(families).filter((name) => originOf("families", name) === undefined);
  assertEquals(foldersIn(home), own.sort());
  for (const name of own) {
    const face = await import(`../../src/families/${name}/mod.ts`);
    const family = await families[name]();
    assertEquals(family.name, name);
    assertEquals(Object.values(face).includes(family), true, `${name}: its row is of another face`);
    assertEquals(face.config, family.config, `${name}: its face gives another config`);
  }
});

Deno.test("every family stands in a suite and has a test of its own", () => {
  const named = namedInSuites();
  for (const name of foldersIn(home)) {
    assertEquals(named.has(name), true, `no suite has ${name}`);
    const tests = entries(join(root, "tests/families", name)).map((entry) => entry.name);
    assertEquals(tests.some((test) => test.endsWith("_test.ts")), true, `${name} has no test`);
  }
});

Deno.test("no folder of families has more than a dozen siblings", () => {
  const inside = [...foldersIn(home), "common"].flatMap((name) => crowded(join(home, name)));
  assertEquals(inside, []);
});

Deno.test("a folder that lacks a file, has a hollow one or logic in its face is found", () => {
  const folder = Deno.makeTempDirSync();
  const write = (file: string, text: string) => Deno.writeTextFileSync(join(folder, file), text);
  for (const file of FILES) write(`${file}.ts`, "export const a = 1;\n");
  write("mod.ts", '/** Face. @module */\nexport {\n  a,\n  type B,\n} from "./model.ts";\n');
  assertEquals(faults(folder), []);
  write("mod.ts", 'export * from "./model.ts";\nexport const b = 2;\n');
  write("objective.ts", 'export { loss } from "./train.ts";\n');
  Deno.removeSync(join(folder, "sample.ts"));
  assertEquals(faults(folder), [
    "sample.ts is missing",
    "mod.ts holds more than re-exports",
    "objective.ts declares nothing",
  ]);
  for (let i = 0; i < MOST; i++) write(`more_${i}.ts`, "");
  assertEquals(crowded(folder), [folder]);
  Deno.removeSync(folder, { recursive: true });
});
