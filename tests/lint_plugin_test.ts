import { assertEquals } from "@std/assert";
import plugin, { offTheBitPath } from "./lint_plugin.ts";

function found(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, `/x/${file}`, source).map((d) => d.id);
}

Deno.test("lint: dataSync, arraySync and bytesSync are refused everywhere", () => {
  for (const file of ["src/metrics/a.ts", "src/report/a.ts", "tests/a_test.ts"]) {
    assertEquals(found(file, "t.dataSync(); x.arraySync(); y['bytesSync']();"), [
      "likeness/no-sync-read",
      "likeness/no-sync-read",
      "likeness/no-sync-read",
    ]);
  }
  assertEquals(found("src/metrics/a.ts", "await engine.read(t); t.data();"), []);
});

Deno.test("lint: setBackend is src/engine's alone", () => {
  assertEquals(found("src/run/a.ts", "await tf.setBackend('wasm');"), ["likeness/no-set-backend"]);
  assertEquals(found("src/engine/wasm/a.ts", "await tf.setBackend('wasm');"), []);
});

Deno.test("lint: on the bit path only exact Math, and whole literal powers", () => {
  const rule = "likeness/no-platform-math";
  for (const call of ["Math.exp(1)", "Math.random()", "Math['log'](2)", "Math[f](2)", "2 ** x"]) {
    assertEquals(found("src/random/a.ts", `f(${call});`), [rule], call);
    assertEquals(found("src/report/a.ts", `f(${call});`), [], call);
    // What nobody has exempted is on the path: a room that is new, and tests of no room at all aren't.
    assertEquals(found("src/new_room/a.ts", `f(${call});`), [rule], call);
    assertEquals(found("src/stats/a.ts", `f(${call});`), [rule], call);
    assertEquals(found("tests/a_test.ts", `f(${call});`), [], call);
  }
  assertEquals(found("src/nn/a.ts", "const { exp } = Math;"), [rule]);
  assertEquals(found("src/nn/a.ts", "x ** 0.5;"), [rule]);
  assertEquals(found("src/nn/a.ts", "Math.sqrt(2) + Math.fround(1) + 2 ** -24 + x ** 2;"), []);
});

Deno.test("lint: every exemption from the bit path is there, needed, and says why", async () => {
  const rule = "likeness/no-platform-math";
  for (const [begin, why] of Object.entries(offTheBitPath)) {
    assertEquals(why.split(" ").length > 3, true, begin);
    const files = begin.endsWith(".ts") ? [begin] : await filesBelow(begin);
    const inexact = await Promise.all(files.map(async (file) => {
      const source = await Deno.readTextFile(new URL(`../src/${file}`, import.meta.url));
      return found("src/new_room/a.ts", source).includes(rule);
    }));
    assertEquals(inexact.includes(true), true, `${begin} needs no exemption`);
  }
});

/** TypeScript files below a folder of `src`. */
async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (
    const { name, isDirectory } of Deno.readDir(new URL(`../src/${folder}`, import.meta.url))
  ) {
    if (isDirectory) files.push(...await filesBelow(`${folder}${name}/`));
    else if (name.endsWith(".ts")) files.push(`${folder}${name}`);
  }
  return files;
}

Deno.test("lint: a test is skipped by tests/needs.ts alone, and no test ends early", () => {
  const rule = "likeness/no-silent-skip";
  for (
    const text of [
      "Deno.test({ name: 'x', ignore: !here, fn() {} });",
      "Deno.test('x', { ignore: true }, () => {});",
      "Deno.test.ignore('x', () => {});",
      "test('x', { ignore: true }, () => {});",
      "Deno.test('x', () => { if (here) return; f(); });",
      "Deno.test('x', async () => { for (const a of b) { if (!a) { return; } } f(); });",
      "Deno.test({ name: 'x', fn: async () => { if (here) return; } });",
      "Deno.test({ name: 'x', async fn() { if (here) return; } });",
      "test('x', function () { if (here) return; });",
      "needing(webgpu)('x', () => { if (here) return; });",
      "law('x', { given, holds: ({ a }) => { if (a > 1) return; f(a); } });",
    ]
  ) {
    assertEquals(found("tests/a_test.ts", text), [rule], text);
    assertEquals(found("src/a.ts", text), [], text);
  }
  for (
    const text of [
      "Deno.test({ name, ignore: skips(name, need), fn });",
      "law('x', { needs: webgpu, given, holds: () => f() });",
      "Deno.test('x', () => { a.forEach((b) => { if (b) return; f(b); }); });",
      "law('x', { given, holds: () => { return close(a, b, 1); } });",
      "function part() { if (here) return; f(); }",
      "new Browser({ ignore: true });",
    ]
  ) assertEquals(found("tests/a_test.ts", text), [], text);
});
