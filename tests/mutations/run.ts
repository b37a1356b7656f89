/**
 * The mutation runner: applies each mutant of tests/mutations/*.ts to a copy of the tree, runs the
 * laws that must notice, and expects them to fail. `deno task mutants [IDS…] [--json] [--all]`.
 *
 * A mutant is killed when its law's file has a failing test, and every law that claims it by `kills`
 * is among the failing. It has survived otherwise; it is stale when its edit doesn't fit the source
 * (the text must occur exactly once) and broken when nothing ran. Every file must pass unmutated.
 * Exit code 1 unless all are killed.
 *
 * Mutants of one test file are tried in one process first (runner/together.ts); those of which that
 * leaves a doubt, and those that stand alone, in processes of their own. So are those of a file of which
 * something is made first (`making`).
 * @module
 */
import { join, relative, toFileUrl } from "@std/path";
import { exitCodes } from "../../src/base/errors.ts";
import { runProgram } from "../../src/base/program/program.ts";
import { runAlone } from "./runner/alone.ts";
import { keep, makeAnew } from "./runner/making.ts";
import { allClaims, emptyClaims } from "./runner/claims.ts";
import { type Mutant, mutated, type Outcome } from "./runner/mutant.ts";
import { importersIn, tryTogether } from "./runner/together.ts";
import { copyTree, root, walk } from "./runner/tree.ts";
import { missed, type Trial, trialsOf } from "./runner/trial.ts";
export type { Mutant } from "./runner/mutant.ts";

/** All mutants of the tables beside this file and in folders beside it, by path and row. */
export async function loadMutants(folder = join(root, "tests/mutations")): Promise<Mutant[]> {
  const files = (await Array.fromAsync(walk(folder))).map((path) => relative(folder, path))
    .filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts"))
    .filter((name) => name !== "run.ts" && !/^runner[\\/]/.test(name)).sort();
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

/** What one trial says of its mutant. */
type Finding = Omit<Outcome, "id">;

/** Tries a mutant before one test file in a process of its own. */
async function tryAlone(tree: string, trial: Trial): Promise<Finding> {
  const { mutant, law, filter, failFast } = trial, start = performance.now();
  const end = (outcome: Outcome["outcome"], note = ""): Finding => {
    return { outcome, note, seconds: (performance.now() - start) / 1000 };
  };
  const path = join(tree, mutant.file), source = await Deno.readTextFile(path);
  const edit = mutated(mutant, source);
  if ("stale" in edit) return end("stale", edit.stale);
  await Deno.writeTextFile(path, edit.text);
  const made = await keep(tree, mutant.making?.files ?? []);
  try {
    const refused = await makeAnew(tree, mutant.making);
    if (refused !== null) return end("broken", refused);
    const { ran, timedOut, output } = await runAlone(tree, { law, filter, failFast });
    if (timedOut) return end("killed");
    if (ran === null) return end("broken", `${law}: no test ran: ${output}`);
    const note = missed(trial, ran);
    return note === undefined ? end("killed") : end("survived", note);
  } finally {
    await Deno.writeTextFile(path, source);
    for (const { file, bytes } of made) await Deno.writeFile(join(tree, file), bytes);
  }
}

/** A mutant's outcome once all its trials are known: that of the first that didn't notice. */
function concluded(id: string, findings: readonly Finding[]): Outcome {
  const seconds = findings.reduce((sum, finding) => sum + finding.seconds, 0);
  const { outcome, note } = findings.find(({ outcome }) => outcome !== "killed") ?? findings[0];
  return { id, outcome, note, seconds };
}

/** Takes work from the queue, which may grow meanwhile, in `jobs` copies of the tree. */
async function inTrees(
  queue: ((tree: string) => Promise<void>)[],
  jobs: number,
): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(jobs, queue.length) }, async () => {
    const tree = await copyTree();
    try {
      while (next < queue.length) await queue[next++](tree);
    } finally {
      await Deno.remove(tree, { recursive: true });
    }
  }));
}

/** Runs every mutant asked for, by id or by the start of one ("vae-*"); calls back as each is done. */
export async function runMutants(
  ids: readonly string[],
  { jobs = 2, passed = false, together = true, progress, mutants }: {
    jobs?: number;
    /** The laws' files have passed unmutated just now: they aren't run once more. */
    passed?: boolean;
    /** Whether mutants of one test file may share a process. */
    together?: boolean;
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

  const trials = new Map(chosen.map((mutant) => [mutant.id, trialsOf(mutant, claims)]));
  const findings = new Map<Trial, Finding>(), outcomes: Outcome[] = [];
  const found = (trial: Trial, finding: Finding) => {
    findings.set(trial, finding);
    const { id } = trial.mutant, of = trials.get(id)!.map((one) => findings.get(one));
    if (of.some((one) => one === undefined)) return;
    const outcome = concluded(id, of.map((one) => one!));
    outcomes.push(outcome);
    progress?.(outcome);
  };
  const fitting: Trial[] = [];
  for (const mutant of chosen) {
    const source = await Deno.readTextFile(join(root, mutant.file)).catch(() => null);
    const edit = mutated(mutant, source);
    for (const trial of trials.get(mutant.id)!) {
      if ("text" in edit) fitting.push(trial);
      else found(trial, { outcome: "stale", note: edit.stale, seconds: 0 });
    }
  }
  const byLaw = [...Map.groupBy(fitting, ({ law }) => law)];
  const made = fitting.filter(({ mutant }) => mutant.making !== undefined);
  const loaded = fitting.filter(({ mutant }) => mutant.making === undefined);
  const loadedByLaw = [...Map.groupBy(loaded, ({ law }) => law)];
  const alone = (trial: Trial) => async (tree: string) => found(trial, await tryAlone(tree, trial));
  const shared = together ? loadedByLaw.filter(([, { length }]) => length > 1) : [];
  const importersOf = shared.length > 0 ? await importersIn() : () => [];
  const queue: ((tree: string) => Promise<void>)[] = [
    ...(passed ? [] : byLaw).map(([law]) => async (tree: string) => {
      const { ran, output } = await runAlone(tree, { law });
      if (ran?.failed.length === 0) return;
      problems.push(`${law} doesn't pass unmutated: ${ran?.failed.join(", ") ?? output}`);
    }),
    // The most mutants first, so that no process is busy alone with many of them in the end.
    ...shared.sort(([, a], [, b]) => b.length - a.length).map(([, of]) => async (tree: string) => {
      const noticed = await tryTogether(tree, of, importersOf);
      for (const trial of of) {
        const seconds = noticed.get(trial);
        if (seconds === undefined) queue.push(alone(trial));
        else found(trial, { outcome: "killed", note: "", seconds });
      }
    }),
    ...loadedByLaw.flatMap(([, of]) => together && of.length > 1 ? [] : of.map(alone)),
    ...made.map(alone),
  ];
  await inTrees(queue, jobs);
  const place = new Map(chosen.map(({ id }, i) => [id, i]));
  return { outcomes: outcomes.sort((a, b) => place.get(a.id)! - place.get(b.id)!), problems, left };
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
