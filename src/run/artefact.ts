/**
 * Files that a run leaves for others.
 * @module
 */
import { join } from "@std/path";
import { writeAtomic } from "../base/mod.ts";
import { sha256, sha256OfFile } from "../base/digest/mod.ts";
import type { Artefact } from "../record/mod.ts";
import type { Run } from "./job.ts";

/**
 * Keeps bytes in the run's folder as an artefact, for the `artefacts` of its record: other runs find it
 * there by its name, and its digest is checked when they open it.
 */
export async function keepArtefact(
  { store, planned }: Pick<Run, "store" | "planned">,
  { bytes, ...about }: Omit<Artefact, "sha256"> & {
    readonly bytes: Uint8Array | AsyncIterable<Uint8Array>;
  },
): Promise<Artefact> {
  if (bytes instanceof Uint8Array) {
    await store.write(planned.id, about.file, bytes);
    return { ...about, sha256: await sha256(bytes) };
  }
  const path = join(store.folder(planned.id), about.file);
  await writeAtomic(path, bytes);
  return { ...about, sha256: await sha256OfFile(path) };
}
