/**
 * A run that is interrupted and goes on, against one that isn't.
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { asInstalled } from "../../src/base/program/child.ts";
import { openStore } from "../../src/record/store.ts";

const entry = fromFileUrl(new URL("../../src/main.ts", import.meta.url));

/** A command line as a process of its own. */
async function cli(words: readonly string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", asInstalled, "--no-check", entry, ...words],
  }).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** Presses Ctrl-C once a run shows progress, goes on with the same command, and compares the bits. */
export async function interruptAndCompare(
  folder: string,
  suite: string,
  options: readonly string[],
): Promise<void> {
  const out = join(folder, "out");
  const words = ["run", suite, "--out", out, "--seeds", "1", ...options];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", asInstalled, "--no-check", entry, ...words, "--json"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let told = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream() as never)) {
    const before = told.includes('"progress"');
    told += chunk;
    if (!before && told.includes('"progress"')) child.kill("SIGINT");
  }
  assertEquals((await child.status).code, 130, await errors);
  assertStringIncludes(await errors, "continue with:");
  const interrupted = await cli(["status", "--out", out]);
  assertMatch(interrupted.text, /tiny-linear +seed 1 +interrupted +step \d+\/\d+/);
  const resumed = await cli(words);
  assertEquals(resumed.code, 0, resumed.text);
  const straight = join(folder, "straight");
  const whole = await cli(["run", suite, "--out", straight, "--seeds", "1", ...options]);
  assertEquals(whole.code, 0, whole.text);
  const artefacts = await Promise.all(
    [out, straight].map(async (store) =>
      (await openStore(store).list()).map((record) => [record.label, record.artefacts])
    ),
  );
  assertEquals(artefacts[0], artefacts[1]);
}
