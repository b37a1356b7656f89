/**
 * Where paths start. A path that the user gives starts at the user's folder. The defaults
 * (`.likeness`, `baselines`) start where the program was started, which `deno task` makes the
 * project's folder. A path in a suite starts at the suite's file.
 * @module
 */
import { fromFileUrl, isAbsolute, join, relative, resolve } from "@std/path";

/** Where this code lies; null where it is not on a disk. */
export const projectRoot: string | null = import.meta.url.startsWith("file:")
  ? fromFileUrl(new URL("../..", import.meta.url)).replace(/[/\\]$/, "")
  : null;

let home = Deno.cwd();

/** A file or folder of the place where the program was started, as the user would name it. */
export function fromHome(name: string): string {
  return shown(join(home, name));
}

/** A path as the user would name it: relative where it lies below, else in full. */
export function shown(path: string): string {
  const from = relative(Deno.cwd(), resolve(path));
  return from === "" ? "." : /^\.\.([/\\]|$)/.test(from) || isAbsolute(from) ? resolve(path) : from;
}

/** How our tasks tell where the user stands: `--standing="$INIT_CWD"`, before the command's name. */
const option = "--standing=";

/** What `standingOf` looks at. */
export interface Started {
  readonly cwd: string;
  readonly root: string | null;
  readonly env: (name: string) => string | undefined;
  readonly isFolder: (path: string) => boolean;
}

/**
 * The words without what our tasks put before them, and the folder in which the user stands; null:
 * the working folder.
 *
 * `deno task` sets INIT_CWD only where it isn't set, and npm sets it for its scripts, of another
 * project perhaps. So it counts only for a task of this project, and a folder outside the project
 * not within an npm script.
 */
export function standingOf(
  words: readonly string[],
  { cwd, root, env, isFolder }: Started,
): { readonly words: readonly string[]; readonly folder: string | null } {
  if (!words[0]?.startsWith(option)) return { words, folder: null };
  const rest = words.slice(1), folder = words[0].slice(option.length);
  if (root === null || resolve(cwd) !== resolve(root) || !isAbsolute(folder)) {
    return { words: rest, folder: null };
  }
  const outside = /^\.\.([/\\]|$)/.test(relative(root, folder));
  const script = !["exec", undefined].includes(env("npm_command"));
  return { words: rest, folder: (outside && script) || !isFolder(folder) ? null : folder };
}

/** Goes to where the user stands. @returns the words that are left */
export function stand(words: readonly string[]): readonly string[] {
  const { words: rest, folder } = standingOf(words, {
    cwd: Deno.cwd(),
    root: projectRoot,
    env: (name) => Deno.env.get(name),
    isFolder(path) {
      try {
        return Deno.statSync(path).isDirectory;
      } catch {
        return false;
      }
    },
  });
  home = Deno.cwd();
  if (folder !== null) Deno.chdir(folder);
  return rest;
}
