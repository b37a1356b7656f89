/**
 * Scores a subject by the metrics of its spec. What can't be had becomes a value of null with the
 * reason; what goes wrong is told apart from it, since numbers beside it may rest on the same fault.
 * @module
 */
import { join } from "@std/path";
import { placed } from "../../content/mod.ts";
import type { Dataset, Split } from "../../data/mod.ts";
import {
  augmentationOf,
  countedUnit,
  kindOf,
  MIRROR,
  takenBy,
  type Unit,
  unitsOf,
} from "../../kinds/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import { ContractError } from "../../families/mod.ts";
import { described, MetricUnavailable } from "../../base/mod.ts";
import {
  type EvaluationContext,
  type Metric,
  type OtherData,
  requireDeclared,
  watched,
} from "../../metrics/mod.ts";
import type { Subject } from "../../subject/mod.ts";
import { type Extractor, featuresOf } from "../../extractors/mod.ts";
import type { Features } from "../../algebra/mod.ts";
import type { MetricValue, RunSpec } from "../../record/mod.ts";
import { kept, sha256 } from "../../base/digest/mod.ts";
import type { RunKeys } from "../keys.ts";
import type { KnownValues } from "./twin.ts";

/** What an evaluation draws on. */
export interface EvaluationParts {
  readonly subject: Subject;
  readonly dataset: Dataset;
  readonly keys: RunKeys;
  readonly metric: (name: string) => Promise<Metric>;
  /** A loaded extractor; throws `MetricUnavailable` where it can't be had. */
  readonly extractor: (name: string) => Promise<Extractor>;
  /** Folder in which features of splits are kept, for all runs of this engine; null keeps none. */
  readonly cache: string | null;
  /** See `EvaluationContext.mirrored`. */
  readonly mirrored?: boolean;
  /** Loads data beside the run's own. */
  readonly other?: (data: OtherData) => Promise<Dataset>;
  /** The suite's folder, which paths are relative to; default: the working folder. */
  readonly base?: string;
  readonly engine: Pick<Engine, "identity" | "determinism">;
  readonly progress?: (note: string) => void;
}

/** Values in the order of the spec's metrics, and what went wrong. */
export interface Evaluation {
  readonly values: readonly MetricValue[];
  readonly problems: readonly string[];
}

type SplitData = Awaited<ReturnType<EvaluationContext["split"]>>;

const once = <T>(kept: Map<string, Promise<T>>, name: string, make: () => Promise<T>) => {
  let found = kept.get(name);
  if (found === undefined) kept.set(name, found = make());
  return found;
};

/** Data read once by all runs of a worker: splits by dataset digest. Pure, so safe to share. */
const splits = new Map<string, Promise<SplitData>>();

async function readSplit(dataset: Dataset, split: Split, count: number): Promise<SplitData> {
  const size = dataset.size(split);
  if (size < count) {
    throw new MetricUnavailable(
      "not-measured",
      `${count} samples of split ${split} were asked for; ${dataset.name} has ${size}`,
    );
  }
  if (splits.size > 8) splits.delete(splits.keys().next().value!);
  return await once(
    splits,
    `${dataset.digest}:${split}:${count}`,
    () => dataset.read(split, Uint32Array.from({ length: count }, (_, i) => i)),
  );
}

/** Features of a split, from the cache's file where there is one. */
async function splitFeatures(
  parts: EvaluationParts,
  extractor: Extractor,
  of: { split: Split; count: number; mirrored?: boolean },
): Promise<Features> {
  const { dataset, cache } = parts, engine = parts.engine.identity;
  const make = async () => {
    const { samples } = await readSplit(dataset, of.split, of.count);
    const seen = of.mirrored ? augmentationOf(dataset.sample, MIRROR).apply(samples) : samples;
    return await featuresOf(extractor, seen);
  };
  if (cache === null) return await make();
  const purpose = JSON.stringify([
    extractor.name,
    extractor.digest ?? null,
    extractor.dimension,
    dataset.digest,
    of.split,
    of.count,
    engine.name,
    engine.versions,
    engine.device,
    ...(of.mirrored ? ["mirrored"] : []),
  ]);
  const bytes = await kept(join(cache, "features", `${await sha256(purpose)}.sealed`), {
    purpose,
    make: async () => bytesOf((await make()).data),
    say: parts.progress,
  });
  const { count } = of, { dimension } = extractor;
  return {
    count,
    dimension,
    data: new Float64Array(bytes.buffer, bytes.byteOffset, count * dimension),
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** See `EvaluationContext.remembered`. */
async function remembered(
  { dataset, cache, progress }: EvaluationParts,
  of: readonly (string | number)[],
  make: () => number,
): Promise<number> {
  if (cache === null) return make();
  const purpose = JSON.stringify([dataset.digest, ...of]);
  const bytes = await kept(join(cache, "numbers", `${await sha256(purpose)}.sealed`), {
    purpose,
    make: () => bytesOf(Float64Array.of(make())),
    say: progress,
  });
  return new Float64Array(bytes.buffer, bytes.byteOffset, 1)[0];
}

/** The memoising context that metrics compute in. */
export function evaluationContext(parts: EvaluationParts): EvaluationContext {
  const extractors = new Map<string, Promise<Extractor>>();
  const features = new Map<string, Promise<Features>>();
  const extractor = (name: string) =>
    once(extractors, name, async () => watched(await parts.extractor(name)));
  return {
    subject: parts.subject,
    dataset: parts.dataset,
    anyMachine: parts.engine.determinism.scope === "any",
    mirrored: parts.mirrored,
    extractor,
    split: (split, count) => readSplit(parts.dataset, split, count),
    features: (name, of, count) =>
      once(features, `${name}:${of}:${count}`, async () => {
        const loaded = await extractor(name);
        if (of === "samples") return await featuresOf(loaded, await parts.subject.sample(count));
        const mirrored = of === "mirrored train", split = mirrored ? "train" : of;
        return await splitFeatures(parts, loaded, { split, count, mirrored });
      }),
    remembered: (of, make) => remembered(parts, of, make),
    ...(parts.other && { other: parts.other }),
    path: (written) => placed(parts.base, written),
    key: (purpose) => parts.keys.metric(purpose),
    progress: parts.progress,
  };
}

/** What is computed of a metric at one time: all of it, or of one of speed its counts or the rest. */
type Part = Pick<Metric, "declares" | "compute">;

/** What of a metric is computed in a phase; null where nothing is. */
export function partIn(metric: Metric, phase: "quality" | "speed"): Part | null {
  const { counts } = metric;
  if (metric.phase === "quality") return phase === "quality" ? metric : null;
  if (phase === "quality") return counts ?? null;
  if (counts === undefined) return metric;
  return {
    declares(config, unit) {
      const counted = new Set(counts.declares(config).map(({ name }) => name));
      return metric.declares(config, unit).filter(({ name }) => !counted.has(name));
    },
    compute: (context, config) => metric.compute(context, config),
  };
}

/** Nulls in the place of a metric's values. */
export function withoutValues(
  metric: Pick<Metric, "declares">,
  config: unknown,
  { unit, ...why }: { status: "not-defined" | "not-measured"; reason: string; unit?: Unit },
): MetricValue[] {
  return metric.declares(config, unit).map((declared) => ({ ...declared, value: null, ...why }));
}

/** A value that JSON can hold: NaN and infinities become null, and are reported. */
function finite(value: MetricValue, problems: string[]): MetricValue {
  if (value.value === null || Number.isFinite(value.value)) return value;
  const reason = `the computation came out as ${value.value}`;
  problems.push(`${value.name}: ${reason}`);
  return { ...value, value: null, status: "not-measured", reason };
}

/** Refuses a metric on samples of a kind that it doesn't take. @throws MetricUnavailable */
function requireTaken(metric: Metric, { name, sample }: Dataset): void {
  const takes = takenBy(metric);
  if (takes.includes(sample.kind)) return;
  throw new MetricUnavailable(
    "not-defined",
    `${metric.name} takes ${unitsOf(takes)}; ${name} holds ${kindOf(sample).unit.many}`,
  );
}

/** How metrics are computed. */
export interface ComputeOptions {
  readonly phase: "quality" | "speed";
  readonly metric: (name: string) => Promise<Metric>;
  readonly stopped?: () => boolean;
  readonly progress?: (note: string) => void;
  /** Values that need not be computed. */
  readonly known?: KnownValues;
}

/**
 * Computes the metrics of one phase in a context, one after the other. Only a stop ends it early.
 * @throws ContractError where a model or a metric gives something else than it promises
 */
export async function computeMetrics(
  context: EvaluationContext,
  metrics: RunSpec["metrics"],
  options: ComputeOptions,
): Promise<Evaluation> {
  const values: MetricValue[] = [];
  const problems: string[] = [];
  const unit = countedUnit(context.dataset.sample);
  for (const asked of metrics) {
    const metric = await options.metric(asked.metric);
    const part = partIn(metric, options.phase);
    // What has nothing to time has nothing to count; its record says so.
    if (part === null || (part !== metric && context.subject.timed === undefined)) continue;
    if (options.stopped?.()) break;
    if (metric.version !== asked.version) {
      problems.push(
        `metric ${asked.metric}: planned at version ${asked.version}, this is ${metric.version}`,
      );
    }
    const known = part === metric ? options.known?.(asked, metric) : null;
    if (known) {
      values.push(...known);
      continue;
    }
    options.progress?.(asked.metric);
    try {
      requireTaken(metric, context.dataset);
      const computed = await part.compute(context, asked.config);
      requireDeclared({ name: asked.metric, declares: part.declares }, asked.config, computed);
      values.push(...computed.map((value) => finite(value, problems)));
    } catch (error) {
      if (error instanceof ContractError) throw error;
      if (error instanceof MetricUnavailable) {
        const { status, message: reason } = error;
        values.push(...withoutValues(part, asked.config, { status, reason, unit }));
        continue;
      }
      const reason = described(error);
      problems.push(`metric ${asked.metric}: ${reason}`);
      values.push(...withoutValues(part, asked.config, { status: "not-measured", reason, unit }));
    }
  }
  return { values, problems };
}

/** Computes the metrics of one phase for a run or a control row. */
export async function evaluate(
  parts: EvaluationParts,
  metrics: RunSpec["metrics"],
  { context = evaluationContext(parts), ...options }: {
    phase: "quality" | "speed";
    stopped?: () => boolean;
    known?: KnownValues;
    /** Default: a fresh one. Pass it to use what it remembers afterwards. */
    context?: EvaluationContext;
  },
): Promise<Evaluation> {
  const { metric, progress } = parts;
  return await computeMetrics(context, metrics, { ...options, metric, progress });
}
