/**
 * The plan: every run that a suite asks for, resolved, named by its content, one a line.
 * @module
 */
import type { EngineName } from "../engine/mod.ts";
import { UsageError, writeAtomic } from "../base/mod.ts";
import { controls } from "../registry.ts";
import { groupId, type PlannedRun, runId, type RunSpec } from "../record/mod.ts";
import type { Suite, SuiteData, SuiteRun } from "../suite/schema/mod.ts";
import { canonicalJson, didYouMean } from "../base/text/mod.ts";
import { control } from "../protocols/control/mod.ts";
import { protocolOf } from "../protocols/mod.ts";
import { type Seeded, seededRuns } from "./order.ts";
import { asked, dataOf, metricsOf, runLabels, scoredSets } from "./scored.ts";
import type { BareSpec, SettingsOf } from "./settings.ts";

/** What the command line may change about a suite. */
export interface PlanOptions {
  /** The engine that will run it: a name, since the hash names what computed. */
  readonly engine: EngineName;
  /** The engine's settings for each run; default: none. */
  readonly settings?: SettingsOf;
  /** Digest of data's files, for where they aren't here and runs on them are looked back at. */
  readonly content?: (data: SuiteData) => string | undefined;
  /** In place of the suite's. */
  readonly seeds?: readonly number[];
  /** Only these families, or entries with these names. Control rows of their data stay. */
  readonly families?: readonly string[];
}

/** A plan, and what of it was not asked for. */
export interface Planned {
  readonly plan: PlannedRun[];
  /** Runs that others need: they are in the plan. */
  readonly pulled: readonly PlannedRun[];
}

/**
 * The runs of a suite in order: control rows first, which need no training, those of each data and
 * metrics that a run has; then entry by entry, seed by seed, each after those that it needs. Control rows are done at the first seed only: their
 * samples are known, so a second seed would only redraw them. So is what knows no seed.
 * @throws UsageError for a family that the suite doesn't have, or seeds that are none
 */
export function planSuite(suite: Suite, options: PlanOptions): PlannedRun[] {
  return planWithNeeds(suite, options).plan;
}

/** `planSuite`, telling what was added since others need it. @throws UsageError likewise */
export function planWithNeeds(suite: Suite, options: PlanOptions): Planned {
  const seeds = options.seeds ?? suite.seeds;
  checkSeeds(seeds);
  checkFamilies(suite, options.families);
  const labelOf = runLabels(suite);
  const weighted = Object.entries(suite.extractors);
  const { sources } = suite;
  if (sources === null) {
    throw new Error(`suite ${suite.name} was read without its files: its runs have no ids`);
  }
  const common = {
    format: 1 as const,
    suite: suite.name,
    suiteVersion: suite.version,
    batch: suite.batch,
    engine: options.engine,
  };
  const extracted = {
    ...(weighted.length === 0 ? {} : {
      extractors: Object.fromEntries(
        weighted.map(([name, { weights: _, ...fixed }]) => [name, fixed]),
      ),
    }),
  };
  const dataIn = (data: SuiteData) => {
    const content = data.content ?? options.content?.(data);
    return content === undefined ? data : { ...data, content };
  };
  const plan = (label: string, bare: BareSpec, needed?: PlannedRun["needed"]): PlannedRun => {
    const settings = options.settings?.(bare);
    const spec: RunSpec = settings === undefined ? bare : { ...bare, settings };
    return {
      id: runId(spec),
      label,
      group: groupId(spec),
      spec,
      base: suite.base,
      ...(suite.modules.length === 0 ? {} : { modules: suite.modules }),
      ...(sources.length === 0 ? {} : { sources }),
      ...(weighted.length === 0 ? {} : {
        weights: Object.fromEntries(weighted.map(([name, { weights }]) => [name, weights])),
      }),
      ...(needed === undefined ? {} : { needed }),
    };
  };
  const made = new Map<Seeded, PlannedRun>();
  const seeded = seededRuns(suite, { seeds, wanted: (run) => wanted(run, options.families) });
  const there = new Set(seeded.map(({ run }) => run));
  for (const one of seeded) {
    const { run, seed } = one, protocol = protocolOf(run);
    const others = Object.entries(one.needs).map(([role, other]) =>
      [role, made.get(other)!, artefactOf(run, role, other.run)] as const
    );
    const needs = Object.fromEntries(
      others.map(([role, { id, group }]) => [role, { run: id, group }]),
    );
    const needed = Object.fromEntries(
      others.map(([role, { label, spec }, artefact]) => [role, { label, spec, artefact }]),
    );
    const bare: BareSpec = {
      ...common,
      data: dataIn(dataOf(suite, run)),
      // A step on the way to others is scored by nothing.
      ...(protocol.row === "step"
        ? { metrics: [] }
        : { metrics: asked(metricsOf(suite, run)), ...extracted }),
      protocol: run.protocol,
      family: run.family,
      familyVersion: run.familyVersion,
      ...(run.code === undefined ? {} : { code: run.code }),
      ...(run.content === undefined ? {} : { content: run.content }),
      config: run.config,
      budget: protocol.trains ? run.budget : { steps: 0 },
      batch: run.batch,
      ...(run.mirror && { mirror: run.mirror }),
      ...(others.length === 0 ? {} : { needs }),
      seed,
    };
    made.set(one, plan(labelOf.get(run)!, bare, others.length === 0 ? undefined : needed));
  }
  const tokenizer = onlyTokenizer(suite, made);
  const takes = (row: string) => controls[row].tokenizer === true;
  const controlRuns = scoredSets(suite).filter(({ runs }) => runs.some((run) => there.has(run)))
    .flatMap((set) =>
      [...set.controls].map(([name, label]) =>
        plan(label, {
          ...common,
          data: dataIn(set.data),
          metrics: asked(set.metrics),
          ...extracted,
          protocol: control.name,
          family: name,
          familyVersion: controls[name].version,
          config: {},
          budget: { steps: 0 },
          ...(takes(name) && tokenizer !== null && { needs: tokenizer.needs }),
          seed: seeds[0],
        }, takes(name) ? tokenizer?.needed : undefined)
      )
    );
  const runs = seeded.map((one) => made.get(one)!);
  return {
    plan: [...controlRuns, ...runs],
    pulled: runs.filter((_, i) => seeded[i].pulled),
  };
}

/**
 * What control rows that use a tokenizer take: that of the suite's only run that gives one, if it is in the
 * plan; null where there is none, or there are several, of which none is theirs.
 */
function onlyTokenizer(
  suite: Suite,
  made: ReadonlyMap<Seeded, PlannedRun>,
): Required<Pick<PlannedRun, "needed">> & Required<Pick<RunSpec, "needs">> | null {
  const giving = suite.runs.filter((run) => protocolOf(run).gives.tokenizer !== undefined);
  if (giving.length !== 1) return null;
  const [run] = giving;
  for (const [one, { id, group, label, spec }] of made) {
    if (one.run !== run) continue;
    const artefact = protocolOf(run).gives.tokenizer!;
    return {
      needs: { tokenizer: { run: id, group } },
      needed: { tokenizer: { label, spec, artefact } },
    };
  }
  return null;
}

/** The artefact of another run that stands in a role. */
function artefactOf(run: SuiteRun, role: string, other: SuiteRun): string {
  const kind = run.roles?.[role];
  const artefact = kind === undefined ? undefined : protocolOf(other).gives[kind];
  if (artefact !== undefined) return artefact;
  throw new Error(`${other.name} gives nothing for the role ${role} of ${run.name ?? run.family}`);
}

/** Of a plan these runs and all that they need, in its order. */
export function withNeeds(
  plan: readonly PlannedRun[],
  chosen: readonly PlannedRun[],
): PlannedRun[] {
  const byId = new Map(plan.map((run) => [run.id, run]));
  const kept = new Set<string>();
  const keep = ({ id, spec }: PlannedRun) => {
    if (kept.has(id)) return;
    kept.add(id);
    for (const { run } of Object.values(spec.needs ?? {})) {
      const other = byId.get(run);
      if (other !== undefined) keep(other);
    }
  };
  chosen.forEach(keep);
  return plan.filter(({ id }) => kept.has(id));
}

function wanted(run: SuiteRun, families: readonly string[] | undefined): boolean {
  return families === undefined || families.includes(run.family) ||
    (run.name !== undefined && families.includes(run.name));
}

/** What `families` may name of a suite: its families, and names of its entries. */
export function familyNames(suite: Suite): string[] {
  return [...new Set(suite.runs.flatMap((r) => r.name ? [r.family, r.name] : [r.family]))];
}

/** A suite with the families that are left of it. */
export interface Narrowed {
  readonly suite: Suite;
  readonly families?: readonly string[];
}

/**
 * The suites of one file with what is asked of each. Where there are several, each is asked for
 * those of `families` that it has, and suites with none of them are left out.
 * @throws UsageError for a family that none of them has
 */
export function narrowed(
  suites: readonly Suite[],
  families: readonly string[] | undefined,
): Narrowed[] {
  if (families === undefined || suites.length === 1) {
    return suites.map((suite) => ({ suite, families }));
  }
  const known = [...new Set(suites.flatMap(familyNames))];
  for (const family of families) {
    if (known.includes(family)) continue;
    throw new UsageError(
      `--families: no suite of ${suites[0].path} has \`${family}\`${didYouMean(family, known)}\n` +
        `  their families: ${known.join(", ")}`,
    );
  }
  return suites
    .map((suite) => {
      const own = familyNames(suite);
      return { suite, families: families.filter((family) => own.includes(family)) };
    })
    .filter((one) => one.families.length > 0);
}

function checkFamilies(suite: Suite, families: readonly string[] | undefined) {
  const known = familyNames(suite);
  for (const family of families ?? []) {
    if (known.includes(family)) continue;
    throw new UsageError(
      `--families: suite ${suite.name} has no \`${family}\`${didYouMean(family, known)}\n` +
        `  its families: ${known.join(", ")}`,
    );
  }
  if (families?.length === 0) throw new UsageError("--families names none");
}

function checkSeeds(seeds: readonly number[]) {
  if (seeds.length === 0) throw new UsageError("--seeds names none");
  for (const seed of seeds) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 4294967295) {
      throw new UsageError(`--seeds wants whole numbers from 0 to 4294967295, not ${seed}`);
    }
  }
  if (new Set(seeds).size !== seeds.length) {
    throw new UsageError(`--seeds has the same seed twice: ${seeds.join(",")}`);
  }
}

/** A plan as text: one run a line, in canonical JSON. */
export function printPlan(plan: readonly PlannedRun[]): string {
  return plan.map((run) => canonicalJson(run) + "\n").join("");
}

/**
 * A plan from text. Every id and group is checked against its spec, so that a plan edited by hand
 * can't pass for another run's.
 * @throws UsageError for lines that are no planned run or whose id isn't their spec's
 */
export function parsePlan(text: string): PlannedRun[] {
  const lines = text.split("\n").map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim() !== "");
  return lines.map(({ line, number }) => {
    let run: PlannedRun;
    try {
      run = JSON.parse(line);
    } catch (error) {
      throw new UsageError(`plan, line ${number}: not JSON: ${(error as Error).message}`);
    }
    if (run?.spec?.format !== 1) {
      const found = run?.spec?.format;
      throw new UsageError(
        `plan, line ${number}: no run of format 1; found format ${found ?? "none"}`,
      );
    }
    if (runId(run.spec) !== run.id || groupId(run.spec) !== run.group) {
      throw new UsageError(
        `plan, line ${number}: id ${run.id} is not that of its spec, ${runId(run.spec)}; ` +
          "plan again instead of editing",
      );
    }
    for (const [role, need] of Object.entries(run.spec.needs ?? {})) {
      const other = run.needed?.[role]?.spec;
      if (other !== undefined && runId(other) === need.run && groupId(other) === need.group) {
        continue;
      }
      throw new UsageError(
        `plan, line ${number}: ${run.label} needs run ${need.run}, and the line tells of ` +
          `${other === undefined ? "none" : runId(other)}; plan again instead of editing`,
      );
    }
    return run;
  });
}

/** Writes `plan.jsonl`, whole and then renamed. */
export async function writePlan(path: string, plan: readonly PlannedRun[]): Promise<void> {
  await writeAtomic(path, printPlan(plan));
}

/** Reads `plan.jsonl`; see `parsePlan`, whose errors name the file here. */
export async function readPlan(path: string): Promise<PlannedRun[]> {
  const text = await Deno.readTextFile(path);
  try {
    return parsePlan(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${path}: ${error.message}`);
  }
}
