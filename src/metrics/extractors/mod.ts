/**
 * Extractors by name.
 * @module
 */
import type { Engine } from "../../engine/engine.ts";
import { MetricUnavailable } from "../metric.ts";
import type { Extractor } from "../metric.ts";
import { extractorName, extractorNames } from "../names.ts";

/**
 * Opens an extractor by its suite name ("judge") or its versioned one ("judge-heads-v1").
 * @throws MetricUnavailable for a name that isn't known or weights that aren't there.
 */
export async function openExtractor(name: string, engine: Engine): Promise<Extractor> {
  switch (extractorName(name)) {
    case extractorNames.judge:
      return await (await import("./judge.ts")).openJudge(engine);
    case extractorNames.lite0:
      return await (await import("./lite0.ts")).openLite0(engine);
    default:
      throw new MetricUnavailable(
        "not-measured",
        `no extractor "${name}"; there are ${Object.keys(extractorNames).join(", ")}`,
      );
  }
}
