/**
 * Where TensorFlow lies: a cache outside the repository, or a library that the user names. Light:
 * `list` and `engine` load it; nothing of TensorFlow is loaded here.
 *
 * A build in the cache is a folder in the layout of site-packages, with a manifest that is written
 * last. It is whole when the manifest is there, is of the pinned wheels, and each file has its size.
 *
 * | variable | meaning |
 * | --- | --- |
 * | `LIKENESS_CACHE` | the cache; else `$XDG_CACHE_HOME/likeness`, else `~/.cache/likeness` |
 * | `LIKENESS_TENSORFLOW` | a libtensorflow_cc.so.2, or a folder with it: wins over the cache |
 * | `LIKENESS_TENSORFLOW_DEVICE` | `cpu` or `cuda`: which build; else cuda if installed, else cpu |
 * @module
 */
import { isAbsolute, join, resolve } from "@std/path";
import { EngineError, UsageError } from "../../base/mod.ts";
import { formatBytes } from "../../base/text/mod.ts";
import { platformObstacle, thisMachine } from "./platform.ts";
import { type Build, builds, type Device, libraryName, sizeOf } from "./wheels.ts";

/** A library that can be opened. */
export interface Place {
  /** Which build it is: of the cache by its folder, of a named library by what lies beside it. */
  readonly device: Device;
  /** Path of libtensorflow_cc.so.2. */
  readonly library: string;
  /** The folder that holds `tensorflow/`, or the library where it lies alone. */
  readonly folder: string;
  /** Whether it is the cache's or somebody named it. */
  readonly source: "named" | "cache";
}

/** What is written into a build's folder when all else is there. */
export interface Manifest {
  readonly format: 1;
  readonly device: Device;
  readonly version: string;
  /** sha256 of the wheels it was taken from; empty where another program installed it. */
  readonly wheels: readonly string[];
  /** Folder of another program's installation, which is used where it lies. */
  readonly folder?: string;
  readonly files: readonly ManifestFile[];
}

/** One file of a build. */
export interface ManifestFile {
  /** From the build's folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Variables of the environment; tests pass their own. */
export interface Environment {
  get(name: string): string | undefined;
}

/** Name of the manifest in a build's folder. */
export const manifestName = "manifest.json";

/**
 * The folder of what this project downloads.
 * @throws EngineError where no variable says where.
 */
export function cacheFolder(env: Environment = Deno.env): string {
  const own = env.get("LIKENESS_CACHE");
  if (own) return resolve(own);
  // A relative path there is to be ignored: XDG Base Directory Specification.
  const xdg = env.get("XDG_CACHE_HOME");
  if (xdg && isAbsolute(xdg)) return join(xdg, "likeness");
  const home = env.get("HOME");
  if (home) return join(home, ".cache", "likeness");
  throw new EngineError("no folder for a cache: HOME is not set; set LIKENESS_CACHE to one");
}

/** The folder of a build in the cache, whether or not it is there. */
export function buildFolder({ device, version }: Build, cache: string): string {
  return join(cache, "tensorflow", `${version}-${device}`);
}

/** What the cache holds of a build. */
export type Holding =
  | { readonly state: "whole"; readonly place: Place; readonly manifest: Manifest }
  | { readonly state: "absent" }
  | { readonly state: "broken"; readonly why: string };

/** Looks at a build in the cache: manifest, pins, and the size of each file. */
export async function inspect(build: Build, cache: string): Promise<Holding> {
  const home = buildFolder(build, cache);
  const path = join(home, manifestName);
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { state: "absent" };
    return { state: "broken", why: `${path} can't be read: ${(error as Error).message}` };
  }
  const pins = build.wheels.map(({ sha256 }) => sha256);
  const { format, version, wheels, folder = home } = manifest;
  const foreign = manifest.folder !== undefined && wheels?.length === 0;
  const same = format === 1 && version === build.version && Array.isArray(manifest.files) &&
    (foreign || JSON.stringify(wheels) === JSON.stringify(pins));
  if (!same) return { state: "broken", why: `${home} is of other wheels than those pinned now` };
  for (const file of manifest.files) {
    const found = await Deno.stat(join(folder, file.path)).then((s) => s.size, () => null);
    if (found !== file.bytes) {
      const has = found === null ? "is missing" : `has ${found} bytes of ${file.bytes}`;
      return { state: "broken", why: `${join(folder, file.path)} ${has}` };
    }
  }
  const library = await findLibrary(folder);
  if (library === undefined) return { state: "broken", why: `${folder} has no ${libraryName}` };
  return {
    state: "whole",
    manifest,
    place: { device: build.device, library, folder, source: "cache" },
  };
}

/** The build of `device` in the cache; undefined if it isn't there or isn't whole. */
export async function installed(
  device: Device,
  cache: string = cacheFolder(),
): Promise<Place | undefined> {
  const found = await inspect(builds[device], cache);
  return found.state === "whole" ? found.place : undefined;
}

/**
 * The library that a path means: the file itself, or in a folder itself or in its `tensorflow/`, as
 * in site-packages.
 */
export async function findLibrary(path: string): Promise<string | undefined> {
  const absolute = resolve(path);
  const isFile = (p: string) => Deno.stat(p).then((s) => s.isFile, () => false);
  if (await isFile(absolute)) return absolute;
  for (const parts of [[libraryName], ["tensorflow", libraryName]]) {
    const candidate = join(absolute, ...parts);
    if (await isFile(candidate)) return candidate;
  }
}

/** The device that was asked for by name. Throws UsageError for any other word. */
export function deviceOf(text: string, from: string): Device {
  if (text === "cpu" || text === "cuda") return text;
  throw new UsageError(`${from} takes cpu or cuda, not \`${text}\``);
}

/** A place, or what stands between this machine and one. */
export type Located = { readonly place: Place } | { readonly obstacle: string };

/** What `locate` goes by. Tests pass their own. */
export interface LocateOptions {
  /** Only this build; else `LIKENESS_TENSORFLOW_DEVICE`, else cuda if installed, else cpu. */
  readonly device?: Device;
  readonly env?: Environment;
  /** Why nothing pinned can run here; see platform.ts. */
  readonly platform?: () => string | undefined;
}

/**
 * Finds the library to open.
 * @throws UsageError where a variable holds a word that means nothing.
 */
export async function locate(options: LocateOptions = {}): Promise<Located> {
  const { env = Deno.env, platform = () => platformObstacle(thisMachine()) } = options;
  const word = env.get("LIKENESS_TENSORFLOW_DEVICE");
  const asked = options.device ??
    (word ? deviceOf(word, "LIKENESS_TENSORFLOW_DEVICE") : undefined);
  const named = env.get("LIKENESS_TENSORFLOW");
  if (named) return await namedPlace(named, asked);
  const obstacle = platform();
  if (obstacle !== undefined) return { obstacle };
  const cache = cacheFolder(env);
  const tried: readonly Device[] = asked === undefined ? ["cuda", "cpu"] : [asked];
  const broken: string[] = [];
  for (const device of tried) {
    const found = await inspect(builds[device], cache);
    if (found.state === "whole") return { place: found.place };
    if (found.state === "broken") {
      broken.push(`incomplete: ${found.why}; ${remedy(device)} repairs it`);
    }
  }
  const device = asked ?? "cpu";
  const { download, disk } = sizeOf(builds[device]);
  return {
    obstacle: broken[0] ?? `not installed; ${remedy(device)} gets it ` +
        `(${formatBytes(download)} to download, ${formatBytes(disk)} on disk)`,
  };
}

function remedy(device: Device): string {
  return `\`deno task engine:tensorflow${device === "cuda" ? " --device cuda" : ""}\``;
}

async function namedPlace(named: string, asked: Device | undefined): Promise<Located> {
  const place = await placeOf(named, asked);
  if (place !== undefined) return { place };
  return {
    obstacle: `not where LIKENESS_TENSORFLOW says: ${named} is no library and holds no ` +
      `${libraryName} nor tensorflow/${libraryName}; correct or unset it`,
  };
}

/**
 * The library that a path means, with which build it seems to be: cuda where NVIDIA's packages lie
 * beside `tensorflow/`, unless `device` says otherwise. Undefined where there is no library.
 */
export async function placeOf(path: string, device?: Device): Promise<Place | undefined> {
  const library = await findLibrary(path);
  if (library === undefined) return undefined;
  const beside = resolve(library, "..");
  const site = resolve(beside, "..");
  const inSite = library === join(site, "tensorflow", libraryName);
  const nvidia = inSite && await Deno.stat(join(site, "nvidia")).then(() => true, () => false);
  return {
    device: device ?? (nvidia ? "cuda" : "cpu"),
    library,
    folder: inSite ? site : beside,
    source: "named",
  };
}

/**
 * The library to open.
 * @throws EngineError saying why there is none and what to do
 */
export async function choosePlace(options: LocateOptions = {}): Promise<Place> {
  const found = await locate(options);
  if ("place" in found) return found.place;
  throw new EngineError(`engine tensorflow: ${found.obstacle}`);
}

/**
 * What stands between this machine and the engine, for lists: short up to the first colon or
 * semicolon. Undefined where a library is there to be opened.
 */
export async function tensorflowObstacle(
  options: LocateOptions = {},
): Promise<string | undefined> {
  try {
    const found = await locate(options);
    return "obstacle" in found ? found.obstacle : undefined;
  } catch (error) {
    if (error instanceof EngineError || error instanceof UsageError) return error.message;
    throw error;
  }
}
