/**
 * What `gate` and `run` share: the options of a gate, and the files that it writes for CI.
 * @module
 */
import { requireWritable, UsageError, writeAtomic } from "../../base/mod.ts";
import { checkBaselinesFolder, readBaselines } from "../../gate/baseline/mod.ts";
import {
  interleaver,
  NoCheckout,
  projectRoot,
  rerunSpeed,
  resolveCommit,
} from "../../gate/speed/mod.ts";
import {
  annotations,
  appendHistory,
  entriesSince,
  type Gated,
  gateMarkdown,
  type GateOptions,
  gateSuite,
  historyPath,
  junitXml,
  keeping,
  readHistory,
} from "../../gate/mod.ts";
import type { LaunchOptions } from "../../launch/mod.ts";
import type { PlannedRun, RunRecord } from "../../record/mod.ts";
import type { Suite } from "../../suite/schema/mod.ts";
import type { Arguments, Terminal } from "../../cli/mod.ts";
import { baselinesOf } from "../folders.ts";

/** Refuses what can't be before anything runs. */
export async function checkGating(args: Arguments): Promise<void> {
  const against = args.one("against");
  if (against !== undefined && !args.has("interleave")) {
    throw new UsageError("--against names what --interleave compares with: give both");
  }
  if (against !== undefined && projectRoot !== null) {
    try {
      await resolveCommit(against, projectRoot);
    } catch (error) {
      if (error instanceof NoCheckout) throw new UsageError(`--against: ${error.message}`);
      throw error;
    }
  }
  if (args.has("step-summary") && !Deno.env.get("GITHUB_STEP_SUMMARY")) {
    throw new UsageError(
      "--step-summary writes to the file that $GITHUB_STEP_SUMMARY names, and it names none here; " +
        "--markdown FILE writes anywhere",
    );
  }
  for (const option of ["junit", "markdown"]) {
    const path = args.one(option);
    if (path !== undefined) await requireWritable(path);
  }
}

/**
 * Refuses baselines that can't be read before a suite is run for hours. Those of the machine's own
 * class are read when the engine has said which it is.
 */
export async function checkBaselines(args: Arguments, suite: Suite): Promise<void> {
  const folder = args.one("baselines");
  if (folder !== undefined) await checkBaselinesFolder(folder);
  await readBaselines(folder ?? "baselines", { suite: suite.name, records: [] });
}

/**
 * Refuses a start of the history that no run has, before a suite is run for hours: the commit that
 * is checked out will have one then.
 */
export async function checkSince(
  args: Arguments,
  { suite, out, head }: {
    readonly suite: Suite;
    readonly out: string;
    readonly head: string | null;
  },
): Promise<void> {
  const since = args.one("since");
  if (since === undefined || head?.startsWith(since)) return;
  const history = await readHistory(historyPath(out, suite.name), () => {});
  if (entriesSince(history, since).length === 0) throw unknownStart(since, suite);
}

const unknownStart = (since: string, { name }: Suite) =>
  new UsageError(
    `--since ${since}: the history of ${name} has no such run; deno task likeness history ${name} ` +
      "--all shows it",
  );

/** A suite that is to be gated. */
export interface Asked {
  readonly suite: Suite;
  readonly plan: readonly PlannedRun[];
  readonly records: readonly RunRecord[];
  /** Why the record of a run of the plan can't be read, by its id. */
  readonly unreadable?: ReadonlyMap<string, string>;
  readonly out: string;
  /** How its speed is measured again; null where it can't or shan't be. */
  readonly launching: (() => Promise<LaunchOptions>) | null;
  readonly warn: (line: string) => void;
}

/** Gates a suite as the command line asks for. Adds the records to the suite's history. */
export async function gateAsked(args: Arguments, asked: Asked): Promise<Gated> {
  const { suite, plan, records, unreadable, out } = asked;
  const { history, ...options } = await gatingOptions(args, asked);
  const kept = keeping({ ...options, drift: history.fail, since: history.since });
  const { exact, rerun, turns } = kept.measuring;
  const outcome = await gateSuite(
    { suite, plan, records, unreadable },
    { ...options, history, exact, rerun, turns },
  );
  await kept.write(out, { suite: suite.name, suiteVersion: suite.version, records });
  return {
    suite: suite.name,
    path: suite.path,
    outcome,
    records,
    allowInconclusive: args.has("allow-inconclusive"),
    command: args.line,
  };
}

/** A history with a hole may have lost the best level, and with it a drift. */
function refuseLine(problem: string): never {
  throw new UsageError(
    `--drift needs the whole history, and ${problem}\n  mend or remove that line`,
  );
}

/** The gate's options as the command line has them. */
async function gatingOptions(
  args: Arguments,
  { suite, plan, records, out, launching, warn }: Asked,
): Promise<
  & Omit<GateOptions, "suite" | "suiteVersion" | "path" | "history">
  & Required<Pick<GateOptions, "history">>
> {
  const history = suite.overrides.length > 0
    ? []
    : await appendHistory(historyPath(out, suite.name), {
      records,
      onProblem: args.has("drift") ? refuseLine : warn,
    });
  const since = args.one("since");
  if (since !== undefined && entriesSince(history, since).length === 0) {
    throw unknownStart(since, suite);
  }
  const options = launching === null ? null : await launching();
  return {
    baselines: baselinesOf(args),
    allowInconclusive: args.has("allow-inconclusive"),
    exact: args.has("exact"),
    history: { entries: history, since, fail: args.has("drift") },
    ...(options === null ? {} : {
      rerun: rerunSpeed({
        plan,
        launching: options,
        onStart: (labels) => warn(`slower: measuring ${labels.join(", ")} once more`),
      }),
      turns: {
        everything: args.has("interleave"),
        interleave: (commit) =>
          interleaver({
            plan,
            launching: options,
            commit: args.one("against") ?? commit,
            pairs: args.whole("pairs"),
            onStart: (labels, sha, pairs) =>
              warn(
                `measuring ${labels.join(", ")} in turns with ${
                  sha.slice(0, 10)
                }, ${pairs} pairs each`,
              ),
            onPair: sparsely((number, of, { label, spec }) =>
              warn(`  pair ${number} of ${of}: ${label} seed ${spec.seed}`)
            ),
          }),
      },
    }),
  };
}

/** Milliseconds between lines about what goes on for minutes. */
const lineInterval = 20_000;

/** Calls `tell` the first time and then not more often than lines are wanted. */
function sparsely<T extends readonly unknown[]>(tell: (...told: T) => void): typeof tell {
  let last = -Infinity;
  return (...told) => {
    if (performance.now() - last < lineInterval) return;
    last = performance.now();
    tell(...told);
  };
}

/** Writes what CI was promised. */
export async function writeCi(
  gated: readonly Gated[],
  { args, terminal }: { readonly args: Arguments; readonly terminal: Terminal },
): Promise<void> {
  const junit = args.one("junit");
  if (junit !== undefined) {
    await writeAtomic(junit, junitXml(gated, { date: new Date().toISOString() }));
  }
  const markdown = args.one("markdown");
  if (markdown !== undefined) await writeAtomic(markdown, gateMarkdown(gated));
  const summary = Deno.env.get("GITHUB_STEP_SUMMARY");
  if (args.has("step-summary") && summary) {
    await Deno.writeTextFile(summary, gateMarkdown(gated), { append: true });
  }
  if (args.has("annotations")) {
    // GitHub reads both streams; standard output may be promised to a program.
    const say = args.has("json") ? terminal.warn : terminal.print;
    for (const line of annotations(gated)) say(line);
  }
}
