/**
 * The pictures below a folder, in the order in which a sort of their whole paths by code unit would
 * put them, without the paths of more than one folder in memory at a time.
 * @module
 */
import { join } from "@std/path";

/** What was met that is no picture file, counted. */
export interface Others {
  /** Files by their ending, lower case: ".txt" → 12; "" for files without one. */
  readonly endings: Map<string, number>;
  /** Linked folders, which are not followed: a link may lead back up. */
  links: number;
}

/** Nothing met yet. */
export function noOthers(): Others {
  return { endings: new Map(), links: 0 };
}

const slashed = (name: string) => `${name}/`;

/**
 * Names of files that `isPicture` takes, relative to `root`, with "/" between folders.
 * @param others counts what is passed over
 */
export async function* walkPictures(
  root: string,
  { isPicture, others = noOthers() }: { isPicture: (name: string) => boolean; others?: Others },
): AsyncGenerator<string> {
  yield* walk(root, "");

  async function* walk(folder: string, prefix: string): AsyncGenerator<string> {
    const entries: string[] = []; // folders end in "/", which sorts them as their contents' paths do
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(folder)) {
      if (isDirectory) entries.push(slashed(name));
      else if (isPicture(name)) entries.push(name);
      else if (isSymlink && await isFolder(join(folder, name))) others.links++;
      else {
        const ending = /.\.\w+$/.exec(name)?.[0].slice(1).toLowerCase() ?? "";
        others.endings.set(ending, (others.endings.get(ending) ?? 0) + 1);
      }
    }
    entries.sort();
    for (const entry of entries) {
      if (entry.endsWith("/")) yield* walk(join(folder, entry), prefix + entry);
      else yield prefix + entry;
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then((s) => s.isDirectory, () => false);
}
