/**
 * Entries of `runs`: each combination of an entry's axes is one run, and its model can be built for
 * the suite's data.
 * @module
 */
import type { z } from "zod";
import type { DatasetOutline } from "../../data/dataset.ts";
import { type ExternalConfig, takesSeed } from "../../protocols/external/external.ts";
import { batcherOf, kindOf, MIRROR, takenBy, unitsOf } from "../../kinds/table.ts";
import { modelFaults } from "../../families/contract.ts";
import type { Family } from "../../families/family.ts";
import { described } from "../../base/fault.ts";
import { canonicalJson } from "../../base/text/canonical_json.ts";
import { externals, runnable } from "../../registry.ts";
import { supposedSteps } from "../../run/supposed_steps.ts";
import { parse, type Place } from "../check.ts";
import type { Entry } from "./entries.ts";
import { expandConfig, type Expanded } from "./expand_config.ts";
import { lookUp } from "./look_up.ts";
import { resolveBudget, runKeys, type suiteFile, type SuiteRun } from "../schema/schema.ts";

/** Runs of an entry, and what is left to be checked of them once the data are known. */
export interface RunEntry {
  readonly runs: readonly SuiteRun[];
  readonly check: (data: { readonly name: string; readonly outline: DatasetOutline }) => void;
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
  const beside = parse(runKeys, entry.beside, { ...top, path: entry.path, name: "runs" });
  const batch = beside?.batch ?? suite?.batch ?? 1;
  const place = { ...top, path: entry.configPath, name: entry.of };
  const family = await lookUp(runnable(), entry.of, { ...place, what: "family" });
  if (family === undefined) return { runs: [], check: () => {} };
  const more = `deno task list ${entry.of}`;
  const expanded = expandConfig(family.config, entry.config, { ...place, more });
  const budget = resolveBudget(beside?.budget ?? suite?.budget ?? { steps: 1 }, batch);
  const runs = expanded.map(({ config }) => ({
    family: entry.of,
    familyVersion: family.version,
    ...(beside?.name === undefined ? {} : { name: beside.name }),
    budget,
    batch,
    ...(beside?.mirror && { mirror: beside.mirror }),
    config,
    ...(Object.hasOwn(externals, entry.of)
      ? { external: { seeded: takesSeed(config as ExternalConfig) } }
      : {}),
  }));
  return {
    runs,
    check({ name, outline }) {
      if (!("build" in family)) return;
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
      const context = {
        sample,
        ...(given && { given }),
        factors,
        batch,
        steps: "steps" in budget ? budget.steps : supposedSteps,
        trainSize: sizes?.train ?? batch,
      };
      for (const one of expanded) {
        const fault = buildFault(family, one.config, context);
        if (fault === null) continue;
        const [first, ...hints] = fault.split("\n");
        place.problems.push({
          ...place.source.locate([...place.path, ...settingOf(first, one)]),
          message: `\`${entry.of}\` can't be built for ${name} (${
            kindOf(sample).describe(sample)
          }): ${first}`,
          hints: hints.map((line) => line.trim()),
        });
      }
    },
  };
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
export function computed({ family, config, budget, batch, mirror }: SuiteRun): unknown {
  return { family, config, budget, batch, mirror };
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
