import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadMutants, runMutants } from "./run.ts";
import { allClaims, claimsIn, emptyClaims } from "./runner/claims.ts";

Deno.test("the runner tells killed, survived, stale and broken mutants apart", async () => {
  const file = "src/stats/test/multiplicity.ts";
  const law = "tests/properties/stats/laws_test.ts";
  const mutant = (id: string, find: string, replace: string) => ({ id, file, find, replace, law });
  const { outcomes, problems } = await runMutants([], {
    jobs: 1,
    mutants: [
      { ...mutant("real", "running = Math.max(", "running = Math.min("), filter: "Holm" },
      { ...mutant("harmless", "let running = 0;", "let running = -0;"), filter: "Holm" },
      mutant("twice", "running", "walking"),
      mutant("gone", "no such text", ""),
      mutant("syntax", "let running = 0;", "let running = = 0;"),
    ],
  });
  assertEquals(outcomes.map((o) => [o.id, o.outcome]), [
    ["real", "killed"],
    ["harmless", "survived"],
    ["twice", "stale"],
    ["gone", "stale"],
    ["syntax", "broken"],
  ]);
  assertEquals(problems, []);
});

Deno.test("claims are read from laws, with the test's name where it is spelt out", () => {
  const text = 'law("a \\"b\\"", {\n  kills: ["x", "y"],\n});\nlaw("no claim", {});\n' +
    'law(\n  "c",\n  { kills: ["z"] },\n);\nlaw(`${kind}`, { kills: ["w"] });\n';
  assertEquals(claimsIn(text, "f").map(({ id, test }) => [id, test]), [
    ["x", 'law: a "b"'],
    ["y", 'law: a "b"'],
    ["z", "law: c"],
    ["w", null],
  ]);
});

Deno.test("every mutant's edit fits its file, and its law's file is there", async () => {
  for (const { id, file, find, replace, law } of await loadMutants()) {
    const source = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
    assertEquals(source.split(find).length - 1, 1, `${id}: text occurs once in ${file}`);
    assertEquals(find === replace, false, id);
    assertEquals((await Deno.stat(new URL(`../../${law}`, import.meta.url))).isFile, true, id);
  }
});

Deno.test("every mutant that a law claims to kill is in a table", async () => {
  const mutants = await loadMutants();
  assertEquals(emptyClaims(await allClaims(), mutants), []);
  const claim = { id: "nobody", file: "tests/x_test.ts", test: null };
  assertEquals(emptyClaims([claim], mutants), [
    "tests/x_test.ts claims to kill nobody, which no table has",
  ]);
});

Deno.test("an unknown id is refused", async () => {
  const error = await assertRejects(() => runMutants(["nobody"]), Error);
  assertStringIncludes(error.message, "nobody");
});

Deno.test("tables in folders are read too, and two mutants of one name are refused", async () => {
  const folder = await Deno.makeTempDir();
  const table = (path: string, id: string) =>
    Deno.writeTextFile(`${folder}/${path}`, `export const mutants = [{ id: "${id}" }];\n`);
  try {
    await Deno.mkdir(`${folder}/deep/er`, { recursive: true });
    await table("b.ts", "b");
    await table("deep/er/a.ts", "a");
    await table("deep/c_test.ts", "no table");
    await Deno.writeTextFile(`${folder}/deep/shared.ts`, "export const law = 1;\n");
    assertEquals((await loadMutants(folder)).map(({ id }) => id), ["b", "a"]);
    await table("deep/z.ts", "b");
    await assertRejects(() => loadMutants(folder), Error, "two mutants are called b");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
