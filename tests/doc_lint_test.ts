import { assertEquals } from "@std/assert";
import { sources, undocumented } from "./doc_lint.ts";

Deno.test("docs lint: an export without a docstring is found", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/inner`);
  await Deno.writeTextFile(
    `${folder}/bare.ts`,
    "export const a = 1;\n/** Has one. */\nexport function b() {}\nconst c = a;\nb.x = c;\n",
  );
  await Deno.writeTextFile(
    `${folder}/inner/good.ts`,
    "/**\n * Says so.\n * @module\n */\n/** One. */\nexport const d = 1;\n",
  );
  await Deno.writeTextFile(`${folder}/types.d.ts`, "declare const x: number;\n");
  const files = sources(folder);
  assertEquals(files, [`${folder}/bare.ts`, `${folder}/inner/good.ts`]);
  const found = await undocumented(files);
  assertEquals(found.map((line) => line.replace(/^.*bare\.ts/, "bare.ts")), [
    "bare.ts:1: variable `a` has no docstring",
  ]);
  await Deno.remove(folder, { recursive: true });
});
