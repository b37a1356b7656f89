import { assertEquals } from "@std/assert";
import { filterOf, parseJunit } from "./junit.ts";

Deno.test("JUnit reports: failures, errors, escapes; what is ignored has not passed", () => {
  const xml = '<testcase name="a &lt; b"><failure message="m">t</failure></testcase>' +
    '<testcase name="c" classname="x"/><testcase name="d"></testcase>' +
    '<testcase name="e"><error/></testcase>' +
    '<testcase name="f" time="0.000"><skipped/></testcase>' +
    '<testcase name="left out by a filter"><skipped/></testcase>';
  assertEquals(parseJunit(xml), { failed: ["a < b", "e"], passed: ["c", "d"], ignored: ["f"] });
  assertEquals(parseJunit("<testsuites></testsuites>"), null);
  assertEquals(parseJunit('<testcase name="left out"><skipped/></testcase>'), null);
  assertEquals(parseJunit(null), null);
});

Deno.test("a filter takes exactly the tests that it names, and their report says so", async () => {
  const folder = await Deno.makeTempDir({ prefix: "filter-" });
  try {
    const names = ["a (b) [c] | d.e* +1? ^$ {2} \\ / ·", 'law: "quoted" & <tagged>, §3', "plain"];
    const near = [names[0] + " and more", "plain again", "xplain", "a (b) [c] | dxe"];
    const tests = [...names, ...near].map((name, i) =>
      `Deno.test({ name: ${JSON.stringify(name)}, ignore: ${i === 2}, fn() {} });`
    );
    await Deno.writeTextFile(`${folder}/some_test.ts`, tests.join("\n"));
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["test", "--no-check", "--quiet", "--no-config", "--junit-path=junit.xml"],
        ...["--filter", filterOf(names), "some_test.ts"],
      ],
      cwd: folder,
      stdout: "null",
      stderr: "null",
    }).output();
    assertEquals(success, true);
    assertEquals(parseJunit(await Deno.readTextFile(`${folder}/junit.xml`)), {
      failed: [],
      passed: names.slice(0, 2),
      ignored: names.slice(2),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
