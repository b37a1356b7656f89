/**
 * `deno task test`: runs `deno test` on all tests, or on the files named, and ends with what was
 * skipped and why. `--again FILE` runs the files in which an earlier run skipped something, once what
 * they lacked is installed:
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
import { parseJunit, type TestNames } from "./junit.ts";
import type { Skip } from "./needs.ts";

const root = new URL("../", import.meta.url);
const nameOf = (file: string) => relative(fromFileUrl(root), fromFileUrl(file));

/** The skips of a file that `LIKENESS_SKIPS` named; tests of copies of the tree are not ours. */
export function readSkips(text: string): Skip[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Skip)
    .filter(({ file }) => file.startsWith(root.href));
}

/** What was skipped and what ran otherwise, a reason a line, the most first; nothing where all ran. */
export function summary(skips: readonly Skip[]): string[] {
  const lines = (of: readonly Skip[], [one, many, after]: readonly [string, string, string]) => {
    const reasons = [...Map.groupBy(of, ({ need, reason }) => `${need}: ${reason}`)]
      .map(([reason, { length: count }]) => ({ reason, count }))
      .sort((a, b) => b.count - a.count);
    if (of.length === 0) return [];
    return [
      `${of.length === 1 ? one : `${of.length} ${many}`} ${after}, for want of`,
      ...reasons.map(({ reason, count }) => `${String(count).padStart(6)}  ${reason}`),
    ];
  };
  const [whole, single] = [true, false].map((all) =>
    skips.filter(({ test }) => (test === null) === all)
  );
  return [
    ...lines(single, ["1 test was", "tests were", "skipped"]),
    ...lines(whole, ["1 file of tests", "files of tests", "ran with a stand-in"]),
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
    ...(again ?? []).filter(({ test }) => test !== null && !ran.has(test))
      .map(({ test, need }) => `skipped still (${need}): ${test}`),
    ...(again === undefined ? [] : skips).filter(({ test }) => test === null)
      .map(({ file, need }) => `ran with a stand-in still (${need}): ${nameOf(file)}`),
  ];
}

async function main(args: readonly string[]): Promise<number> {
  const at = args.indexOf("--again");
  const earlier = at < 0 ? "" : await Deno.readTextFile(args[at + 1] ?? "").catch(() => null);
  if (earlier === null) {
    console.error(
      "--again wants the file that LIKENESS_SKIPS named in an earlier `deno task test`",
    );
    return 2;
  }
  const again = at < 0 ? undefined : readSkips(earlier);
  if (again?.length === 0) {
    console.log("nothing was skipped");
    return 0;
  }
  const rest = at < 0 ? args : args.toSpliced(at, 2);
  const paths = rest.some((word) => !word.startsWith("-")) ? [] : ["tests/"];
  const chosen = again === undefined ? paths : new Set(again.map(({ file }) => nameOf(file)));
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
      .filter(({ test }) => test === null || ignored.has(test));
    for (const line of summary(skips)) console.log(line);
    const found = names === null ? [] : faults(names, { skips, again });
    for (const fault of found) console.error(fault);
    return code !== 0 ? code : found.length > 0 ? 1 : 0;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
