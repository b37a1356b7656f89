/**
 * Which runs of a suite a plan holds, in an order in which each comes after those that it needs.
 * @module
 */
import { protocolOf } from "../protocols/mod.ts";
import type { Suite, SuiteRun } from "../suite/schema/mod.ts";

/** One run of a suite at one seed. */
export interface Seeded {
  readonly run: SuiteRun;
  readonly seed: number;
  /** What it takes, by role. */
  readonly needs: { readonly [role: string]: Seeded };
  /** It wasn't asked for: another needs it. */
  readonly pulled: boolean;
}

/**
 * The run of a suite that is called so.
 * @throws Error where there isn't just one: suites that were read are sound, made ones may not be
 */
function called(suite: Suite, name: string): SuiteRun {
  const found = suite.runs.filter((run) => run.name === name);
  if (found.length === 1) return found[0];
  throw new Error(
    `suite ${suite.name}: ${found.length} runs are called ${name}, and another needs one`,
  );
}

/** Runs of a suite, those that others need before them, else as they stand. @throws Error for a circle */
export function inOrder(suite: Suite): SuiteRun[] {
  const placed = new Set<SuiteRun>();
  const place = (run: SuiteRun, way: readonly SuiteRun[]) => {
    if (placed.has(run)) return;
    if (way.includes(run)) {
      const names = [...way.slice(way.indexOf(run)), run].map(({ name }) => name);
      throw new Error(`suite ${suite.name}: runs need one another: ${names.join(", ")}`);
    }
    const names = Object.values(run.needs ?? {});
    for (const name of names) place(called(suite, name), [...way, run]);
    placed.add(run);
  };
  for (const run of suite.runs) place(run, []);
  return [...placed];
}

/**
 * The one seed of a run that is done once. What others take of it is the same whichever seeds are
 * asked for, so it is the suite's own first; else it is the first that is asked for.
 */
function onlySeed(suite: Suite, run: SuiteRun, seeds: readonly number[]): number {
  return Object.keys(protocolOf(run).gives).length > 0 ? suite.seeds[0] : seeds[0];
}

/**
 * The runs of a plan: of those that are wanted every seed, and whatever they need, seed by seed; each
 * after what it needs, else as they stand in the suite.
 */
export function seededRuns(
  suite: Suite,
  { seeds, wanted }: {
    readonly seeds: readonly number[];
    readonly wanted: (run: SuiteRun) => boolean;
  },
): Seeded[] {
  const made = new Map<SuiteRun, Map<number, Seeded>>();
  const make = (run: SuiteRun, at: number, pulled: boolean): Seeded => {
    const seed = run.once ? onlySeed(suite, run, seeds) : at;
    const known = made.get(run) ?? new Map<number, Seeded>();
    made.set(run, known);
    const before = known.get(seed);
    if (before !== undefined) return before;
    const needs = Object.fromEntries(
      Object.entries(run.needs ?? {}).map(([role, name]) => [
        role,
        make(called(suite, name), seed, true),
      ]),
    );
    const own = { run, seed, needs, pulled };
    known.set(seed, own);
    return own;
  };
  const ordered = inOrder(suite);
  for (const run of ordered.filter(wanted)) {
    for (const seed of run.once ? seeds.slice(0, 1) : seeds) make(run, seed, false);
  }
  const place = (seed: number) => {
    const at = seeds.indexOf(seed);
    return at < 0 ? seeds.length : at;
  };
  return ordered.flatMap((run) =>
    [...made.get(run)?.values() ?? []].sort((a, b) =>
      place(a.seed) - place(b.seed) || a.seed - b.seed
    )
  );
}
