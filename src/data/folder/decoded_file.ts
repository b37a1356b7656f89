/**
 * A folder's decoded pictures on disk: one file of bytes, and beside it what is known of them, with
 * their sha256. Both are verified when they are opened, a block in memory at a time; where either was
 * changed they are made again.
 * @module
 */
import {
  readSealed,
  sha256,
  sha256OfFile,
  spoiltNote,
  writeSealed,
} from "../../base/digest/mod.ts";
import { basename } from "@std/path";
import { writeAtomic } from "../../base/mod.ts";

/** What is kept beside the decoded bytes. */
export interface DecodedAbout {
  /** Of the bytes. */
  readonly sha256: string;
  /** Positions, in the list of files, of those that were read. */
  readonly kept: readonly number[];
  readonly notes: readonly string[];
  /** Files that could not be read. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** Decoded pictures with what is kept beside them but for their digest. */
export type DecodedPictures = Omit<DecodedAbout, "sha256"> & { readonly data: Uint8Array };

/**
 * What is known of the decoded pictures at `path`, which `make` decodes where they aren't there as
 * they were written.
 * @param say told where they were spoilt
 */
export async function decodedFile(
  path: string,
  make: () => Promise<DecodedPictures>,
  say: (note: string) => void,
): Promise<DecodedAbout> {
  const beside = `${path}.json`, purpose = basename(path);
  const found = await readSealed(beside, purpose);
  const digest = await sha256OfFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  if (found.state === "whole") {
    const about = JSON.parse(new TextDecoder().decode(found.bytes)) as DecodedAbout;
    if (about.sha256 === digest) return about;
    if (digest !== null) say(spoiltNote(path, "its checksum differs"));
  } else if (found.state === "spoilt") say(spoiltNote(beside, found.reason));
  const { data, ...rest } = await make();
  const about: DecodedAbout = { sha256: await sha256(data), ...rest };
  await writeAtomic(path, data);
  const text = new TextEncoder().encode(JSON.stringify(about));
  await writeSealed(beside, text, { purpose });
  return about;
}
