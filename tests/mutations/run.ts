/**
 * The mutation runner: applies each mutant of tests/mutations/*.ts to a copy of the tree, runs the
 * laws that must notice, and expects them to fail. `deno task mutants [IDS…] [--json] [--all]`.
 *
 * A mutant is killed when its law's file has a failing test, and every law that claims it by `kills`
 * is among the failing. It has survived otherwise; it is stale when its edit doesn't fit the source
 * (the text must occur exactly once) and broken when nothing ran. Every file must pass unmutated.
 * Exit code 1 unless all are killed.
 * @module
 */
import { basename, dirname, fromFileUrl, join, relative, toFileUrl } from "@std/path";
import { exitCodes } from "../../src/base/errors.ts";
import { runProgram } from "../../src/base/program/program.ts";
import { filterOf, parseJunit } from "../junit.ts";
import type { Need } from "../needs.ts";

/** A bug put in on purpose. */
export interface Mutant {
  readonly id: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** Text that occurs exactly once in `file`. */
  readonly find: string;
  readonly replace: string;
  /** Test file that must fail. */
  readonly law: string;
  /** As of `deno test --filter`, where the file is slow. */
  readonly filter?: string;
  /** What its laws need: where that isn't here, it is left out. */
  readonly needs?: Need;
}

/** What became of a mutant. */
export interface Outcome {
  readonly id: string;
  readonly outcome: "killed" | "survived" | "stale" | "broken";
  readonly note: string;
  readonly seconds: number;
}

const root = fromFileUrl(new URL("../../", import.meta.url));
const left = new Set(["node_modules", ".git", ".likeness", "coverage", "reports", ".vendor"]);
const limit = 180_000;

/** All mutants of the tables beside this file and in folders beside it, by path and row. */
export async function loadMutants(folder = join(root, "tests/mutations")): Promise<Mutant[]> {
  const files = (await Array.fromAsync(walk(folder))).map((path) => relative(folder, path))
    .filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts"))
    .filter((name) => name !== basename(import.meta.url)).sort();
  const mutants: Mutant[] = [];
  for (const file of files) {
    const table = await import(toFileUrl(join(folder, file)).href) as { mutants?: Mutant[] };
    mutants.push(...table.mutants ?? []);
  }
  const seen = new Set<string>();
  for (const { id } of mutants) {
    if (seen.has(id)) throw new Error(`two mutants are called ${id}`);
    seen.add(id);
  }
  return mutants;
}

/** A law's claim to kill a mutant, found in the source of a test file. */
export interface Claim {
  readonly id: string;
  readonly file: string;
  /** Name of the test; null where the source doesn't spell it out. */
  readonly test: string | null;
}

/** The claims in a test file's text: `kills: [...]` in every call of `law`. */
export function claimsIn(text: string, file: string): Claim[] {
  return text.split(/^(?=[ \t]*law\()/m).filter((call) => /^[ \t]*law\(/.test(call)).flatMap(
    (call) => {
      const kills = call.match(/\bkills:\s*\[([^\]]*)\]/)?.[1] ?? "";
      const name = call.match(/^[ \t]*law\(\s*"((?:[^"\\]|\\.)*)"\s*,/)?.[1];
      return [...kills.matchAll(/"([^"]+)"/g)].map(([, id]) => ({
        id,
        file,
        test: name === undefined ? null : `law: ${JSON.parse(`"${name}"`)}`,
      }));
    },
  );
}

/** The claims of all test files. */
export async function allClaims(): Promise<Claim[]> {
  const claims: Claim[] = [];
  for await (const path of walk(join(root, "tests"))) {
    if (!path.endsWith("_test.ts")) continue;
    claims.push(...claimsIn(await Deno.readTextFile(path), relative(root, path)));
  }
  return claims;
}

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    if (left.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* walk(path);
    else if (entry.isFile) yield path;
  }
}

/** A copy of the tree that may be broken; node_modules is shared. */
export async function copyTree(): Promise<string> {
  const to = await Deno.makeTempDir({ prefix: "mutants-" });
  for await (const path of walk(root)) {
    const target = join(to, relative(root, path));
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(path, target);
  }
  await Deno.symlink(join(root, "node_modules"), join(to, "node_modules"));
  return to;
}

/** Result of a test file: which tests failed; null where none ran. */
interface TestRun {
  readonly failed: readonly string[] | null;
  readonly passed: number;
  readonly timedOut: boolean;
  readonly output: string;
}

async function runTests(
  tree: string,
  { file, filter, failFast = false }: { file: string; filter?: string; failFast?: boolean },
) {
  const report = join(tree, "junit.xml");
  await Deno.remove(report).catch(() => {});
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "-A", "--no-check", "--quiet", `--junit-path=${report}`],
      ...(filter === undefined ? [] : [`--filter=${filter}`]),
      ...(failFast ? ["--fail-fast"] : []),
      file,
    ],
    cwd: tree,
    env: { NO_COLOR: "1", LIKENESS_MUTANT: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, limit);
  const { stdout, stderr } = await child.output();
  clearTimeout(timer);
  const output = [stderr, stdout].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  const xml = await Deno.readTextFile(report).catch(() => null);
  const names = parseJunit(xml), passed = names?.passed.length ?? 0;
  const failed = passed + (names?.failed.length ?? 0) === 0 ? null : names!.failed;
  return { failed, passed, timedOut, output } satisfies TestRun;
}

const lastLines = (text: string) => text.trim().split("\n").slice(-3).join(" | ").slice(0, 300);

async function runMutant(mutant: Mutant, tree: string, claims: readonly Claim[]): Promise<Outcome> {
  const start = performance.now();
  const end = (outcome: Outcome["outcome"], note: string): Outcome => ({
    id: mutant.id,
    outcome,
    note,
    seconds: (performance.now() - start) / 1000,
  });
  const path = join(tree, mutant.file);
  const source = await Deno.readTextFile(path).catch(() => null);
  if (source === null) return end("stale", `${mutant.file} is not there`);
  const times = source.split(mutant.find).length - 1;
  if (times !== 1) return end("stale", `its text occurs ${times} times in ${mutant.file}`);
  if (mutant.find === mutant.replace) return end("stale", "it changes nothing");
  await Deno.writeTextFile(path, source.replace(mutant.find, () => mutant.replace));
  try {
    const own = claims.filter((claim) => claim.id === mutant.id);
    for (const file of new Set([mutant.law, ...own.map((claim) => claim.file)])) {
      const names = own.filter((claim) => claim.file === file).map((claim) => claim.test);
      const spelt = names.filter((name) => name !== null);
      const exact = spelt.length > 0 && spelt.length === names.length;
      const filter = exact ? filterOf(spelt) : file === mutant.law ? mutant.filter : undefined;
      // Where laws claim the mutant each of them must fail; otherwise one failure is enough.
      const run = await runTests(tree, { file, filter, failFast: names.length === 0 });
      if (run.timedOut) continue;
      if (run.failed === null) {
        return end("broken", `${file}: no test ran: ${lastLines(run.output)}`);
      }
      if (run.failed.length === 0) return end("survived", `${file}: ${run.passed} tests pass`);
      const blind = spelt.filter((name) => !run.failed!.includes(name));
      if (blind.length > 0) return end("survived", `claimed, not noticed by: ${blind.join(", ")}`);
    }
    return end("killed", "");
  } finally {
    await Deno.writeTextFile(path, source);
  }
}

/** Claims to kill a mutant that isn't among these. */
export function emptyClaims(claims: readonly Claim[], mutants: readonly Mutant[]): string[] {
  const ids = new Set(mutants.map(({ id }) => id));
  return claims.filter(({ id }) => !ids.has(id))
    .map(({ id, file }) => `${file} claims to kill ${id}, which no table has`);
}

/** Runs every mutant asked for, by id or by the start of one ("vae-*"); calls back as each is done. */
export async function runMutants(
  ids: readonly string[],
  { jobs = 2, passed = false, progress, mutants }: {
    jobs?: number;
    /** The laws' files have passed unmutated just now: they aren't run once more. */
    passed?: boolean;
    progress?: (outcome: Outcome) => void;
    /** Default: those of the tables. */
    mutants?: readonly Mutant[];
  } = {},
): Promise<{ outcomes: Outcome[]; problems: string[]; left: Mutant[] }> {
  const all = mutants ?? await loadMutants();
  const asks = (word: string, id: string) =>
    word.endsWith("*") ? id.startsWith(word.slice(0, -1)) : word === id;
  const unknown = ids.filter((word) => !all.some(({ id }) => asks(word, id)));
  if (unknown.length > 0) throw new Error(`no such mutant: ${unknown.join(", ")}`);
  const chosen = all.filter(({ id, needs }) =>
    ids.length === 0 ? needs?.obstacle === undefined : ids.some((word) => asks(word, id))
  );
  const left = ids.length > 0 ? [] : all.filter(({ needs }) => needs?.obstacle !== undefined);
  const claims = await allClaims();
  const whole = ids.length === 0 && mutants === undefined;
  const problems = whole ? emptyClaims(claims, all) : [];
  const outcomes: Outcome[] = [];
  const files = new Set(chosen.flatMap(({ id, law }) => [
    law,
    ...claims.filter((claim) => claim.id === id).map((claim) => claim.file),
  ]));
  const work: ((tree: string) => Promise<void>)[] = [
    ...[...passed ? [] : files].map((file) => async (tree: string) => {
      const run = await runTests(tree, { file });
      if (run.failed?.length !== 0) {
        problems.push(
          `${file} doesn't pass unmutated: ${run.failed?.join(", ") ?? lastLines(run.output)}`,
        );
      }
    }),
    ...chosen.map((mutant) => async (tree: string) => {
      const outcome = await runMutant(mutant, tree, claims);
      outcomes.push(outcome);
      progress?.(outcome);
    }),
  ];
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(jobs, work.length) }, async () => {
    const tree = await copyTree();
    try {
      while (next < work.length) await work[next++](tree);
    } finally {
      await Deno.remove(tree, { recursive: true });
    }
  }));
  return { outcomes, problems, left };
}

const usage = `deno task mutants [--json] [--all] [--passed] [ID…]
Puts known bugs in, one at a time in a copy of the tree, and sees that a law notices each.
  ID        only these mutants; an ID that ends in * stands for all that begin so. Default: all.
  --all     fails where a mutant is left out, because what its laws need isn't here
  --passed  all tests have just passed on this tree: they aren't run without a mutant once more
  --json    one JSON object at the end in place of lines
Ids are in tests/mutations/*.ts.`;

if (import.meta.main) runProgram(main);

async function main(): Promise<number> {
  const json = Deno.args.includes("--json");
  const known = ["--json", "--all", "--passed"];
  const options = Deno.args.filter((word) => word.startsWith("-") && !known.includes(word));
  if (options.length > 0) {
    const help = options.every((word) => ["--help", "-h"].includes(word));
    console.log(help ? usage : `no option ${options.join(" ")}\n${usage}`);
    return help ? exitCodes.pass : exitCodes.usage;
  }
  const { outcomes, problems, left } = await runMutants(
    Deno.args.filter((word) => !word.startsWith("-")),
    {
      passed: Deno.args.includes("--passed"),
      progress: ({ id, outcome, note, seconds }) => {
        if (json) return;
        console.log(`${outcome.padEnd(8)}  ${id}  ${seconds.toFixed(1)} s${note && `  ${note}`}`);
      },
    },
  );
  const count = (kind: Outcome["outcome"]) => outcomes.filter((o) => o.outcome === kind).length;
  const summary = {
    mutants: outcomes.length,
    killed: count("killed"),
    survived: count("survived"),
    stale: count("stale"),
    broken: count("broken"),
    left: left.map(({ id }) => id),
    problems,
  };
  if (json) console.log(JSON.stringify({ ...summary, outcomes }));
  else {
    for (const problem of problems) console.log(`problem   ${problem}`);
    for (
      const [why, of] of Map.groupBy(left, ({ needs }) => `${needs?.name}: ${needs?.obstacle}`)
    ) {
      console.log(`left out  ${of.length} for want of ${why}`);
    }
    console.log(
      `${summary.killed} of ${summary.mutants} mutants killed, ${summary.survived} survived, ` +
        `${summary.stale} stale, ${summary.broken} broken`,
    );
  }
  const whole = left.length === 0 || !Deno.args.includes("--all");
  return summary.killed === summary.mutants && problems.length === 0 && whole
    ? exitCodes.pass
    : exitCodes.regressed;
}
