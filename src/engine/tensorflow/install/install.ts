/**
 * Installs a build of TensorFlow into the cache: download, verify, unpack, smoke test. What is on its
 * way lies in a folder beside the build's place and gets its name when all of it is there, so that a
 * kill at any instant leaves the old state or the new one.
 * @module
 */
import { dirname, join } from "@std/path";
import {
  type Build,
  buildFolder,
  foreignBytes,
  inspect,
  type Machine,
  type Manifest,
  type ManifestFile,
  manifestName,
  type Place,
  platformObstacle,
  readForeign,
  sizeOf,
  type Source,
  sourceOf,
  thisMachine,
  type Wheel,
} from "../../../install/tensorflow/mod.ts";
import { withLock } from "../../../base/mod.ts";
import {
  bytesNeeded,
  checkRoom,
  downloadWheel,
  failure,
  findPip,
  freeBytes,
  inWords,
  type Listener,
  nextTime,
  type Phase,
  PhaseMeter,
  unpackWheel,
  wheelFault,
} from "../../../install/mod.ts";
import { type SmokeResult, smokeTest } from "./smoke_process.ts";

/** What to install, where, and what to ask about the machine (tests answer themselves). */
export interface InstallOptions {
  readonly build: Build;
  /** See `cacheFolder`. */
  readonly cache: string;
  /** A wheel, a folder of wheels or an installed TensorFlow, in place of pip. */
  readonly from?: string;
  /** Install again what is whole. */
  readonly force?: boolean;
  readonly listener?: Listener;
  readonly machine?: Machine;
  /** Where pip is looked for, in place of this process's PATH. */
  readonly path?: string;
  readonly free?: (folder: string) => Promise<number>;
  readonly smoke?: (library: string) => Promise<SmokeResult>;
}

/** What an installation came to. */
export interface Installation {
  /** "already": it was there and whole; only the smoke test ran. */
  readonly state: "installed" | "already";
  readonly place: Place;
  readonly smoke: SmokeResult;
  /** Seconds by phase; those that were not needed are left out. */
  readonly seconds: Readonly<Partial<Record<Phase, number>>>;
  /** Bytes that pip downloaded. */
  readonly downloaded: number;
}

/** Names below the cache that one installation uses. */
interface Paths {
  readonly home: string;
  readonly part: string;
  readonly tree: string;
  readonly wheels: string;
  readonly old: string;
}

/** An installation on its way. */
interface Work {
  readonly options: InstallOptions;
  readonly paths: Paths;
  readonly source: Source | undefined;
  readonly listener: Listener;
  readonly smoke: (library: string) => Promise<SmokeResult>;
  readonly seconds: Partial<Record<Phase, number>>;
  downloaded: number;
}

/**
 * Installs `build`, or finds that it is installed.
 * @throws UsageError for a `from` that is nothing of use
 * @throws EngineError for what this machine lacks: platform, C library, pip, disk; for a download
 * that fails or isn't the pinned file; for a library that doesn't pass the smoke test
 */
export async function install(options: InstallOptions): Promise<Installation> {
  const { build, cache, from, machine = thisMachine(), listener = () => {} } = options;
  const obstacle = platformObstacle(machine);
  if (obstacle !== undefined) throw failure(obstacle);
  const source = from === undefined ? undefined : await sourceOf(from, build);
  const home = buildFolder(build, cache);
  const part = `${home}.part`;
  const paths = {
    home,
    part,
    tree: join(part, "tree"),
    wheels: join(part, "wheels"),
    old: `${home}.old`,
  };
  try {
    await Deno.mkdir(dirname(home), { recursive: true });
    const onWait = () =>
      listener({ kind: "note", text: "another installation is under way; waiting for it" });
    return await withLock({ path: `${home}.lock`, onWait }, () =>
      locked({
        options,
        paths,
        source,
        listener,
        smoke: options.smoke ?? smokeTest,
        seconds: {},
        downloaded: 0,
      }));
  } catch (error) {
    throw inWords(error, dirname(home));
  }
}

/** The part that only one process does at a time. */
async function locked(work: Work): Promise<Installation> {
  const { options, paths, source, listener } = work;
  const { build, cache, force = false } = options;
  // A kill between two renames leaves it; nothing refers to it.
  await remove(paths.old);
  const before = await inspect(build, cache);
  if (before.state === "whole" && !force) {
    if (source !== undefined) {
      listener({ kind: "note", text: "something is installed already; --force replaces it" });
    }
    return await finish(work, { state: "already", place: before.place });
  }
  if (before.state === "broken") {
    listener({ kind: "note", text: `${before.why}; installing again` });
  }
  if (source?.kind === "folder") await adopt(work, source.library);
  else await fetchAndUnpack(work, source?.paths ?? new Map());
  const after = await inspect(build, cache);
  if (after.state !== "whole") {
    throw new Error(`not whole after installing: ${JSON.stringify(after)}`);
  }
  return await finish(work, { state: "installed", place: after.place });
}

/** The smoke test, which ends every installation. */
async function finish(
  work: Work,
  { state, place }: Pick<Installation, "state" | "place">,
): Promise<Installation> {
  const smoke = await phase(work, { name: "smoke", total: 0 }, () => work.smoke(place.library));
  const { version } = work.options.build;
  if (smoke.version !== version) {
    throw failure(`${place.library} is TensorFlow ${smoke.version}; ${version} is wanted`);
  }
  const { seconds, downloaded } = work;
  return { state, place, smoke, seconds, downloaded };
}

async function fetchAndUnpack(work: Work, local: ReadonlyMap<string, string>): Promise<void> {
  const { options: { build, free = freeBytes }, paths } = work;
  await remove(paths.tree);
  await Deno.mkdir(paths.wheels, { recursive: true });
  const at = ({ file }: Wheel) => local.get(file) ?? join(paths.wheels, file);
  const missing: Wheel[] = [];
  for (const wheel of build.wheels) {
    const size = await Deno.stat(at(wheel)).then((s) => s.size, () => null);
    if (size !== wheel.bytes && !local.has(wheel.file)) missing.push(wheel);
  }
  const folder = dirname(paths.home);
  const needed = bytesNeeded({ missing, unpacked: sizeOf(build).disk });
  checkRoom({ free: await free(folder), needed, folder });
  if (missing.length > 0) await download(work, missing);
  await verify(work, { at, local });
  const files = await unpack(work, at);
  const wheels = build.wheels.map(({ sha256 }) => sha256);
  await settle(work, { files, wheels });
}

async function download(work: Work, missing: readonly Wheel[]): Promise<void> {
  const pip = await findPip(missing, { path: work.options.path });
  const total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
  await phase(work, { name: "download", total }, async (meter) => {
    for (const wheel of missing) {
      meter.on(wheel.file);
      // pip would take a file that a kill left half-written for the real one.
      await remove(join(work.paths.wheels, wheel.file));
      await downloadWheel(wheel, {
        pip,
        folder: work.paths.wheels,
        temporary: join(work.paths.part, "pip"),
        onBytes: (bytes) => meter.show(bytes),
      });
      meter.add(wheel.bytes);
    }
  });
  work.downloaded = total;
}

/** Checks every wheel, also those that an earlier installation left or the user named. */
async function verify(
  work: Work,
  { at, local }: { at: (wheel: Wheel) => string; local: ReadonlyMap<string, string> },
): Promise<void> {
  const { build } = work.options;
  await phase(work, { name: "verify", total: sizeOf(build).download }, async (meter) => {
    for (const wheel of build.wheels) {
      meter.on(wheel.file);
      const fault = await wheelFault(wheel, at(wheel), (bytes) => meter.add(bytes));
      if (fault === undefined) continue;
      const own = local.get(wheel.file);
      if (own !== undefined) {
        throw failure(`--from ${own} is not the pinned ${wheel.file}: ${fault}; get it again`);
      }
      await remove(at(wheel));
      throw failure(`not the pinned ${wheel.file}: ${fault}; it was removed; ${nextTime}`);
    }
  });
}

async function unpack(work: Work, at: (wheel: Wheel) => string): Promise<ManifestFile[]> {
  const { options: { build }, paths } = work;
  const files: ManifestFile[] = [];
  await phase(work, { name: "unpack", total: sizeOf(build).disk }, async (meter) => {
    for (const wheel of build.wheels) {
      meter.on(wheel.file);
      files.push(
        ...await unpackWheel(
          { wheel: at(wheel), folder: paths.tree },
          (bytes) => meter.add(bytes),
        ),
      );
    }
  });
  return files;
}

/** Takes over another program's installation where it lies, once it has passed the smoke test. */
async function adopt(work: Work, library: string): Promise<void> {
  const { options: { build }, paths, listener } = work;
  const total = await foreignBytes(library, build);
  const { folder, files, pinned } = await phase(
    work,
    { name: "verify", total },
    (meter) => {
      meter.on(library);
      return readForeign({ library, build }, (bytes) => meter.add(bytes));
    },
  );
  if (!pinned) {
    listener({
      kind: "note",
      text: `${folder} is not the pinned build of ${build.version}: its bits and its speed may ` +
        "differ from those of other machines",
    });
  }
  const { version } = await work.smoke(library);
  if (version !== build.version) {
    throw failure(`${library} is TensorFlow ${version}; ${build.version} is wanted`);
  }
  await remove(paths.tree);
  await Deno.mkdir(paths.tree, { recursive: true });
  await settle(work, { files, wheels: [], folder });
}

/** Writes the manifest, then gives the folder its name. */
async function settle(
  { options: { build: { device, version } }, paths }: Work,
  content: Pick<Manifest, "files" | "wheels" | "folder">,
): Promise<void> {
  const manifest: Manifest = { format: 1, device, version, ...content };
  const path = join(paths.tree, manifestName);
  await Deno.writeTextFile(path, JSON.stringify(manifest, null, 2) + "\n");
  {
    using file = await Deno.open(path, { write: true });
    await file.sync();
  }
  await Deno.rename(paths.home, paths.old).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.rename(paths.tree, paths.home);
  await remove(paths.old);
  await remove(paths.part);
}

/** Runs one phase under a meter and keeps its seconds. */
async function phase<T>(
  { listener, seconds }: Work,
  { name, total }: { name: Phase; total: number },
  body: (meter: PhaseMeter) => Promise<T>,
): Promise<T> {
  const meter = new PhaseMeter(name, total, listener);
  const result = await body(meter);
  seconds[name] = meter.end();
  return result;
}

async function remove(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
