/**
 * What a suite writes under `curate`.
 * @module
 */
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { sha256Hex } from "../../base/digest/mod.ts";
import type { ContentContext } from "../../content/mod.ts";
import { allStages, type AskedStage } from "../../curation/mod.ts";
import type { RunSpec } from "../../record/mod.ts";
import type { Entry, EntryContext } from "../protocol.ts";

/** A stage with its settings: `{ gopher_quality: { … } }`. */
export type StageConfig = { readonly [name: string]: Readonly<Record<string, unknown>> };

/** Documents that are curated. */
export interface SourceConfig {
  /** As it stands in where documents come from. */
  readonly name?: string;
  /** Left out: the run's own. Settled: with all that fixes them. */
  readonly data?: string | { readonly dataset: string } | RunSpec["data"];
  /** Share of the bytes, relative to the others'. */
  readonly weight?: number;
}

/** See the module. */
export interface CurateConfig {
  readonly stages: readonly StageConfig[];
  readonly sources?: readonly SourceConfig[];
}

const definitions = await allStages();
const byName = new Map(definitions.map((one) => [one.name, one]));

/** An object that names one stage. */
const settings = z.strictObject(
  Object.fromEntries(
    definitions.map(({ name, about, config }) => [name, config.optional().describe(about)]),
  ),
).refine((one) => Object.keys(one).length === 1, "names several stages, or none: one was expected");

/** A stage by name has its settings' defaults. */
function withSettings(stage: string | Record<string, unknown>): StageConfig {
  if (typeof stage !== "string") return stage as StageConfig;
  return { [stage]: byName.get(stage)!.config.parse({}) as Record<string, unknown> };
}

/** Names of stages that do without settings; of the others one is required. */
const bare = definitions.filter(({ config }) => config.safeParse({}).success)
  .map(({ name }) => name);

const config = z.strictObject({
  stages: z.array(z.union([z.enum(bare), settings])).min(1)
    .transform((stages) => stages.map(withSettings)).describe(
      "what is done with documents, in order: names of stages, or `NAME: { settings }`",
    ),
  sources: z.array(z.strictObject({
    name: z.string().min(1).optional().describe(
      "as it stands in where documents come from; default: the dataset's name",
    ),
    data: z.union([z.string().min(1), z.looseObject({ dataset: z.string().min(1) })]).optional()
      .describe("a dataset, by name or with settings; left out: the run's own"),
    weight: z.number().positive().optional().describe(
      "share of the bytes in the end, relative to the others'; given for all or for none",
    ),
  })).min(1).optional().describe(
    "whose training splits are curated, one after the other; left out: the run's own data's",
  ),
}).superRefine(({ sources = [] }, context) => {
  const wrong = (message: string) =>
    context.addIssue({ code: "custom", message, path: ["sources"] });
  const weighted = sources.filter(({ weight }) => weight !== undefined).length;
  if (weighted > 0 && weighted < sources.length) {
    wrong("gives a `weight` to some and not to others: give it to all or to none");
  }
});

/** The name of a source, where its own data are called so. */
export function sourceName({ name, data }: SourceConfig, own: string): string {
  if (name !== undefined) return name;
  if (data === undefined) return own;
  return typeof data === "string" ? data : data.dataset;
}

/** Stages as the pipeline takes them. */
export function askedStages({ stages }: CurateConfig): AskedStage[] {
  return stages.map((stage) => {
    const [[name, config]] = Object.entries(stage);
    return { name, config };
  });
}

/** Sources with all that fixes their data, and where they have weights a stage that mixes them. */
async function settle(config: CurateConfig, { data }: EntryContext): Promise<CurateConfig> {
  const { sources, stages } = config;
  if (sources === undefined) return config;
  const settled = await Promise.all(sources.map(async (source) => {
    const { data: given } = source;
    if (given === undefined || (typeof given !== "string" && "version" in given)) return source;
    return { ...source, data: await data(given) };
  }));
  const own = "own";
  const names = settled.map((source) => sourceName(source, own));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new DataError(
      `\`sources\`: two are called ${
        twice === own ? "by the run's own data" : twice
      }; give one a ` +
        "`name`",
    );
  }
  if (settled.every(({ weight }) => weight === undefined)) return { ...config, sources: settled };
  if (stages.some((stage) => Object.hasOwn(stage, "mix"))) {
    throw new DataError(
      "`sources` have weights, and `mix` is among the stages: drop the weights, or `mix`",
    );
  }
  const unnamed = settled.find(({ name, data }) => name === undefined && data === undefined);
  if (unnamed !== undefined) {
    throw new DataError("`sources`: the run's own data have a weight and no `name`: give one");
  }
  const weights = Object.fromEntries(settled.map(({ weight }, i) => [names[i], weight!]));
  const mixing = byName.get("mix")!.config.parse({ weights }) as Record<string, unknown>;
  return { stages: [...stages, { mix: mixing }], sources: settled };
}

/** A digest of the files that settings of stages name; undefined where they name none. */
async function content(
  config: CurateConfig,
  context: ContentContext,
): Promise<string | undefined> {
  const digests = await Promise.all(
    askedStages(config).map(({ name, config }) => byName.get(name)?.content?.(config, context)),
  );
  return digests.some((digest) => digest !== undefined)
    ? sha256Hex(JSON.stringify(digests.map((digest) => digest ?? null)))
    : undefined;
}

/** What suites and `list` read. */
export const entry: Entry<CurateConfig> = {
  name: "curate",
  version: 1,
  about: "documents for others: those of the data that stages keep, as they rewrite them",
  papers: ["arXiv:2406.17557", "arXiv:2112.11446"],
  config: config as unknown as z.ZodType<CurateConfig>,
  takes: ["text"],
  // Nothing is drawn by the run's seed: one run will do for the models of all seeds.
  seeded: () => false,
  content,
  settle,
  parts: { stages: definitions },
};
