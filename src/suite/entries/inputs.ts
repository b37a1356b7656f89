/**
 * The files that a suite's runs rest on, by digest: the user's modules, and what configs point at.
 * @module
 */
import { contentOf, type Pointing, type Source, sourceOf } from "../../content/mod.ts";
import { DataError } from "../../base/mod.ts";
import { canonicalJson } from "../../base/text/mod.ts";
import type { DatasetDefinition } from "../../data/mod.ts";
import { datasets, nounOf, originOf, type Registered, runnable } from "../../registry.ts";
import type { Suite, SuiteData, SuiteMetric } from "../schema/schema.ts";

/** Where digests of files are kept, and what is called with files that can't be had. */
export interface InputOptions {
  /** `<out>/cache`; null reads all files. */
  readonly cache: string | null;
  readonly onProblem: (of: SuiteData | "runs", message: string) => void;
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
  async function contentIn<C>(place: SuiteData | "runs", of: Pointing<C>, config: C) {
    try {
      const content = await contentOf(of, config, at);
      return content === undefined ? {} : { content };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      onProblem(place, error.message);
      return {};
    }
  }
  const codeOf = (noun: keyof Registered, name: string) => {
    const url = originOf(noun, name);
    const code = sources.find((source) => source.url === url)?.digest;
    return code === undefined ? {} : { code };
  };
  const read = new Map<string, Promise<SuiteData>>();
  /** Data with their digests; those of several entries are read once. */
  function dataIn(data: SuiteData): Promise<SuiteData> {
    const key = canonicalJson(data), known = read.get(key);
    if (known !== undefined) return known;
    const made = (async () => {
      const { dataset, config } = data;
      const definition = await datasets[dataset]();
      const stray = strayKind(data, definition, sources);
      if (stray !== null) onProblem(data, stray);
      const content = await contentIn(data, definition, config);
      return { ...data, ...codeOf("datasets", dataset), ...content };
    })();
    read.set(key, made);
    return made;
  }
  const metricsIn = (metrics: readonly SuiteMetric[]) =>
    metrics.map((metric) => ({ ...metric, ...codeOf("metrics", metric.metric) }));
  return {
    ...suite,
    data: await dataIn(suite.data),
    runs: await Promise.all(
      suite.runs.map(async (run) => ({
        ...run,
        ...codeOf(nounOf(run.family), run.family),
        ...await contentIn("runs", await runnable()[run.family](), run.config),
        ...(run.data && { data: await dataIn(run.data) }),
        ...(run.metrics && { metrics: metricsIn(run.metrics) }),
      })),
    ),
    metrics: metricsIn(suite.metrics),
    sources,
  };
}

/**
 * A kind of sample whose code no run's id would hold, as a sentence: that of a user's module which the
 * dataset's own doesn't import. null where all is well, or only loading tells.
 */
function strayKind(
  data: SuiteData,
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
    ...runs.flatMap(({ data }) => data ? [originOf("datasets", data.dataset)] : []),
    ...runs.flatMap(({ metrics = [] }) => metrics.map((m) => originOf("metrics", m.metric))),
  ]);
  return await Promise.all(
    [...urls].filter((url) => url !== undefined).map((url) => sourceOf(url)),
  );
}
