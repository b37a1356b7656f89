/**
 * Files that are either complete or absent: written beside their place, synced, then renamed.
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { ToldError } from "./errors.ts";
import { described, systemAdvice } from "./fault.ts";

/** A file of the store that can't be read, with what is wrong and what to do. */
export class StoreError extends ToldError {
  override readonly name = "StoreError";
}

let written = 0;

/** Name of a temporary file for `path`: hidden, in the same folder, of this process alone. */
function temporary(path: string): string {
  written += 1;
  return join(dirname(path), `.${basename(path)}.${Deno.pid}-${written}-${salt}.tmp`);
}

/** Two workers of one process share the pid, so the name carries a random part as well. */
const salt = crypto.randomUUID().slice(0, 8);

/**
 * Writes bytes, or one piece after the other, to `path` so that a kill at any instant leaves the old file or the new one.
 * @param options `sync: false` skips fsync: for hints whose loss costs nothing.
 */
export async function writeAtomic(
  path: string,
  content: Uint8Array | string | readonly Uint8Array[] | AsyncIterable<Uint8Array>,
  options: { sync?: boolean } = {},
): Promise<void> {
  const whole = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const pieces = whole instanceof Uint8Array ? [whole] : whole;
  await Deno.mkdir(dirname(path), { recursive: true });
  const temp = temporary(path);
  try {
    const file = await Deno.open(temp, { write: true, createNew: true });
    try {
      for await (const bytes of pieces) {
        for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      }
      if (options.sync ?? true) await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(temp, path);
  } catch (error) {
    await Deno.remove(temp).catch(() => {});
    throw unwritable(path, error);
  }
}

/** The error of a file that can't be written, with what to do. */
function unwritable(path: string, error: unknown): StoreError {
  const todo = systemAdvice(error) === null
    ? "; check the disk's space and rights, or choose another folder with --out"
    : ", or choose another folder with --out";
  return new StoreError(`cannot write ${path}: ${described(error)}${todo}`, { cause: error });
}

/**
 * Makes sure that a file can be written at `path`, with at least `bytes` of room: before the hours
 * whose result is to go there. Leaves nothing but its folder.
 * @throws StoreError with what to do
 */
export async function requireWritable(path: string, { bytes = 1 } = {}): Promise<void> {
  if (await Deno.stat(path).then((found) => found.isDirectory, () => false)) {
    throw new StoreError(
      `cannot write ${path}: it is a folder; move it away, or name another file`,
    );
  }
  const temp = temporary(path);
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(temp, new Uint8Array(bytes), { createNew: true });
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    await Deno.remove(temp).catch(() => {});
  }
}

/** Bytes of a file, or null where there is none. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new StoreError(`cannot read ${path}: ${described(error)}`, { cause: error });
  }
}

/** Parsed JSON of a file, or null where there is none. Throws a StoreError where it is corrupt. */
export async function readJson(path: string): Promise<unknown> {
  const bytes = await readBytes(path);
  if (bytes === null) return null;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new StoreError(
      `${path} is not valid JSON (${bytes.length} bytes: ${(error as Error).message}); ` +
        `remove it, or repeat the run with --fresh`,
      { cause: error },
    );
  }
}

/** Removes what a killed process left half-written in a folder. */
export async function sweep(folder: string): Promise<void> {
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile && entry.name.startsWith(".") && entry.name.endsWith(".tmp")) {
        await Deno.remove(join(folder, entry.name)).catch(() => {});
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
