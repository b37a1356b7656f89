import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { faults, readSkips, roundsOf, summary } from "./all.ts";
import { type NeedName, skips as skipsHere, standsIn } from "./needs.ts";

const base = new URL("./", import.meta.url).href;
const skip = (test: string | null, need: NeedName, reason: string, file = `${base}a_test.ts`) =>
  ({ file, test, need, reason }) as const;

Deno.test("skips are counted by reason, the most first; those of other trees are not ours", () => {
  const skips = [
    skip("a", "openblas", "not installed"),
    skip("b", "webgpu", "no adapter"),
    skip("c", "webgpu", "no adapter"),
    skip("d", "webgpu", "no adapter", "file:///elsewhere/tests/d_test.ts"),
  ];
  const read = readSkips(skips.map((line) => JSON.stringify(line) + "\n").join(""));
  assertEquals(read, skips.slice(0, 3));
  assertEquals(summary(read), [
    "3 tests were skipped, for want of",
    "     2  webgpu: no adapter",
    "     1  openblas: not installed",
  ]);
  assertEquals(summary([...read, skip(null, "tensorflow", "not here")]).slice(3), [
    "1 file of tests ran with a stand-in, for want of",
    "     1  tensorflow: not here",
  ]);
  assertEquals(summary([]), []);
});

Deno.test("a test ignored in another way is a fault, and so is one of `again` that doesn't run", () => {
  const skips = [skip("a", "openblas", "not installed")];
  const names = { passed: ["p"], failed: ["f"], ignored: ["a", "a > step", "b"] };
  assertEquals(faults(names, { skips }), [
    "ignored without a reason, which tests/needs.ts would give: b",
  ]);
  const again = [
    ...skips,
    skip("p", "webgpu", ""),
    skip("f", "webgpu", ""),
    skip("gone", "peers", ""),
  ];
  assertEquals(faults({ ...names, ignored: ["a"] }, { skips, again }), [
    "skipped still (openblas): a",
    "skipped still (peers): gone",
  ]);
  const whole = [skip(null, "tensorflow", "not here")];
  assertEquals(faults({ passed: ["p"], failed: [], ignored: [] }, { skips: whole }), []);
  assertEquals(faults({ passed: ["p"], failed: [], ignored: [] }, { skips: whole, again: whole }), [
    "ran with a stand-in still (tensorflow): tests/a_test.ts",
  ]);
});

Deno.test("what was skipped runs again: tests by name, files with a stand-in whole, nothing twice", () => {
  const other = `${base}deep/b_test.ts`, third = `${base}c_test.ts`;
  const again = [
    skip("a", "webgpu", ""),
    skip("b", "webgpu", "", other),
    skip(null, "tensorflow", "", other),
    skip("c", "peers", "", third),
    skip("d", "peers", "", third),
  ];
  assertEquals(roundsOf(again), [
    { files: ["tests/deep/b_test.ts"] },
    { files: ["tests/a_test.ts", "tests/c_test.ts"], names: ["a", "c", "d"] },
  ]);
  assertEquals(roundsOf([again[2]]), [{ files: ["tests/deep/b_test.ts"] }]);
  assertEquals(roundsOf([again[0]]), [{ files: ["tests/a_test.ts"], names: ["a"] }]);
});

Deno.test("a need that isn't met skips and is noted with test, file and reason; one that is doesn't", async () => {
  const list = await Deno.makeTempFile();
  const before = Deno.env.get("LIKENESS_SKIPS");
  try {
    Deno.env.set("LIKENESS_SKIPS", list);
    assertEquals(skipsHere("x", { name: "webgpu", obstacle: undefined }), false);
    assertEquals(skipsHere("x", undefined), false);
    assertEquals(skipsHere("y", { name: "webgpu", obstacle: "no adapter" }), true);
    assertEquals(standsIn({ name: "peers", obstacle: undefined }), false);
    assertEquals(standsIn({ name: "peers", obstacle: "no PyTorch" }), true);
    assertEquals(readSkips(await Deno.readTextFile(list)), [
      skip("y", "webgpu", "no adapter", import.meta.url),
      skip(null, "peers", "no PyTorch", import.meta.url),
    ]);
  } finally {
    if (before === undefined) Deno.env.delete("LIKENESS_SKIPS");
    else Deno.env.set("LIKENESS_SKIPS", before);
    await Deno.remove(list);
  }
});

/** `deno task test …` on a file of its own, in a folder that neither git nor copies of the tree see. */
async function all(text: string, { env = {}, args = [] as string[] }: {
  env?: Record<string, string>;
  args?: string[];
}): Promise<{ code: number; out: string }> {
  const vendor = fromFileUrl(new URL("../.vendor/", base));
  await Deno.mkdir(vendor, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: vendor, prefix: "tried-" });
  try {
    await Deno.writeTextFile(`${folder}/tried_test.ts`, text);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `${fromFileUrl(base)}all.ts`, "--no-check", ...args, folder],
      env: { NO_COLOR: "1", LIKENESS_SKIPS: "", ...env },
      stdout: "piped",
      stderr: "piped",
    }).output();
    return { code, out: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the test command's end says what was skipped, and its exit code what it hides", async () => {
  const needing = (obstacle: string) =>
    'import { needing } from "../../tests/needs.ts";\n' +
    `needing({ name: "peers", obstacle: ${obstacle} })("one", () => {});\n` +
    'Deno.test("two", () => {});\n';
  const good = await all(needing("undefined"), {});
  assertEquals([good.code, good.out.includes("skipped")], [0, false], good.out);
  const lacking = await all(needing('"no PyTorch"'), {});
  assertEquals(lacking.code, 0, lacking.out);
  assertStringIncludes(lacking.out, "1 test was skipped, for want of\n     1  peers: no PyTorch");
  const hidden = await all('Deno.test({ name: "three", ignore: true, fn() {} });', {});
  assertEquals(hidden.code, 1, hidden.out);
  assertStringIncludes(hidden.out, "ignored without a reason");
  const failing = await all('Deno.test("four", () => { throw new Error("oh"); });', {});
  assertEquals(failing.code, 1, failing.out);
});
