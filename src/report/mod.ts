/**
 * Reports: records in, one page that can be published as it is out.
 *
 * ```ts
 * const model = await reportModel(store, { suite, records, gate });
 * const { index } = await writeReport(model, dir, { picture: storedPicture(store) });
 * ```
 * @module
 */
export { drawChart } from "./draw/svg.ts";
export { buildReport, reportedGate } from "./model/build.ts";
export type { ReportInputs } from "./model/inputs.ts";
export { newestGroups } from "./model/groups.ts";
export type { Chart } from "./model/chart_data.ts";
export {
  bodiesOf,
  type Cell,
  type Group,
  type ReportBody,
  type ReportModel,
  type Table,
} from "./model/model.ts";
export { reportModel, storedPicture } from "./model/stored.ts";
export { formatEstimate } from "./model/tables/estimate.ts";
export {
  type Format,
  FORMATS,
  pageStyle,
  type WriteOptions,
  writeReport,
  type WrittenReport,
} from "./write.ts";
