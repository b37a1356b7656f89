/**
 * Metrics between two measured sides.
 * @module
 */
import type { Dataset, Split } from "../data/mod.ts";
import type { ImageSet } from "../kinds/image/mod.ts";
import { type EvaluationContext, type Metric, watched } from "../metrics/mod.ts";
import { declaredDistance } from "../metrics/features/mod.ts";
import { MetricUnavailable } from "../base/mod.ts";
import type { Extractor } from "../extractors/mod.ts";
import type { Features } from "../algebra/mod.ts";
import type { MetricValue } from "../record/mod.ts";
import { hostPermutation } from "../random/host/mod.ts";
import { fromTable, metrics } from "../registry.ts";
import { computeMetrics } from "../run/score/mod.ts";
import { runKeys } from "../run/mod.ts";
import { momentDistance } from "./moments/distance.ts";
import type { Measured } from "./measured.ts";
import { firstRows, inMemory, rowsAt } from "./moments/rows.ts";
import { folderMetrics } from "./metrics/table.ts";

/** The two sides. */
export interface Pair {
  readonly real: Measured;
  readonly fake: Measured;
}

/** What is asked of them. */
export interface ScoreOptions {
  /** Names of `folderMetrics`. */
  readonly metrics: readonly string[];
  /** Settings of metrics by name, over their defaults. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** As it stands in metric names. */
  readonly extractor: string;
  /** The extractor, where one is open. */
  readonly opened: Extractor | null;
  /** Pictures a side that were asked for. */
  readonly samples?: number;
  readonly seed: number;
  readonly progress?: (note: string) => void;
}

/** Values, what went wrong, and what a reader should know. */
export interface Scores {
  readonly values: readonly MetricValue[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** Rows or pictures of each side that a metric is computed from. */
interface Used {
  readonly real: number;
  readonly fake: number;
}

/** Computes the metrics, in the order asked for. */
export async function score(pair: Pair, options: ScoreOptions): Promise<Scores> {
  const values: MetricValue[] = [], problems: string[] = [], notes: string[] = [];
  const context = contextOf(pair, options);
  for (const name of options.metrics) {
    const row = folderMetrics[name];
    if (row.needs === "moments") {
      try {
        values.push(await ofMoments(pair, options));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        problems.push(`metric ${name}: ${error.message}`);
      }
      continue;
    }
    const metric = await fromTable(metrics, row.metric, "metric");
    const used = usedBy(name, pair, options);
    const note = drawnNote(name, { used, pair, seed: options.seed });
    if (note !== null) notes.push(note);
    const config = configOf(metric, { ...options, name, used }) as never;
    const found = await computeMetrics(
      { ...context, reference: used.real },
      [{ metric: name, version: metric.version, config }],
      {
        phase: "quality",
        metric: () => Promise.resolve(metric),
        progress: options.progress,
      },
    );
    values.push(...found.values.map((value) => row.alone ? value : comparedWith(value, used)));
    problems.push(...found.problems);
  }
  return { values, problems, notes };
}

/** All there are of each side, or as many as the metric bears or its settings say. */
function usedBy(
  name: string,
  { real, fake }: Pair,
  { samples, settings }: Pick<ScoreOptions, "samples" | "settings">,
): Used {
  const said = settings[name]?.samples;
  if (typeof said === "number") return { real: said, fake: said };
  const { most = Infinity, mostReal = most, alone } = folderMetrics[name];
  // A file of statistics may have no number of pictures to ask for.
  const of = (side: Measured, other: Measured, most: number) =>
    Math.min(side.count ?? other.count ?? 2, samples ?? most);
  const used = { real: of(real, fake, mostReal), fake: of(fake, real, most) };
  return alone === "equal" ? { ...used, real: Math.min(used.real, used.fake) } : used;
}

/** What is said where a metric sees fewer than there are. */
function drawnNote(
  name: string,
  { used, pair, seed }: { used: Used; pair: Pair; seed: number },
): string | null {
  const parts = ([["real", pair.real], ["fake", pair.fake]] as const).flatMap(
    ([side, measured]) => {
      const { count, label } = measured, left = (count ?? 0) - used[side];
      if (left <= 0) return [];
      const [drawn, all, rest] = [used[side], count!, left].map((n) => n.toLocaleString("en"));
      return [`${drawn} of the ${all} pictures of ${label} (${rest} left out)`];
    },
  );
  if (parts.length === 0) return null;
  const { most, mostReal = most } = folderMetrics[name];
  const why = used.real === mostReal || used.fake === most
    ? "since its work grows with their square; --samples N sets another number"
    : "so that both sides have as many";
  return `${name}: ${parts.join(" and ")}, drawn by seed ${seed}, ${why}`;
}

/** A value under a name that says how many real pictures it rests on, where they are other many. */
function comparedWith(value: MetricValue, { real, fake }: Used): MetricValue {
  return real === fake ? value : { ...value, name: `${value.name}-real${real}` };
}

/** The metric's settings: those of these that it has, then its row's, then the user's. */
function configOf(
  metric: Metric,
  { name, used, extractor, settings }: ScoreOptions & { name: string; used: Used },
): unknown {
  const { shape } = metric.config as { shape?: Readonly<Record<string, unknown>> };
  const common = { features: extractor, samples: used.fake, train: used.real };
  return metric.config.parse({
    ...Object.fromEntries(
      Object.entries(common).filter(([key]) => shape === undefined || key in shape),
    ),
    ...folderMetrics[name].settings,
    ...settings[name],
  });
}

/**
 * `FD-<extractor>@N` over all pictures of each side. N counts the generated ones; where there are
 * more or fewer real ones, `-real` and their number follow.
 */
async function ofMoments(
  { real, fake }: Pair,
  { extractor, progress }: ScoreOptions,
): Promise<MetricValue> {
  const a = await real.moments(progress), b = await fake.moments(progress);
  progress?.("Fréchet distance");
  const declared = declaredDistance({ extractor, samples: fake.count });
  return {
    ...declared,
    name: declared.name + (real.count === fake.count ? "" : `-real${real.count ?? "unknown"}`),
    ...momentDistance(a, b),
  };
}

/** What metrics compute in: the generated side is the subject, the real one every split. */
function contextOf({ real, fake }: Pair, options: ScoreOptions): EvaluationContext {
  const features = new Map<string, Promise<Features>>();
  const keys = runKeys(options.seed);
  const unknown = (side: Measured, what: string) =>
    new MetricUnavailable(
      "not-measured",
      `${side.label} holds ${what}; give the folder of pictures instead`,
    );
  const rowsOf = (side: Measured, count: number): Features => {
    if (side.rows === null) throw unknown(side, "means and covariances only");
    requireThere(side, count);
    const bytes = count * side.dimension * 8;
    const { available } = Deno.systemMemoryInfo();
    if (3 * bytes > available) { // two sides, and what a metric makes of one
      const most = Math.floor(available / 3 / 8 / side.dimension);
      throw new MetricUnavailable(
        "not-measured",
        `${count.toLocaleString("en")} × ${side.dimension} features a side don't fit into the ` +
          `${(available / 1e9).toFixed(1)} GB of memory that are free; --samples ${most} would`,
      );
    }
    if (count === side.count) return inMemory(firstRows(side.rows, count));
    return inMemory(rowsAt(side.rows, drawn(side, count)));
  };
  // One order a side: fewer of them are part of more, as the first N of a split are.
  const orders = new Map<Measured, Uint32Array>();
  const drawn = (side: Measured, count: number): Uint32Array => {
    let order = orders.get(side);
    if (order === undefined) {
      order = hostPermutation(keys.metric(side === fake ? "fake rows" : "real rows"), side.count!);
      orders.set(side, order);
    }
    return order.subarray(0, count);
  };
  const extractor = watched(options.opened ?? unopened(options.extractor, real));
  let seen: { label: string; height: number } | null = null;
  const pixels = async (side: Measured, count: number): Promise<ImageSet> => {
    if (side.pixels === null) throw unknown(side, "no pictures");
    requireThere(side, count);
    const images = await side.pixels(drawn(side, count));
    if (seen !== null && seen.height !== images.height) {
      throw new MetricUnavailable(
        "not-measured",
        `pixels are compared, and ${seen.label} has pictures of ${seen.height} pixels a side, ` +
          `${side.label} of ${images.height}; --size PIXELS resizes all of them to one`,
      );
    }
    seen ??= { label: side.label, height: images.height };
    return images;
  };
  return {
    subject: {
      label: fake.label,
      capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: true },
      sample: (count) => pixels(fake, count),
    },
    dataset: datasetOf(real, (count) => pixels(real, count)),
    extractor: () => Promise.resolve(extractor),
    anyMachine: false,
    remembered: (_, make) => Promise.resolve(make()),
    split: async (_split, count) => ({ samples: await pixels(real, count), labels: {} }),
    features: (_name, of, count) => {
      const key = `${of === "samples" ? "fake" : "real"} ${count}`;
      const known = features.get(key) ?? // thrown later, where the metric waits for it
        Promise.resolve().then(() => rowsOf(of === "samples" ? fake : real, count));
      features.set(key, known);
      return known;
    },
    key: (purpose) => keys.metric(purpose),
    progress: options.progress,
  };
}

/** Refuses more pictures than there are. */
function requireThere({ label, count }: Measured, wanted: number): void {
  if (count === null || wanted <= count) return;
  throw new MetricUnavailable(
    "not-measured",
    `${wanted.toLocaleString("en")} pictures were asked for; ${label} has ` +
      count.toLocaleString("en"),
  );
}

/** The real side as a dataset whose every split is all of it. */
function datasetOf(real: Measured, pixels: (count: number) => Promise<ImageSet>): Dataset {
  return {
    name: real.label,
    version: 1,
    digest: real.digest ?? real.label,
    sample: { kind: "image", height: 0, width: 0, channels: 3 },
    factors: [],
    notes: [],
    size: (split: Split) =>
      split === "train" || split === "test" ? real.count ?? Number.MAX_SAFE_INTEGER : 0,
    read: async (_split, indices) => ({ samples: await pixels(indices.length), labels: {} }),
  };
}

/** Stands for whatever made features that were given as numbers. */
function unopened(name: string, { dimension }: Measured): Extractor {
  return {
    name,
    dimension,
    extract: () =>
      Promise.reject(
        new MetricUnavailable("not-measured", "only features were given, no network"),
      ),
  };
}
