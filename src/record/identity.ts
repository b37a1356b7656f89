/**
 * The hashes that name runs. Two specs with the same content have the same hash, whatever the order
 * of their keys; any other value gives another.
 * @module
 */
import { canonicalJson } from "../base/text/mod.ts";
import { sha256Hex } from "../base/digest/mod.ts";
import type { RunSpec } from "./record.ts";

/** A run's id: the first 16 hex digits of the sha256 of its spec in canonical JSON. */
export function runId(spec: RunSpec): string {
  return sha256Hex(canonicalJson(spec)).slice(0, 16);
}

/**
 * What runs share that differ in the seed alone: the same hash of the spec without its seed. What they
 * need differs in the seed too, so that it counts by its group.
 */
export function groupId(spec: RunSpec): string {
  const { seed: _, needs, ...rest } = spec;
  const groups = Object.entries(needs ?? {}).map(([role, { group }]) => [role, group]);
  const shared = needs === undefined ? rest : { ...rest, needs: Object.fromEntries(groups) };
  return sha256Hex(canonicalJson(shared)).slice(0, 16);
}
