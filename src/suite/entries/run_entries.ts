/**
 * Entries of `runs`: each combination of an entry's axes is one run, and its model can be built for
 * the suite's data.
 * @module
 */
import type { z } from "zod";
import type { DatasetOutline } from "../../data/mod.ts";
import { batcherOf, kindOf, MIRROR, takenBy, unitsOf } from "../../kinds/mod.ts";
import { type Family, type GivenRun, modelFaults, type Roles } from "../../families/mod.ts";
import { described } from "../../base/mod.ts";
import { canonicalJson } from "../../base/text/mod.ts";
import { trainEvaluate } from "../../protocols/train_evaluate/mod.ts";
import { protocols, runnable } from "../../registry.ts";
import { supposedSteps } from "../../run/mod.ts";
import { parse, type Place } from "../check.ts";
import type { Entry } from "./entries.ts";
import { expandConfig, type Expanded } from "./expand_config.ts";
import { lookUp } from "./look_up.ts";
import { type AskedRole, besidePath, lifted, readRoles } from "./roles.ts";
import { resolveBudget, runKeys, type suiteFile, type SuiteRun } from "../schema/schema.ts";
import type { At, Scored } from "./scored.ts";
import { settled } from "./settle.ts";

/** Runs of an entry, and what is left to be checked of them once the data are known. */
export interface RunEntry {
  /** Name of the family or protocol. */
  readonly of: string;
  /** The entry's own. */
  readonly name?: string;
  readonly runs: readonly SuiteRun[];
  /** What it can take of other runs, and what it asks for. */
  readonly roles: Roles;
  readonly asked: readonly AskedRole[];
  /** Data and metrics of its own. */
  readonly own: { readonly data?: At; readonly metrics?: At };
  /** @param needed what it takes, once that is known */
  readonly check: (data: {
    readonly name: string;
    readonly outline: DatasetOutline;
    readonly needed: { readonly [role: string]: GivenRun };
  }) => void;
}

/**
 * The runs of an entry.
 * @param suite the top of the file; undefined where it has mistakes, which are told already
 */
export async function expandRun(
  entry: Entry,
  top: Place,
  suite: z.output<typeof suiteFile> | undefined,
): Promise<RunEntry> {
  const { of } = entry;
  const place = { ...top, path: entry.configPath, name: of };
  const family = await lookUp(runnable(), of, { ...place, what: "family" });
  if (family === undefined) {
    return { of, runs: [], roles: {}, asked: [], own: {}, check: () => {} };
  }
  const whole = lifted(entry, family.config, top);
  const beside = parse(runKeys, plainKeys(whole.beside), {
    ...top,
    path: entry.path,
    name: "runs",
    locate: (path) => whole.lifted.includes(String(path[0])) ? [of, ...path] : path,
  });
  const batch = beside?.batch ?? suite?.batch ?? 1;
  const more = `deno task list ${of}`;
  const settles = "build" in family ? {} : family;
  const expanded = await settled(
    settles,
    expandConfig(family.config, whole.config, { ...place, more }),
    { ...place, more },
  );
  const protocol = Object.hasOwn(protocols, of) ? protocols[of] : trainEvaluate;
  const own = (key: "data" | "metrics"): { [key in "data" | "metrics"]?: At } =>
    // A text names a run whose documents are taken: see `resolveNeeds`.
    Object.hasOwn(whole.beside, key) && typeof whole.beside[key] !== "string"
      ? { [key]: { given: whole.beside[key], path: besidePath(whole, key) } }
      : {};
  if (protocol.row === "step" && Object.hasOwn(whole.beside, "metrics")) {
    top.problems.push({
      ...top.source.locate(besidePath(whole, "metrics"), "key"),
      message:
        `\`metrics\` of \`${of}\`: it is a step on the way to others, and nothing of it is ` +
        "scored; drop them",
    });
  }
  const budget = resolveBudget(beside?.budget ?? suite?.budget ?? { steps: 1 }, batch);
  const runs = expanded.map(({ config }): SuiteRun => ({
    protocol: protocol.name,
    family: of,
    familyVersion: family.version,
    ...(beside?.name === undefined ? {} : { name: beside.name }),
    budget,
    batch,
    ...(beside?.mirror && { mirror: beside.mirror }),
    config,
    ...(protocol.entry?.seeded?.(config) === false ? { once: true as const } : {}),
  }));
  const roles = (protocol.entry === undefined ? (family as Family).needs : protocol.needs) ?? {};
  return {
    of,
    ...(beside?.name === undefined ? {} : { name: beside.name }),
    runs,
    roles,
    asked: readRoles(whole, roles, top),
    own: { ...own("data"), ...own("metrics") },
    check({ name, outline, needed }) {
      if (!("build" in family) && family.takes === undefined) return;
      const { sample, given, factors, sizes } = outline;
      const kind = kindOf(sample);
      if (beside?.mirror && !Object.hasOwn(kind.augmentations, MIRROR)) {
        place.problems.push({
          ...place.source.locate([...entry.path, "mirror"], "key"),
          message:
            `\`mirror\` of \`${entry.of}\`: ${name} holds ${kind.unit.many}, which can't be ` +
            "mirrored; drop it",
        });
      }
      const takes = takenBy(family);
      if (!takes.includes(sample.kind)) {
        place.problems.push({
          ...place.source.locate(place.path),
          message: `\`${entry.of}\` takes ${unitsOf(takes)}; ${name} holds ${kind.unit.many}`,
          hints: ["name a family that takes them: deno task list"],
        });
        return;
      }
      if (!("build" in family)) return;
      const context = {
        sample,
        ...(given && { given }),
        factors,
        batch,
        steps: "steps" in budget ? budget.steps : supposedSteps,
        trainSize: sizes?.train ?? batch,
        ...(Object.keys(needed).length === 0 ? {} : { needed }),
      };
      for (const one of expanded) {
        const fault = buildFault(family, one.config, context);
        if (fault === null) continue;
        const [first, ...hints] = fault.split("\n");
        place.problems.push({
          ...place.source.locate([...place.path, ...settingOf(first, one)]),
          message: `\`${of}\` can't be built for ${name} (${
            kindOf(sample).describe(sample)
          }): ${first}`,
          hints: hints.map((line) => line.trim()),
        });
      }
    },
  };
}

/** The keys beside a name that every entry has. */
function plainKeys(beside: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(beside).filter(([key]) => Object.hasOwn(runKeys.shape, key)),
  );
}

/** Why a model can't be built, or what of it isn't as families have to be; null where all is well. */
function buildFault(
  family: Family,
  config: unknown,
  context: Parameters<Family["build"]>[1],
): string | null {
  try {
    const model = family.build(config, context), faults = modelFaults(model);
    batcherOf(context.sample, model.batches);
    return faults.length === 0 ? null : faults.join("; ");
  } catch (error) {
    return described(error);
  }
}

/** The setting that a message begins with ("condition: …"), where it is one. */
function settingOf(message: string, { config, locate }: Expanded): ReturnType<Expanded["locate"]> {
  const key = /^`?(\w+)`?:/.exec(message)?.[1];
  return key !== undefined && key in config ? locate([key]) : [];
}

/** What a run of a suite computes, whatever it is called. */
export function computed(
  { family, config, budget, batch, mirror, needs, data, metrics }: SuiteRun,
): unknown {
  return { family, config, budget, batch, mirror, needs, data, metrics };
}

/** A run with what it is scored on, as far as that isn't the suite's. */
export function scoredOn(
  run: SuiteRun,
  { data, metrics, controls }: Scored,
  suite: Scored,
): SuiteRun {
  const other = (a: unknown, b: unknown) => canonicalJson(a) !== canonicalJson(b);
  return {
    ...run,
    ...(other(data, suite.data) ? { data, controls } : {}),
    ...(other(metrics, suite.metrics) ? { metrics } : {}),
  };
}

/** An entry with a name of its own whose runs are all in earlier entries would vanish unseen. */
export function refuseRepeats(
  expanded: readonly (readonly SuiteRun[])[],
  entries: readonly Entry[],
  { source, problems }: Place,
): void {
  const earlier = new Set<string>();
  expanded.forEach((runs, i) => {
    const texts = runs.map((run) => canonicalJson(computed(run)));
    const name = runs[0]?.name;
    if (name !== undefined && texts.every((text) => earlier.has(text))) {
      problems.push({
        ...source.locate(entries[i].path),
        message: `\`${name}\` would do what an earlier entry does: change its keys, or drop it`,
      });
    }
    texts.forEach((text) => earlier.add(text));
  });
}
