/**
 * Canonical JSON and the hashes that name runs. Two specs with the same content have the same hash,
 * whatever the order of their keys; any other value gives another.
 * @module
 */
import { createHash } from "node:crypto";
import type { RunSpec } from "../record/record.ts";

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

/** The sha256 of a text, in 64 hex digits. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** A run's id: the first 16 hex digits of the sha256 of its spec in canonical JSON. */
export function runId(spec: RunSpec): string {
  return sha256Hex(canonicalJson(spec)).slice(0, 16);
}

/** What runs share that differ in the seed alone: the same hash of the spec without its seed. */
export function groupId(spec: RunSpec): string {
  const { seed: _, ...rest } = spec;
  return sha256Hex(canonicalJson(rest)).slice(0, 16);
}
