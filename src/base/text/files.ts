/**
 * Reads files that a user named, with helpful errors.
 * @module
 */
import { basename, dirname } from "@std/path";
import { UsageError } from "../errors.ts";
import { nearest } from "./nearest.ts";

/**
 * The text of a file.
 * @throws UsageError where it isn't there (with the nearest name in its folder), is a folder, or
 * can't be read.
 */
export async function readText(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UsageError(`${what} ${path} isn't there${await hint(path)}`);
    }
    if (error instanceof Deno.errors.IsADirectory || (await isFolder(path))) {
      throw new UsageError(`${what} ${path} is a folder; it must be a file`);
    }
    throw new UsageError(`${what} ${path} can't be read: ${(error as Error).message}`);
  }
}

/** The text of a file, null where there is none. Other faults are thrown as they are. */
export async function readTextIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then((s) => s.isDirectory, () => false);
}

async function hint(path: string): Promise<string> {
  const folder = dirname(path);
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) if (entry.isFile) names.push(entry.name);
  } catch {
    return `, nor is the folder ${folder}`;
  }
  const kin = names.filter((n) => /\.ya?ml$/.test(n) === /\.ya?ml$/.test(path));
  const stem = (n: string) => n.replace(/\.[^.]*$/, "");
  const near = nearest(basename(path), kin) ??
    kin.find((n) => stem(n) === nearest(stem(basename(path)), kin.map(stem)));
  if (near !== undefined) return `; did you mean ${path.slice(0, -basename(path).length)}${near}?`;
  const shown = kin.sort().slice(0, 8);
  return shown.length === 0 ? "" : `; ${folder} has ${shown.join(", ")}`;
}
