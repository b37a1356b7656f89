/**
 * Installs OpenBLAS into the cache: `deno task openblas [--from WHEEL]`. It uses the same parts as
 * TensorFlow's installation: pip with the user's index, a pinned sha256, and a folder that gets its
 * name when it is complete.
 * @module
 */
import { dirname, join } from "@std/path";
import {
  downloadWheel,
  failure,
  findPip,
  nextTime,
  unpackWheel,
  wheelFault,
} from "../install/mod.ts";
import { EngineError, exitCodes, withLock } from "../base/mod.ts";
import { runProgram } from "../base/program/mod.ts";
import { cacheFolder } from "../install/tensorflow/mod.ts";
import { openblas } from "./openblas.ts";
import {
  files,
  libraryIn,
  locateOpenblas,
  openblasFolder,
  product,
  wheel,
} from "./openblas_library.ts";

/** What to install where; tests answer for themselves. */
export interface InstallOptions {
  readonly cache: string;
  /** The wheel, where it lies on this machine already. */
  readonly from?: string;
  /** Where pip is looked for, in place of this process's PATH. */
  readonly path?: string;
}

const remove = async (path: string) => {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
};

/**
 * Installs OpenBLAS.
 * @returns the path of the library
 * @throws EngineError where there is no pip, the download fails or isn't the pinned file
 */
export async function installOpenblas({ cache, from, path }: InstallOptions): Promise<string> {
  const home = openblasFolder(cache), part = `${home}.part`;
  await Deno.mkdir(dirname(home), { recursive: true });
  return await withLock({ path: `${home}.lock` }, async () => {
    await remove(part);
    const file = from ?? await downloadWheel(wheel, {
      pip: await findPip([wheel], { path, product }),
      folder: join(part, "wheels"),
      temporary: join(part, "pip"),
    });
    const fault = await wheelFault(wheel, file);
    if (fault !== undefined) {
      throw failure(
        `${file} is not the pinned ${wheel.file}: ${fault}; ${
          from === undefined ? nextTime : "get it again"
        }`,
        undefined,
        product,
      );
    }
    const tree = join(part, "tree");
    await unpackWheel({ wheel: file, folder: tree, needed: (p) => p in files, product });
    await remove(home);
    await Deno.rename(tree, home);
    await remove(part);
    return libraryIn(home);
  });
}

/** `deno task openblas [--from WHEEL]`: installs what isn't there, opens it, says what it is. */
async function main([option, from, ...more]: readonly string[]): Promise<number> {
  if (option !== undefined && (option !== "--from" || from === undefined || more.length > 0)) {
    console.error("usage: deno task openblas [--from WHEEL]");
    return exitCodes.usage;
  }
  try {
    const found = locateOpenblas();
    const library = "path" in found && from === undefined
      ? found.path
      : await installOpenblas({ cache: cacheFolder(), from });
    const opened = openblas();
    if ("obstacle" in opened) throw new EngineError(`openblas: ${opened.obstacle}`);
    console.log(`${opened.algebra.name}: ${library}`);
    return exitCodes.pass;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    console.error(error.message);
    return exitCodes.failed;
  }
}

if (import.meta.main) runProgram(() => main(Deno.args));
