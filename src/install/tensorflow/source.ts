/**
 * What a user can give to `--from PATH`.
 * @module
 */
import { basename, dirname, join, resolve } from "@std/path";
import { UsageError } from "../../base/mod.ts";
import { findLibrary, type ManifestFile } from "./place.ts";
import { type Build, builds, libraryName } from "./wheels.ts";
import { failure } from "../events.ts";
import { sha256OfFile } from "../../base/digest/mod.ts";

/** Wheels that lie on this machine, or the installation of another program. */
export type Source =
  | { readonly kind: "wheels"; readonly paths: ReadonlyMap<string, string> }
  | { readonly kind: "folder"; readonly library: string };

/**
 * Reads a path: a wheel, a folder of wheels, a site-packages folder, or the folder of the library.
 * @throws UsageError where it is none of these, or a wheel that isn't pinned
 */
export async function sourceOf(path: string, build: Build): Promise<Source> {
  const stat = await Deno.stat(path).catch(() => null);
  if (stat === null) throw new UsageError(`--from ${path} isn't there`);
  const pinned = new Set(build.wheels.map(({ file }) => file));
  const wants = `TensorFlow for ${build.device} is pinned to ${[...pinned].join(", ")}`;
  if (stat.isFile && path.endsWith(".whl")) {
    const file = basename(path);
    if (pinned.has(file)) return { kind: "wheels", paths: new Map([[file, resolve(path)]]) };
    throw new UsageError(`--from ${path} is not one of the pinned wheels; ${wants}`);
  }
  const library = await findLibrary(path);
  if (library !== undefined) return { kind: "folder", library };
  const wheels = [...Deno.readDirSync(path)].map(({ name }) => name)
    .filter((name) => pinned.has(name));
  if (wheels.length > 0) {
    const paths = new Map(wheels.map((file) => [file, resolve(join(path, file))]));
    return { kind: "wheels", paths };
  }
  throw new UsageError(
    `--from ${path} holds neither ${libraryName}, nor tensorflow/${libraryName}, nor a pinned ` +
      `wheel; ${wants}`,
  );
}

/** The libraries of another program's installation, where they lie. */
export interface Foreign {
  readonly folder: string;
  readonly files: readonly ManifestFile[];
  /** Whether they are the pinned ones, byte for byte. */
  readonly pinned: boolean;
}

/**
 * Looks at another program's installation.
 * @throws EngineError where a library is missing, or it is the build for another device
 */
export async function readForeign(
  { library, build }: { library: string; build: Build },
  onBytes: (bytes: number) => void = () => {},
): Promise<Foreign> {
  const beside = dirname(library);
  const inSite = basename(beside) === "tensorflow";
  const folder = inSite ? dirname(beside) : beside;
  const files: ManifestFile[] = [];
  for (const path of Object.keys(build.libraries)) {
    const own = inSite ? path : basename(path);
    const size = await Deno.stat(join(folder, own)).then((s) => s.size, () => null);
    if (size === null) throw failure(`${join(folder, own)} is missing beside ${library}`);
    files.push({ path: own, bytes: size, sha256: await sha256OfFile(join(folder, own), onBytes) });
  }
  const is = ({ libraries }: Build) =>
    Object.values(libraries).every((sha256, i) => sha256 === files[i].sha256);
  const other = Object.values(builds).find((b) => b.device !== build.device && is(b));
  if (other !== undefined) {
    throw failure(`${folder} is the build for ${other.device}; add --device ${other.device}`);
  }
  return { folder, files, pinned: is(build) };
}

/** Bytes of the libraries that `readForeign` reads; what isn't there counts nothing. */
export async function foreignBytes(library: string, build: Build): Promise<number> {
  let sum = 0;
  for (const path of Object.keys(build.libraries)) {
    sum += await Deno.stat(join(dirname(library), basename(path))).then((s) => s.size, () => 0);
  }
  return sum;
}
