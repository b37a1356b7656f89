/**
 * What metric.ts asks of a metric, checked: names of its own, and the values that it declares. A value
 * under a name that was not declared is in no baseline; one that is missing would vanish unseen.
 * @module
 */
import { ContractError, definitionFaults } from "../families/mod.ts";
import { takesFaults } from "../kinds/mod.ts";
import type { Metric } from "./metric.ts";
import type { MetricValue } from "../record/mod.ts";
import { standingFaults } from "./standing_faults.ts";

const directions = ["lower", "higher", "none"];
const kinds = ["deterministic", "quality", "speed"];
const listed = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");

/** Names that stand more than once. */
export function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
}

/** What of a metric's declaration isn't as metric.ts has it, a sentence each. */
export function metricFaults(metric: Metric): string[] {
  const wrong = [...definitionFaults(metric), ...takesFaults(metric.takes)];
  if (wrong.length > 0) return wrong;
  const defaults = metric.config.safeParse({});
  if (!defaults.success) return ["its config refuses {}: give every field a default"];
  const declared = metric.declares(defaults.data);
  if (!Array.isArray(declared)) return ["its `declares` gives no list"];
  const faults: string[] = [];
  if (!["quality", "speed"].includes(metric.phase)) {
    faults.push(`its phase is ${JSON.stringify(metric.phase)}; "quality" or "speed" was expected`);
  }
  for (const value of declared) {
    const what = `its value ${JSON.stringify(value.name)}`;
    if (typeof value.name !== "string" || value.name === "") faults.push(`${what} has no name`);
    if (value.metric !== metric.name) {
      faults.push(`${what} says it is of ${JSON.stringify(value.metric)}, not of "${metric.name}"`);
    }
    if (typeof value.unit !== "string") faults.push(`${what} has no unit; "" says so`);
    if (!directions.includes(value.direction)) {
      faults.push(`${what} has no direction: ${directions.join(", ")}`);
    }
    if (!kinds.includes(value.kind)) faults.push(`${what} has no kind: ${kinds.join(", ")}`);
  }
  const twice = repeated(declared.map(({ name }) => name));
  if (twice.length > 0) faults.push(`it declares ${listed(twice)} twice`);
  if (metric.standing !== undefined) faults.push(...standingFaults(metric.standing));
  return faults;
}

/**
 * Refuses values other than those that were declared.
 * @throws ContractError naming what is there too often, missing, or not declared
 */
export function requireDeclared(
  metric: Pick<Metric, "name" | "declares">,
  config: unknown,
  values: readonly MetricValue[],
): void {
  const declared = metric.declares(config).map(({ name }) => name);
  const given = values.map(({ name }) => name);
  const faults = [
    ["gives twice", repeated(given)],
    ["declares and doesn't give", declared.filter((name) => !given.includes(name))],
    ["gives and doesn't declare", given.filter((name) => !declared.includes(name))],
  ] as const;
  const told = faults.filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what} ${listed([...new Set(names)])}`);
  for (const { name, value, reason } of values) {
    if (typeof value === "number" || (value === null && reason !== undefined)) continue;
    told.push(`gives ${JSON.stringify(value)} for \`${name}\`: a number, or null with a reason`);
  }
  if (told.length > 0) throw new ContractError(`metric ${metric.name} ${told.join("; ")}`);
}
