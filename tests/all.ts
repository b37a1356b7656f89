/**
 * `deno task test`: runs `deno test` on all tests, or on the files named, and ends with what was
 * skipped and why. `--again FILE` runs what an earlier run skipped, once what
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
import { asInstalled } from "../src/base/program/child.ts";
import { filterOf, parseJunit, type TestNames } from "./junit.ts";
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

/** Files for one call of `deno test`, with the names of the tests to run; all of them by default. */
interface Round {
  readonly files: readonly string[];
  readonly names?: readonly string[];
}

/**
 * How what was skipped is run again: files that ran with a stand-in whole, of others the tests that
 * were skipped and no more, since the rest has run.
 */
export function roundsOf(again: readonly Skip[]): Round[] {
  const whole = new Set(again.filter(({ test }) => test === null).map(({ file }) => file));
  const single = again.filter(({ file }) => !whole.has(file));
  const files = (of: Iterable<string>) => [...new Set(of)].map(nameOf);
  return [
    ...whole.size === 0 ? [] : [{ files: files(whole) }],
    ...single.length === 0 ? [] : [{
      files: files(single.map(({ file }) => file)),
      names: [...new Set(single.map(({ test }) => test!))],
    }],
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
  const rounds = again === undefined ? [{ files: paths }] : roundsOf(again);
  const scratch = await Deno.makeTempDir({ prefix: "likeness-tests-" });
  try {
    const list = Deno.env.get("LIKENESS_SKIPS") || join(scratch, "skips.jsonl");
    await Deno.writeTextFile(list, "");
    const ran: TestNames[] = [];
    let worst = 0;
    for (const [i, { files, names }] of rounds.entries()) {
      const junit = join(scratch, `junit-${i}.xml`);
      const only = names === undefined ? [] : [`--filter=${filterOf(names)}`];
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: [
          "test",
          "-A",
          "--parallel",
          asInstalled,
          `--junit-path=${junit}`,
          ...only,
          ...rest,
          ...files,
        ],
        cwd: root,
        env: { LIKENESS_SKIPS: list },
      }).spawn().status;
      worst ||= code;
      const told = parseJunit(await Deno.readTextFile(junit).catch(() => null));
      if (told !== null) ran.push(told);
    }
    const names = ran.length < rounds.length ? null : {
      passed: ran.flatMap(({ passed }) => passed),
      failed: ran.flatMap(({ failed }) => failed),
      ignored: ran.flatMap(({ ignored }) => ignored),
    };
    const ignored = new Set(names?.ignored);
    const skips = readSkips(await Deno.readTextFile(list))
      .filter(({ test }) => test === null || ignored.has(test));
    for (const line of summary(skips)) console.log(line);
    const found = names === null ? [] : faults(names, { skips, again });
    for (const fault of found) console.error(fault);
    return worst !== 0 ? worst : found.length > 0 ? 1 : 0;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
