/**
 * Digests of files by path and stamp, kept between runs. If the index or a row of it is lost, files
 * are read again, and nothing else happens.
 * @module
 */
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { dirname } from "@std/path";

/** What is kept of a file. */
export interface Row {
  readonly path: string;
  readonly stamp: string;
  readonly sha256: string;
}

/** See the module. */
export interface DigestIndex {
  get(path: string): { readonly stamp: string; readonly sha256: string } | null;
  put(rows: readonly Row[]): void;
  close(): void;
}

/** A row that a flipped bit has changed is no row. */
const checkOf = ({ path, stamp, sha256 }: Row) =>
  createHash("sha256").update(`${path}\0${stamp}\0${sha256}`).digest("hex").slice(0, 16);

/** Keeps nothing: every file is read. */
const nothing: DigestIndex = { get: () => null, put: () => {}, close: () => {} };

/**
 * Opens the index at a path, or makes it. One that can't be used, being spoilt or in a folder that
 * can't be written, is made again or done without.
 */
export function openIndex(path: string): DigestIndex {
  try {
    Deno.mkdirSync(dirname(path), { recursive: true });
    return opened(path);
  } catch {
    try {
      for (const part of ["", "-wal", "-shm"]) removed(path + part);
      return opened(path);
    } catch {
      return nothing;
    }
  }
}

function removed(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function opened(path: string): DigestIndex {
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" +
      "CREATE TABLE IF NOT EXISTS digests (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, " +
      "sha256 TEXT NOT NULL, check_16 TEXT NOT NULL) WITHOUT ROWID",
  );
  const select = database.prepare("SELECT stamp, sha256, check_16 FROM digests WHERE path = ?");
  const insert = database.prepare("INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?)");
  const safely = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch {
      return otherwise; // spoilt, full or locked: the files are read instead
    }
  };
  return {
    get: (path) =>
      safely(() => {
        const row = select.get(path) as Record<string, string> | undefined;
        if (row === undefined) return null;
        const { stamp, sha256, check_16 } = row;
        return check_16 === checkOf({ path, stamp, sha256 }) ? { stamp, sha256 } : null;
      }, null),
    put(rows) {
      safely(() => {
        database.exec("BEGIN IMMEDIATE");
        try {
          for (const row of rows) insert.run(row.path, row.stamp, row.sha256, checkOf(row));
          database.exec("COMMIT");
        } catch (error) {
          database.exec("ROLLBACK");
          throw error;
        }
      }, undefined);
    },
    close: () => safely(() => database.close(), undefined),
  };
}
