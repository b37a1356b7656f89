/**
 * Canonical JSON: values with the same content have the same text, whatever the order of their
 * keys. Different values have different texts.
 * @module
 */

/**
 * JSON with sorted keys and no spaces; keys whose value is undefined are left out; −0 is 0.
 * @throws TypeError for what JSON can't hold: NaN, infinities, functions, dates, cycles, …
 */
export function canonicalJson(value: unknown): string {
  return write(value, "");
}

function write(value: unknown, path: string): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((item, i) => write(item, `${path}[${i}]`)).join(",")}]`;
  }
  if (typeof value === "object") {
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      const entries = Object.entries(value).filter(([, v]) => v !== undefined);
      entries.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
      return `{${
        entries.map(([k, v]) => `${JSON.stringify(k)}:${write(v, `${path}.${k}`)}`).join(",")
      }}`;
    }
  }
  const what = typeof value === "object" ? value?.constructor?.name ?? "object" : typeof value;
  throw new TypeError(`${path || "the value"} is no JSON: ${what} ${String(value)}`);
}
