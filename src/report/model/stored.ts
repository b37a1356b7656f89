/** What a report needs beside records, from the store. @module */
import { join } from "@std/path";
import { extractorName } from "../../extractors/mod.ts";
import { sanityFolder, type SanityTable } from "../../extractors/sanity/mod.ts";
import { type FlowValues, protocolOf } from "../../protocols/mod.ts";
import type { RunRecord, Series, Store } from "../../record/mod.ts";
import { buildReport } from "./build.ts";
import type { ReportInputs } from "./inputs.ts";
import type { PictureRef, ReportModel } from "./model.ts";
import { sanityOf } from "./charts/sanity.ts";
import { sha256 } from "../../base/digest/mod.ts";
import { StoreError } from "../../base/mod.ts";

/** Folder of the committed sanity tables, `<extractor>.json` each. */
const SANITY = sanityFolder;

/**
 * Sanity tables of the extractors that these records rest on, of their dataset; none for an extractor
 * whose table isn't there.
 */
export async function storedSanity(
  records: readonly RunRecord[],
  folder: URL = SANITY,
): Promise<SanityTable[]> {
  const tables: SanityTable[] = [];
  for (const name of extractorsOf(records)) {
    try {
      const text = await Deno.readTextFile(new URL(`${encodeURIComponent(name)}.json`, folder));
      tables.push(JSON.parse(text));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return tablesOf(tables, records);
}

/** The extractors that the metrics of these records rest on. */
function extractorsOf(records: readonly RunRecord[]): Set<string> {
  return new Set(
    records.flatMap((record) =>
      record.spec.metrics.flatMap(({ config }) =>
        typeof config.features === "string" ? [extractorName(config.features)] : []
      )
    ),
  );
}

/** Those of the tables that are of the dataset and the extractors of these records. */
function tablesOf(tables: readonly SanityTable[], records: readonly RunRecord[]): SanityTable[] {
  const datasets = new Set(records.map((record) => record.spec.data.dataset));
  const extractors = extractorsOf(records);
  return tables.filter(({ dataset, extractor }) =>
    datasets.has(dataset) && extractors.has(extractor)
  );
}

/** The values of the checks of steps on documents, by run. */
async function storedValues(
  store: Store,
  records: readonly RunRecord[],
): Promise<Map<string, readonly FlowValues[]>> {
  const found = new Map<string, readonly FlowValues[]>();
  for (const { id, spec, artefacts } of records) {
    const values = await protocolOf(spec).flowValues?.(async (name) => {
      const artefact = artefacts.find((one) => one.name === name);
      return artefact === undefined ? null : await store.read(id, artefact.file);
    });
    if (values !== undefined) found.set(id, values);
  }
  return found;
}

/** `buildReport` with the series read from the store, and the sanity tables of its extractors. */
export async function reportModel(
  store: Store,
  inputs: Omit<ReportInputs, "series" | "sanity" | "values">,
): Promise<ReportModel> {
  const series = new Map<string, Series>();
  for (const record of inputs.records) {
    const found = await store.readSeries(record.id);
    if (found) series.set(record.id, found);
  }
  const values = await storedValues(store, inputs.records);
  const tables = await storedSanity(inputs.records);
  const sanity = (records: readonly RunRecord[]) => sanityOf(tablesOf(tables, records));
  // Where the store lies is of no use to a reader of the page.
  const placeless = <T extends { readonly why: string }>(one: T): T => ({
    ...one,
    why: one.why.replaceAll(join(store.out, "records"), "records"),
  });
  const { unreadable, gate } = inputs;
  return buildReport({
    ...inputs,
    unreadable: unreadable?.map(placeless),
    gate: gate && { ...gate, verdicts: gate.verdicts.map(placeless) },
    series,
    sanity,
    values,
  });
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
