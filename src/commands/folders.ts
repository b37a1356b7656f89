/**
 * The folders of a command: those that the user names, or the defaults in the folder where the
 * program was started.
 * @module
 */
import { join } from "@std/path";
import { fromHome } from "../base/mod.ts";
import { defaultOut } from "../record/mod.ts";
import type { Arguments } from "../cli/mod.ts";

/** Folder of records, caches and reports. */
export function outOf(args: Arguments): string {
  return args.one("out") ?? fromHome(defaultOut);
}

/** Folder of caches, for all that reads files. */
export function cacheOf(args: Arguments): string {
  return join(outOf(args), "cache");
}

/** Folder of baselines. */
export function baselinesOf(args: Arguments): string {
  return args.one("baselines") ?? fromHome("baselines");
}
