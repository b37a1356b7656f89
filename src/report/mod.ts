/**
 * Reports: records in, one page that can be published as it is out.
 *
 * ```ts
 * const model = await reportModel(store, { suite, records, gate });
 * const { index } = await writeReport(model, dir, { picture: storedPicture(store) });
 * ```
 * @module
 */
export { buildReport, reportedGate, type ReportInputs } from "./model/build.ts";
export type { ReportModel } from "./model/model.ts";
export {
  type Format,
  FORMATS,
  type WriteOptions,
  writeReport,
  type WrittenReport,
} from "./write.ts";
export { reportModel, storedPicture } from "./model/stored.ts";
