/**
 * Speed measured in turns with the baseline's commit. Each pair is this code and that code, one
 * right after the other, on the same finished run, so that slow changes of the machine affect both.
 * The order changes from pair to pair (AB, BA, …), so that a steady drift cancels.
 * @module
 */
import { fromFileUrl, join, relative, resolve, toFileUrl } from "@std/path";
import { codeDigest, moduleCode } from "../../content/mod.ts";
import { UsageError } from "../../base/mod.ts";
import { launch, type Launcher, type LaunchOptions, processesOf } from "../../launch/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import type { PlannedRun, Provenance, RunRecord } from "../../record/mod.ts";
import { pairsNeeded } from "../../stats/mod.ts";
import { NoCheckout, projectRoot, withCheckout } from "./checkout.ts";
import { FEWEST_PAIRS } from "../limits/fewest.ts";
import { runValue } from "./floors.ts";
import { type Row, rowKey, rowsOf } from "../verdict/rows.ts";

/** A run's timing by both codes. */
export interface TurnPair {
  readonly seed: number;
  readonly baseline: number;
  readonly value: number;
  /** The repeats behind both, as they were timed. */
  readonly raw: { readonly baseline: readonly number[]; readonly value: readonly number[] };
}

/** A timing by both codes. */
export interface TurnRow {
  /** As this code measured it. */
  readonly row: Row;
  readonly pairs: readonly TurnPair[];
}

/** What measuring in turns gave. */
export interface Turns {
  /** The other code. */
  readonly commit: string;
  /** Of this code, as it measured its last pair. */
  readonly provenance: Provenance;
  /** By `rowKey`. */
  readonly rows: ReadonlyMap<string, TurnRow>;
}

/** Measures these labels in turns, for so many tests at level α; the reason where that can't be. */
export type Interleave = (
  labels: readonly string[],
  asked: { readonly tests: number; readonly alpha: number },
) => Promise<Turns | { readonly reason: string }>;

/** What measuring in turns needs. */
export interface InterleaveOptions {
  /** Runs that may be measured, with finished records. */
  readonly plan: readonly PlannedRun[];
  readonly launching: LaunchOptions;
  /** The other code: a commit, or why none is known. */
  readonly commit: string | { readonly reason: string };
  /** Fewest pairs a timing, where more than can decide are wanted. */
  readonly pairs?: number;
  readonly onStart?: (labels: readonly string[], commit: string, pairs: number) => void;
  /** Called with each pair before it is measured, from 1. */
  readonly onPair?: (number: number, of: number, planned: PlannedRun) => void;
  /** Root of the repository; tests pass their own. */
  readonly root?: string | null;
  /** Starts workers of a checkout. */
  readonly launcherOf?: (folder: string) => Launcher;
}

/** The user's modules as the other checkout has them; those outside of it are the same for both. */
function modulesIn(folder: string, modules: readonly string[], root: string): string[] {
  return modules.map((module) => {
    const inside = relative(resolve(root), resolve(module));
    return inside.startsWith("..") ? module : join(folder, inside);
  });
}

/** A run whose modules are planned as the other checkout has them: that code is to be timed. */
export async function withCodeOf(
  run: PlannedRun,
  folder: string,
  root: string,
): Promise<PlannedRun> {
  if (run.sources === undefined) return run;
  const now = new Map<string | undefined, string>();
  const sources = await Promise.all(run.sources.map(async ({ url, digest }) => {
    const [module] = modulesIn(folder, [fromFileUrl(url)], root);
    const code = await moduleCode(toFileUrl(resolve(module)).href, { root: folder });
    const source = { ...code, digest: await codeDigest(code) };
    now.set(digest, source.digest);
    return source;
  }));
  const recoded = <T extends { readonly code?: string }>(of: T): T =>
    of.code === undefined ? of : { ...of, code: now.get(of.code) };
  const { spec } = run;
  return {
    ...run,
    sources,
    spec: recoded({
      ...spec,
      data: recoded(spec.data),
      metrics: spec.metrics.map(recoded),
    }),
  };
}

async function timeOnce(planned: PlannedRun, options: LaunchOptions): Promise<RunRecord> {
  const { outcomes } = await launch([planned], { ...options, again: true });
  const outcome = outcomes.get(planned.id);
  if (outcome?.kind === "record" && outcome.record.state === "done") return outcome.record;
  const cause = outcome?.kind === "failed"
    ? outcome.cause
    : outcome?.kind === "record"
    ? outcome.record.cause ?? outcome.record.state
    : "it was stopped";
  throw new NoCheckout(`${planned.label} seed ${planned.spec.seed}: ${cause}`);
}

/** Pairs of each timing, from records of both codes on the same runs. */
export function turnRows(
  measured: readonly { readonly baseline: RunRecord; readonly value: RunRecord }[],
): ReadonlyMap<string, TurnRow> {
  const found = new Map<string, { row: Row; pairs: TurnPair[] }>();
  for (const { baseline, value } of measured) {
    const before = new Map(rowsOf([baseline]).rows.map((row) => [rowKey(row), row]));
    for (const row of rowsOf([value]).rows) {
      const old = before.get(rowKey(row));
      if (row.kind !== "speed" || old === undefined || old.unit !== row.unit) continue;
      const { seed } = value.spec;
      const known = found.get(rowKey(row)) ?? { row, pairs: [] };
      const repeats = (one: Row) => one.raw.get(seed) ?? [one.values.get(seed)!];
      known.pairs.push({
        seed,
        baseline: runValue(old, seed),
        value: runValue(row, seed),
        raw: { baseline: repeats(old), value: repeats(row) },
      });
      found.set(rowKey(row), known);
    }
  }
  return found;
}

/** See the module. */
export function interleaver(options: InterleaveOptions): Interleave {
  const { plan, launching, commit, onStart, onPair } = options;
  const { root = projectRoot, launcherOf = processesOf, pairs = FEWEST_PAIRS } = options;
  return async (labels, { tests, alpha }) => {
    const runs = plan.filter(({ label, spec }) =>
      labels.includes(label) && protocolOf(spec).trains
    );
    if (runs.length === 0) return { reason: "nothing of it is trained here" };
    if (typeof commit !== "string") return commit;
    const fewest = Math.min(
      ...labels.map((label) => runs.filter((run) => run.label === label).length || Infinity),
    );
    const wanted = Math.max(FEWEST_PAIRS, pairs, pairsNeeded(alpha, tests));
    const rounds = Math.ceil(wanted / fewest);
    try {
      return await withCheckout(commit, async (folder, sha) => {
        onStart?.(labels, sha, rounds * fewest);
        const { settings } = launching;
        const there: LaunchOptions = {
          ...launching,
          launcher: launcherOf(folder),
          settings: {
            ...settings,
            out: resolve(settings.out),
            modules: modulesIn(folder, settings.modules, root!),
            provenance: { ...settings.provenance, gitSha: sha, gitDirty: false },
          },
        };
        const others = await Promise.all(runs.map((run) => withCodeOf(run, folder, root!)));
        const measured: { baseline: RunRecord; value: RunRecord }[] = [];
        for (let round = 0; round < rounds; round++) {
          for (const [i, planned] of runs.entries()) {
            const first = (round + i) % 2 === 0;
            const other = others[i];
            onPair?.(measured.length + 1, rounds * runs.length, planned);
            const early = await (first ? timeOnce(other, there) : timeOnce(planned, launching));
            const late = await (first ? timeOnce(planned, launching) : timeOnce(other, there));
            measured.push(
              first ? { baseline: early, value: late } : { baseline: late, value: early },
            );
          }
        }
        const { provenance } = measured[measured.length - 1].value;
        return { commit: sha, provenance, rows: turnRows(measured) };
      }, root);
    } catch (error) {
      if (error instanceof NoCheckout || error instanceof UsageError) {
        return { reason: error.message };
      }
      throw error;
    }
  };
}
