/**
 * Configs of metrics and entries that name files or other data: what these hold is put into them, so
 * that ids of runs hold it.
 * @module
 */
import { dirname } from "@std/path";
import { contentOf, placed, sourceOf } from "../../content/mod.ts";
import { DataError } from "../../base/mod.ts";
import { didYouMean } from "../../base/text/mod.ts";
import type { OtherData, SettleContext } from "../../metrics/mod.ts";
import { datasets, originOf } from "../../registry.ts";
import { checkKeys, parse, type Place } from "../check.ts";
import type { Expanded } from "./expand_config.ts";

/** Data beside a suite's own, with their digests. @throws DataError where there is none of the name */
async function dataOf(
  given: string | { readonly dataset: string },
  place: Place,
): Promise<OtherData> {
  const { dataset, ...settings } = typeof given === "string" ? { dataset: given } : given;
  if (!Object.hasOwn(datasets, dataset)) {
    throw new DataError(
      `no dataset is called ${dataset}${didYouMean(dataset, Object.keys(datasets))}`,
    );
  }
  const definition = await datasets[dataset]();
  const at = { ...place, name: `${place.name}: ${dataset}`, more: `deno task list ${dataset}` };
  checkKeys(definition.config, settings, at);
  const config = parse(definition.config, settings, at) as Record<string, unknown> | undefined;
  const own = { dataset, version: definition.version, config: config ?? {} };
  if (config === undefined) return own; // told
  const base = dirname(place.source.file);
  const content = await contentOf(definition, config, { base, cache: null });
  const url = originOf("datasets", dataset);
  return {
    ...own,
    ...(url !== undefined && { code: (await sourceOf(url)).digest }),
    ...(content !== undefined && { content }),
  };
}

/** What settles its configs: a metric, or an entry of `runs`. */
interface Settling {
  settle?(config: unknown, context: SettleContext): Promise<unknown>;
}

/** Configs of a metric or an entry, settled; what can't be is a problem at its place. */
export async function settled(
  definition: Settling,
  expanded: readonly Expanded[],
  place: Place,
): Promise<Expanded[]> {
  if (definition.settle === undefined) return [...expanded];
  const done: Expanded[] = [];
  for (const one of expanded) {
    try {
      const config = await definition.settle(one.config, {
        path: (written) => placed(dirname(place.source.file), written),
        data: (given) => dataOf(given, place),
      });
      done.push({ ...one, config: config as Record<string, unknown> });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      for (const message of error.message.split("\n")) {
        place.problems.push({
          ...place.source.locate(place.path),
          message: `\`${place.name}\`: ${message}`,
        });
      }
    }
  }
  return done;
}
