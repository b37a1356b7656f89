/**
 * Entries of `metrics`: each combination of an entry's axes is one metric, whose values have names
 * that no other has.
 * @module
 */
import { type GatePolicy, gatePolicy } from "../schema/gate_policy.ts";
import { canonicalJson, nearest } from "../../base/text/mod.ts";
import { metrics } from "../../registry.ts";
import { checkKeys, parse, type Place } from "../check.ts";
import type { Entry } from "./entries.ts";
import { expandConfig } from "./expand_config.ts";
import { lookUp } from "./look_up.ts";
import { settled } from "./settle.ts";
import type { Asked } from "../requires.ts";
import type { SuiteMetric } from "../schema/schema.ts";

/** A metric of the suite, before what it requires is looked at. */
export interface MetricEntry extends Asked {
  readonly gate?: GatePolicy;
}

/** The configs of an entry. */
export async function expandMetric(entry: Entry, top: Place): Promise<MetricEntry[]> {
  const place = { ...top, path: entry.configPath, name: entry.of };
  const metric = await lookUp(metrics, entry.of, { ...place, what: "metric" });
  if (metric === undefined) return [];
  const { gate, ...given } = entry.config;
  const policy = readGate(gate, { ...place, path: [...entry.configPath, "gate"] });
  const more = `deno task list ${entry.of}`;
  const expanded = expandConfig(metric.config, given, { ...place, more });
  return (await settled(metric, expanded, place)).map((one) => ({
    ...one,
    metric,
    given,
    place,
    ...(policy === undefined ? {} : { gate: policy }),
  }));
}

/** As a suite has it. */
export function suiteMetric({ metric, config, gate, place }: MetricEntry): SuiteMetric {
  return {
    metric: place.name,
    version: metric.version,
    config,
    ...(gate === undefined ? {} : { gate }),
  };
}

/**
 * Two values of one name could not be told apart in a table, a baseline or a gate.
 * @param before entries of other lists on the same data, of which all was told
 */
export function refuseSameNames(
  entries: readonly MetricEntry[],
  before: readonly MetricEntry[] = [],
): void {
  const owners = new Map<string, { entry: MetricEntry; text: string }>();
  for (const entry of before) {
    const text = canonicalJson(entry.config);
    for (const { name } of entry.metric.declares(entry.config)) owners.set(name, { entry, text });
  }
  for (const entry of entries) {
    const { metric, config, place } = entry;
    const text = canonicalJson(config);
    const same: string[] = [];
    for (const { name } of metric.declares(config)) {
      const owner = owners.get(name);
      if (owner === undefined) owners.set(name, { entry, text });
      else if (owner.entry.metric !== metric || owner.text !== text) same.push(name);
    }
    if (same.length === 0) continue;
    place.problems.push({
      ...place.source.locate(place.path),
      message: `\`${place.name}\` gives ${same.map((name) => `\`${name}\``).join(", ")}, as an ` +
        "earlier entry of `metrics` does; one name can't hold two values",
    });
  }
}

function readGate(gate: unknown, place: Place): GatePolicy | undefined {
  if (gate === undefined) return undefined;
  const named = { ...place, name: `${place.name}.gate` };
  checkKeys(gatePolicy, gate, named);
  return parse(gatePolicy, gate, named);
}

/** The leaderboard can only be ranked by a metric that the suite has. */
export function checkPrimary(
  primary: string | undefined,
  own: readonly string[],
  { source, problems }: Place,
): void {
  if (primary === undefined || own.includes(primary)) return;
  const near = nearest(primary, own);
  problems.push({
    ...source.locate(["report", "primary"]),
    message: `\`report.primary\` is no metric of this suite: \`${primary}\`` +
      (near === undefined ? "" : `; did you mean \`${near}\`?`),
    hints: [`its metrics: ${[...new Set(own)].join(", ")}`],
  });
}
