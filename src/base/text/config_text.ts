/**
 * Values of configs as text for people. They are never rounded: a rounded setting is another
 * setting.
 * @module
 */

/** A value within others, as JSON has it, but that −0 keeps its sign. */
export function configJson(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return `[${value.map(configJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${configJson(v)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "none";
}

/** A value: text bare, all else as `configJson`. */
export function configText(value: unknown): string {
  return typeof value === "string" ? value : configJson(value);
}

/** One line of "key value" pairs, empty where there are none. */
export function configLine(config: object): string {
  return Object.entries(config).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${configText(value)}`).join(", ");
}

/** A budget: "1200 steps", "90.5 s". */
export function budgetText(budget: { readonly steps: number } | { readonly seconds: number }) {
  if ("seconds" in budget) return `${configText(budget.seconds)} s`;
  return `${configText(budget.steps)} step${budget.steps === 1 ? "" : "s"}`;
}
