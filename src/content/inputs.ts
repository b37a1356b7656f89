/**
 * The files that a run depends on beside the values of its spec: those that its config names. A
 * definition that reads files (a dataset, samples of another program) gives their digest, which is
 * part of the run's id. Changed files make another run.
 * @module
 */
import { resolve } from "@std/path";
import { sha256Hex } from "../base/digest/mod.ts";
import { canonicalJson } from "../base/text/mod.ts";
import { DataError } from "../base/mod.ts";
import { openContents } from "./contents.ts";

/** A file under the name that counts: where it lies on this machine doesn't. */
export interface NamedFile {
  readonly name: string;
  /** As the context's `path` gives it. */
  readonly path: string;
}

/** What a definition is given to tell what its config points at. */
export interface ContentContext {
  /** A path as a suite writes it, relative to the suite's folder, as a path on this machine. */
  path(written: string): string;
  /**
   * One digest of files: of what each holds and of the names given, whatever their order. Files that
   * can't be read count by their names.
   * @param also what else of them counts
   */
  files(files: readonly NamedFile[], also?: unknown): Promise<string>;
}

/** A definition whose config may point at files. */
export interface Pointing<C> {
  /**
   * A digest of all that the config points at; undefined where it points at nothing, or where what
   * it points at isn't there: a run then says so itself.
   */
  content?(config: C, context: ContentContext): Promise<string | undefined>;
}

/** A path as a suite writes it, relative to the suite's folder; default: to the working folder. */
export function placed(base: string | undefined, written: string): string {
  return resolve(base ?? ".", written);
}

/** Names are told with "/" on every system. */
export const portable = (name: string) =>
  Deno.build.os === "windows" ? name.replaceAll("\\", "/") : name;

/** sha256 of a value, in canonical JSON. */
export function digestOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}

/** The digest of what a config points at; undefined where there is nothing to say. */
export async function contentOf<C>(
  definition: Pointing<C>,
  config: C,
  { base, cache }: {
    readonly base: string | undefined;
    /** Folder in which digests of files are kept; null reads all of them. */
    readonly cache: string | null;
  },
): Promise<string | undefined> {
  if (definition.content === undefined) return undefined;
  const contents = openContents(cache);
  try {
    return await definition.content(config, {
      path: (written) => placed(base, written),
      async files(files, also) {
        const digests = await contents.digests(files.map(({ path }) => path));
        const rows = files.map(({ name }, i) => [portable(name), digests[i]] as const);
        rows.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
        return digestOf(also === undefined ? { files: rows } : { files: rows, also });
      },
    });
  } finally {
    contents.close();
  }
}

/** A difference between plan and disk, told with both digests. */
export function changedSince(
  what: string,
  { then, now, hint }: {
    readonly then: string | undefined;
    readonly now: string | undefined;
    readonly hint?: string;
  },
): DataError {
  const short = (digest: string | undefined) => digest?.slice(0, 16) ?? "none";
  return new DataError(
    `${what} has changed since this run was planned: its digest was ${short(then)} and is ` +
      `${short(now)}; old and new files are not mixed: run the suite again to plan it again` +
      (hint === undefined ? "" : ` (${hint})`),
  );
}
