/**
 * Loads the module of a command when it is needed.
 * @module
 */
import type { Main } from "../cli/mod.ts";

/**
 * Imports a command's module when it is needed. The specifier is no literal, since Deno would then
 * load the whole graph behind it before `--help` prints; a test loads every row.
 */
export function module(file: string): () => Promise<{ main: Main }> {
  return () => import(new URL(`./${file}.ts`, import.meta.url).href);
}
