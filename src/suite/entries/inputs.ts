/**
 * The files that a suite's runs rest on, by digest: the user's modules, and what configs point at.
 * @module
 */
import { contentOf, type Pointing, type Source, sourceOf } from "../../content/mod.ts";
import { DataError } from "../../base/mod.ts";
import type { DatasetDefinition } from "../../data/mod.ts";
import { datasets, nounOf, originOf, type Registered, runnable } from "../../registry.ts";
import type { Suite } from "../schema/schema.ts";

/** Where digests of files are kept, and what is called with files that can't be had. */
export interface InputOptions {
  /** `<out>/cache`; null reads all files. */
  readonly cache: string | null;
  readonly onProblem: (key: "data" | "runs", message: string) => void;
}

/**
 * A suite with the digests of all that its runs rest on.
 * @throws UsageError where a module's imports can't be told
 */
export async function withInputs(
  suite: Suite,
  { cache, onProblem }: InputOptions,
): Promise<Suite> {
  const sources = await sourcesOf(suite);
  const at = { base: suite.base, cache };
  async function contentIn<C>(key: "data" | "runs", of: Pointing<C>, config: C) {
    try {
      const content = await contentOf(of, config, at);
      return content === undefined ? {} : { content };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      onProblem(key, error.message);
      return {};
    }
  }
  const { dataset, config } = suite.data;
  const stray = strayKind(suite, await datasets[dataset](), sources);
  if (stray !== null) onProblem("data", stray);
  const codeOf = (noun: keyof Registered, name: string) => {
    const url = originOf(noun, name);
    const code = sources.find((source) => source.url === url)?.digest;
    return code === undefined ? {} : { code };
  };
  return {
    ...suite,
    data: {
      ...suite.data,
      ...codeOf("datasets", dataset),
      ...await contentIn("data", await datasets[dataset](), config),
    },
    runs: await Promise.all(
      suite.runs.map(async (run) => ({
        ...run,
        ...codeOf(nounOf(run.family), run.family),
        ...await contentIn("runs", await runnable()[run.family](), run.config),
      })),
    ),
    metrics: suite.metrics.map((metric) => ({ ...metric, ...codeOf("metrics", metric.metric) })),
    sources,
  };
}

/**
 * A kind of sample whose code no run's id would hold, as a sentence: that of a user's module which the
 * dataset's own doesn't import. null where all is well, or only loading tells.
 */
function strayKind(
  { data }: Suite,
  { name, outline }: DatasetDefinition,
  sources: readonly Source[],
): string | null {
  const kind = outline?.(data.config)?.sample.kind;
  const url = kind === undefined ? undefined : originOf("kinds", kind);
  const own = sources.find((source) => source.url === originOf("datasets", data.dataset));
  if (url === undefined || own === undefined) return null;
  const files = Object.keys(own.files).map((file) => new URL(file, own.url).href);
  if (own.url === url || files.includes(url)) return null;
  return `the kind \`${kind}\` of ${name} is declared in ${url}, which the dataset's module doesn't ` +
    "import: import it there, so that an edit of it makes other runs";
}

/** The modules behind the names that a suite uses. */
async function sourcesOf({ data, runs, metrics }: Suite): Promise<Source[]> {
  const urls = new Set([
    originOf("datasets", data.dataset),
    ...runs.map(({ family }) => originOf(nounOf(family), family)),
    ...metrics.map(({ metric }) => originOf("metrics", metric)),
  ]);
  return await Promise.all(
    [...urls].filter((url) => url !== undefined).map((url) => sourceOf(url)),
  );
}
