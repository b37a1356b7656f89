/**
 * `deno task test`: runs `deno test` on all tests, or on the files named, and ends with what was
 * skipped and why. `--again FILE` runs what an earlier run skipped, once that is installed:
 *
 * ```sh
 * LIKENESS_SKIPS=skips.jsonl deno task test
 * deno task test --again skips.jsonl        # fails where any of them is skipped still
 * ```
 *
 * Other options go to `deno test`. Its exit code is this program's, but for 1 where a test was left
 * out in another way than by tests/needs.ts.
 * @module
 */
import { fromFileUrl, join, relative } from "@std/path";
import { filterOf, parseJunit, type TestNames } from "./junit.ts";
import type { Skip } from "./needs.ts";

const root = new URL("../", import.meta.url);

/** The skips of a file that `LIKENESS_SKIPS` named; tests of copies of the tree are not ours. */
export function readSkips(text: string): Skip[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Skip)
    .filter(({ file }) => file.startsWith(root.href));
}

/** What was skipped, a need a line, the most first; none where nothing was. */
export function summary(skips: readonly Skip[]): string[] {
  if (skips.length === 0) return [];
  const reasons = [...Map.groupBy(skips, ({ need, reason }) => `${need}: ${reason}`)]
    .map(([reason, of]) => ({ reason, count: of.length }))
    .sort((a, b) => b.count - a.count);
  const many = skips.length === 1 ? "1 test was" : `${skips.length} tests were`;
  return [
    `${many} skipped, for want of`,
    ...reasons.map(({ reason, count }) => `${String(count).padStart(6)}  ${reason}`),
  ];
}

/** What a run left unsaid or undone: tests left out without a reason, and those of `again`. */
export function faults(
  names: TestNames,
  { skips, again }: { skips: readonly Skip[]; again?: readonly Skip[] },
): string[] {
  const told = new Set(skips.map(({ test }) => test));
  const ran = new Set([...names.passed, ...names.failed]);
  return [
    // Of steps the test itself tells.
    ...names.ignored.filter((name) => !told.has(name.split(" > ")[0]))
      .map((name) => `ignored without a reason, which tests/needs.ts would give: ${name}`),
    ...(again ?? []).filter(({ test }) => !ran.has(test))
      .map(({ test, need }) => `skipped still (${need}): ${test}`),
  ];
}

async function main(args: readonly string[]): Promise<number> {
  const at = args.indexOf("--again");
  const again = at < 0 ? undefined : readSkips(await Deno.readTextFile(args[at + 1] ?? ""));
  if (again?.length === 0) {
    console.log("nothing was skipped");
    return 0;
  }
  const rest = at < 0 ? args : args.toSpliced(at, 2);
  const paths = rest.some((word) => !word.startsWith("-")) ? [] : ["tests/"];
  const chosen = again === undefined ? paths : [
    `--filter=${filterOf([...new Set(again.map(({ test }) => test))])}`,
    ...new Set(again.map(({ file }) => relative(fromFileUrl(root), fromFileUrl(file)))),
  ];
  const scratch = await Deno.makeTempDir({ prefix: "likeness-tests-" });
  try {
    const list = Deno.env.get("LIKENESS_SKIPS") || join(scratch, "skips.jsonl");
    await Deno.writeTextFile(list, "");
    const junit = join(scratch, "junit.xml");
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--parallel", `--junit-path=${junit}`, ...rest, ...chosen],
      cwd: root,
      env: { LIKENESS_SKIPS: list },
    }).spawn().status;
    const names = parseJunit(await Deno.readTextFile(junit).catch(() => null));
    const ignored = new Set(names?.ignored);
    const skips = readSkips(await Deno.readTextFile(list))
      .filter(({ test }) => ignored.has(test));
    for (const line of summary(skips)) console.log(line);
    const found = names === null ? [] : faults(names, { skips, again });
    for (const fault of found) console.error(fault);
    return code !== 0 ? code : found.length > 0 ? 1 : 0;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
