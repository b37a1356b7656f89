/**
 * The key `data` of a suite or of an entry: a dataset with its config, and what is known of it.
 * @module
 */
import { type DatasetOutline, outlineOf } from "../../data/mod.ts";
import { datasets } from "../../registry.ts";
import { checkKeys, parse, type Place } from "../check.ts";
import type { SuiteData } from "../schema/schema.ts";
import { lookUp } from "./look_up.ts";
import type { MetricEntry } from "./metric_entries.ts";

/** The dataset that stands at `top.path`; undefined where it has mistakes, which are told. */
export async function readData(given: unknown, top: Place): Promise<SuiteData | undefined> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  const { dataset, ...config } = given as Record<string, unknown>;
  if (typeof dataset !== "string") return undefined;
  const at = [...top.path, "dataset"];
  const found = await lookUp(datasets, dataset, {
    ...top,
    path: at,
    what: "dataset",
    part: "value",
  });
  if (found === undefined) return undefined;
  const place = { ...top, name: dataset, more: `deno task list ${dataset}` };
  checkKeys(found.config, config, place);
  const resolved = parse(found.config, config, place);
  return resolved === undefined
    ? undefined
    : { dataset, version: found.version, config: resolved as Record<string, unknown> };
}

/**
 * What is known of the data: by their outline, or, where a number is left to be fitted to them, by
 * loading them; null where neither tells.
 */
export async function outlined(
  data: SuiteData,
  metrics: readonly MetricEntry[],
  { cache, base }: { readonly cache: string | undefined; readonly base: string },
): Promise<DatasetOutline | null> {
  const definition = await datasets[data.dataset]();
  const outline = definition.outline?.(data.config) ?? null;
  const left = metrics.some(({ metric, config, given }) =>
    (metric.requires?.(config) ?? []).some(({ kind, key }) =>
      kind !== "extractor" && kind !== "factor" && !(key in given)
    )
  );
  if (!left || cache === undefined || outline?.sizes !== undefined) return outline;
  const jobs = navigator.hardwareConcurrency;
  return outlineOf(await definition.load(data.config, { cache, base, jobs }));
}
