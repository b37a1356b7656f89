/**
 * The files below a folder, in the order in which a sort of their whole paths by code unit would
 * put them, without the paths of more than one folder in memory at a time. The one walker of
 * datasets, of `evaluate` and of samples from elsewhere.
 * @module
 */
import { join } from "@std/path";
import { DataError } from "../../base/mod.ts";
import { isPicture, LeftOut } from "./left_out.ts";

/** What a name that isn't UTF-8 has where its bytes were. */
const REPLACED = "\ufffd";
const ARCHIVE = "__MACOSX";

/** A folder that is being walked, with those above it. */
interface Place {
  readonly path: string;
  /** Before the names in it: "" or "a/b/". */
  readonly prefix: string;
  /** What the file system calls it and those above: a link to one of them would never end. */
  readonly above: readonly string[];
}

/** The file system's own name of a folder, whatever path leads to it; null where it is none. */
async function folderAt(path: string): Promise<string | null> {
  const { isDirectory, dev, ino } = await Deno.stat(path);
  if (!isDirectory) return null;
  return ino === null ? await Deno.realPath(path) : `${dev}:${ino}`;
}

/** Names of picture files: see `walkFiles`. */
export function walkPictures(root: string, leftOut?: LeftOut): AsyncGenerator<string> {
  return walkFiles(root, { wanted: isPicture, leftOut });
}

/**
 * Names of files, relative to `root`, with "/" between folders. Links are followed, to files and to
 * folders, but for those that lead back to a folder above.
 * @param options which names are wanted; `leftOut` is told of everything else
 */
export async function* walkFiles(
  root: string,
  { wanted, leftOut = new LeftOut() }: {
    readonly wanted: (name: string) => boolean;
    readonly leftOut?: LeftOut;
  },
): AsyncGenerator<string> {
  yield* walk({ path: root, prefix: "", above: [await folderAt(root) ?? root] });

  async function* walk({ path, prefix, above }: Place): AsyncGenerator<string> {
    const entries = await kept({ path, prefix, above });
    for (const [name, folder] of entries) {
      if (folder === null) yield prefix + name;
      else {yield* walk({
          path: join(path, name),
          prefix: prefix + name,
          above: [...above, folder],
        });}
    }
  }

  /** What is read of a folder, sorted; names of folders end in "/", as their contents' paths do. */
  async function kept(place: Place): Promise<[name: string, folder: string | null][]> {
    const names = new Map<string, string | null>();
    try {
      for await (const entry of Deno.readDir(place.path)) await look(entry, place, names);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (place.prefix === "") {
        throw new DataError(`folder: ${root} can't be opened: ${error.message.split("\n")[0]}`);
      }
      leftOut.add("closed", place.prefix);
      return [];
    }
    return [...names].sort(([a], [b]) => a < b ? -1 : 1);
  }

  async function look(
    { name, isFile, isDirectory, isSymlink }: Deno.DirEntry,
    { path, prefix, above }: Place,
    names: Map<string, string | null>,
  ): Promise<void> {
    const at = join(path, name), shown = prefix + name;
    if (name.includes(REPLACED) && (names.has(name) || names.has(`${name}/`) || !await there(at))) {
      return leftOut.add("name", shown);
    }
    let folder: string | null = null;
    if (isDirectory || isSymlink) {
      try {
        folder = await folderAt(at);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return leftOut.add(isSymlink ? "dangling" : "closed", shown);
      }
    }
    if (folder !== null) {
      if (name === ARCHIVE) return leftOut.add("archive", shown);
      if (name.startsWith(".")) return leftOut.add("hiddenFolder", shown);
      if (above.includes(folder)) return leftOut.add("loop", shown);
      if (isSymlink) leftOut.followed++;
      names.set(`${name}/`, folder);
    } else if (name.startsWith("._")) leftOut.add("appleDouble", shown);
    else if (name.startsWith(".")) leftOut.add("hidden", shown);
    else if (!isFile && !(isSymlink && (await Deno.stat(at)).isFile)) leftOut.add("special", shown);
    else if (!wanted(name)) leftOut.add("ending", shown);
    else names.set(name, null);
  }
}

async function there(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Whether the system said no, or the folder went away: anything else is a fault. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotCapable;
}
