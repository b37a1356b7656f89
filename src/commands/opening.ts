/**
 * How commands load a suite's data before they read the rest of it.
 * @module
 */
import { join } from "@std/path";
import type { LoadOptions } from "../suite/load.ts";

/** Loads datasets with the caches of an output folder. */
export function openIn(out: string): LoadOptions["open"] {
  return (definition, config) =>
    definition.load(config, { cache: join(out, "cache"), jobs: navigator.hardwareConcurrency });
}
