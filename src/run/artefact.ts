/**
 * Files that a run leaves for others.
 * @module
 */
import { sha256 } from "../base/digest/mod.ts";
import type { Artefact } from "../record/mod.ts";
import type { Run } from "./job.ts";

/**
 * Keeps bytes in the run's folder as an artefact, for the `artefacts` of its record: other runs find it
 * there by its name, and its digest is checked when they open it.
 */
export async function keepArtefact(
  { store, planned }: Pick<Run, "store" | "planned">,
  { bytes, ...about }: Omit<Artefact, "sha256"> & { readonly bytes: Uint8Array },
): Promise<Artefact> {
  await store.write(planned.id, about.file, bytes);
  return { ...about, sha256: await sha256(bytes) };
}
