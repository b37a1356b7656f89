/**
 * What files hold, by digest. A changed file can have the same name, size and time of change, so
 * nothing relies on these: a file is identified by the sha256 of its bytes. A file is read again
 * unless its stamp shows that it can't have changed.
 * @module
 */
import { sha256OfFile } from "../base/digest/mod.ts";
import { join } from "@std/path";
import { DataError } from "../base/mod.ts";
import { openIndex } from "./index_file.ts";
import { type Stamp, stampOf } from "./stamp.ts";

/** See the module. */
export interface Contents {
  /**
   * sha256 of a file's bytes, in hexadecimal.
   * @throws DataError where it keeps changing while it is read; Deno's errors where it can't be read
   */
  digest(path: string): Promise<string>;
  /** The same of several files at once, each read only where it has to be; null: not readable. */
  digests(paths: readonly string[]): Promise<(string | null)[]>;
  close(): void;
}

/** Where digests are kept, and what is known of a file's state. */
export interface ContentsOptions {
  /** Default: this machine's. */
  readonly stamp?: (path: string) => Stamp | null;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Called with the bytes of every file that is read. */
  readonly onRead?: (path: string) => void;
}

/**
 * A file changed twice within one tick of the kernel's clock has the same stamp after both changes.
 * So a stamp is trusted only where it was this old when the file was read.
 */
const SETTLED_NANOSECONDS = 3_000_000_000n;
const TRIES = 4;
/** Files open at a time: a process may have a thousand, and one too many can't be read. */
const TOGETHER = 64;

/**
 * Digests by the index in a folder of caches.
 * @param cache `<out>/cache`; null keeps nothing, so that every file is read
 */
export function openContents(cache: string | null, options: ContentsOptions = {}): Contents {
  const { stamp = stampOf, now = Date.now, onRead } = options;
  const index = openIndex(cache === null ? ":memory:" : join(cache, "contents.sqlite"));

  /** The digest, and the stamp that stands for it from now on; none where it can't be trusted. */
  async function read(path: string): Promise<{ sha256: string; settled: string | null }> {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = stamp(path), started = BigInt(now()) * 1_000_000n;
      onRead?.(path);
      const sha256 = await sha256OfFile(path);
      if (before === null) return { sha256, settled: null };
      if (stamp(path)?.text !== before.text) continue;
      const settled = started - before.changed > SETTLED_NANOSECONDS ? before.text : null;
      return { sha256, settled };
    }
    throw new DataError(
      `${path} kept changing while it was read; wait until nothing writes to it`,
    );
  }

  function known(path: string): string | null {
    const kept = index.get(path);
    return kept !== null && stamp(path)?.text === kept.stamp ? kept.sha256 : null;
  }

  async function digests(paths: readonly string[]): Promise<(string | null)[]> {
    const found: (string | null)[] = [];
    for (let from = 0; from < paths.length; from += TOGETHER) {
      found.push(...await some(paths.slice(from, from + TOGETHER)));
    }
    return found;
  }

  async function some(paths: readonly string[]): Promise<(string | null)[]> {
    const learnt: { path: string; stamp: string; sha256: string }[] = [];
    const found = await Promise.all(paths.map(async (path) => {
      const trusted = known(path);
      if (trusted !== null) return trusted;
      try {
        const { sha256, settled } = await read(path);
        if (settled !== null) learnt.push({ path, stamp: settled, sha256 });
        return sha256;
      } catch (error) {
        return error as Error;
      }
    }));
    if (learnt.length > 0) index.put(learnt);
    const changing = found.find((one) => one instanceof DataError);
    if (changing !== undefined) throw changing;
    return found.map((one) => typeof one === "string" ? one : null);
  }

  return {
    async digest(path) {
      const trusted = known(path);
      if (trusted !== null) return trusted;
      const { sha256, settled } = await read(path);
      if (settled !== null) index.put([{ path, stamp: settled, sha256 }]);
      return sha256;
    },
    digests,
    close: () => index.close(),
  };
}
