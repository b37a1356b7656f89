/**
 * Files that know a metric by its name: none but the metric's own file and its row should.
 * @module
 */
import { join } from "@std/path";
import { metrics } from "../../../registry.ts";
import { root } from "../process.ts";
import { sourceFiles } from "./graph.ts";
import { tokensOf } from "./tokens.ts";

/** A file and what it names. */
export interface NamingFile {
  /** Relative to the folder. */
  readonly file: string;
  readonly names: readonly string[];
}

/**
 * Files under `folder`, outside `metrics/` and the registry, with a string that is a metric's name and
 * no plain word.
 * @param folder default: `src`
 */
export async function filesNamingMetrics(
  folder: string = join(root, "src"),
): Promise<NamingFile[]> {
  const told = Object.keys(metrics).filter((name) => name.includes("_") || name === "frechet");
  const found: NamingFile[] = [];
  for (const file of await sourceFiles(folder, ".")) {
    const path = file.slice(2);
    if (path.startsWith("metrics/") || path === "registry.ts") continue;
    const tokens = tokensOf(await Deno.readTextFile(join(folder, file)));
    const strings = new Set(tokens.filter(({ kind }) => kind === "string").map((t) => t.text));
    const names = told.filter((name) => strings.has(name));
    if (names.length > 0) found.push({ file: path, names });
  }
  return found;
}
