/**
 * A finished run's weights as files of other programs.
 * @module
 */
import { join } from "@std/path";
import { DataError, StoreError, UsageError } from "../base/mod.ts";
import { sha256OfFile } from "../base/digest/mod.ts";
import { changedSince, contentOf, placed } from "../content/mod.ts";
import type { Family } from "../families/mod.ts";
import { openBytes, openSafetensors } from "../nn/files/mod.ts";
import type { RunRecord, Store } from "../record/mod.ts";
import { canBeTaken, wholeArtefact } from "./needs.ts";

/** Where a run's files are, and where they go. */
export interface ExportOptions {
  readonly store: Store;
  readonly family: Family;
  /** Folder that the spec's paths are relative to; default: the working folder. */
  readonly base?: string;
  /** An empty folder. */
  readonly folder: string;
  readonly say?: (note: string) => void;
}

/** The run's last checkpoint. @throws StoreError where it isn't the record's */
async function finalState({ id, artefacts }: RunRecord, store: Store): Promise<string> {
  const kept = artefacts.find(({ name }) => name === "checkpoint");
  if (kept === undefined) throw new DataError(`run ${id} has left no weights`);
  const path = join(store.folder(id), kept.file);
  const found = await sha256OfFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  if (found === kept.sha256) return path;
  throw new StoreError(
    found === null
      ? `${path} isn't there any more; repeat the run with --fresh`
      : `${path} was changed: its sha256 is ${found}, and the record says ${kept.sha256}; repeat ` +
        "the run with --fresh",
  );
}

/**
 * Writes the files.
 * @throws UsageError for a family that writes none; DataError where the run isn't finished, or what it
 * read has changed
 */
export async function exportRun(
  record: RunRecord,
  { store, family, base, folder, say }: ExportOptions,
): Promise<void> {
  const { spec, label, state, cause, needs = [] } = record;
  const what = `${label} seed ${spec.seed}`;
  if (family.export === undefined) {
    throw new UsageError(`${what} is of the family ${family.name}, which no other program reads`);
  }
  if (!canBeTaken(record)) {
    throw new DataError(`${what} ${state}${cause === undefined ? "" : `: ${cause}`}`);
  }
  if (family.version !== spec.familyVersion) {
    throw new DataError(
      `${what} was trained by version ${spec.familyVersion} of ${family.name}, and this is ` +
        `${family.version}: run it again`,
    );
  }
  const now = await contentOf(family, spec.config, { base, cache: store.cache });
  if (now !== spec.content) {
    throw changedSince(`what \`${spec.family}\` reads`, { then: spec.content, now });
  }
  const file = await openSafetensors(await openBytes(await finalState(record, store)));
  try {
    await family.export(spec.config, {
      state: file,
      ...(needs.length > 0 && {
        needed: Object.fromEntries(
          needs.map((taken) => [taken.role, { bytes: () => wholeArtefact(store, taken) }]),
        ),
      }),
      path: (written) => placed(base, written),
      cache: store.cache,
      folder,
      say,
    });
  } finally {
    file.close();
  }
}
