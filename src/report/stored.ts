/** What a report needs beside records, from the store. @module */
import type { Series } from "../record/record.ts";
import type { Store } from "../record/store.ts";
import { buildReport, type ReportInputs } from "./build.ts";
import type { PictureRef, ReportModel } from "./model.ts";
import { sha256, StoreError } from "../record/files.ts";

/** `buildReport` with the series read from the store. */
export async function reportModel(
  store: Store,
  inputs: Omit<ReportInputs, "series">,
): Promise<ReportModel> {
  const series = new Map<string, Series>();
  for (const record of inputs.records) {
    const found = await store.readSeries(record.id);
    if (found) series.set(record.id, found);
  }
  return buildReport({ ...inputs, series });
}

/**
 * Reads pictures for `writeReport`. A file that isn't the one of the record is an error: a report
 * must not show another run's picture.
 */
export function storedPicture(store: Store): (picture: PictureRef) => Promise<Uint8Array | null> {
  return async ({ run, file, sha256: expected }) => {
    const bytes = await store.read(run, file);
    if (bytes === null) return null;
    const found = await sha256(bytes);
    if (found === expected) return bytes;
    throw new StoreError(
      `${store.folder(run)}/${file} has sha256 ${found.slice(0, 12)}… where the record says ` +
        `${expected.slice(0, 12)}…: repeat the run with --fresh, or bring the file back`,
    );
  };
}
