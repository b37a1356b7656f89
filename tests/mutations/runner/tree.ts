/**
 * The tree, and copies of it that may be broken.
 * @module
 */
import { dirname, fromFileUrl, join, relative } from "@std/path";

/** The root of the repository. */
export const root: string = fromFileUrl(new URL("../../../", import.meta.url));

const left = new Set(["node_modules", ".git", ".likeness", "coverage", "reports", ".vendor"]);

/** The files of a folder and of those in it, but for what is installed or made. */
export async function* walk(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    if (left.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* walk(path);
    else if (entry.isFile) yield path;
  }
}

/** A copy of the tree that may be broken; node_modules is shared. */
export async function copyTree(): Promise<string> {
  const to = await Deno.makeTempDir({ prefix: "mutants-" });
  for await (const path of walk(root)) {
    const target = join(to, relative(root, path));
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(path, target);
  }
  await Deno.symlink(join(root, "node_modules"), join(to, "node_modules"));
  return to;
}
