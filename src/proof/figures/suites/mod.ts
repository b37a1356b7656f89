/**
 * Figures read from the records of suites.
 * @module
 */
export {
  type FiguresOfSuite,
  figuresOfSuite,
  type MeasuredSuite,
  planOf,
} from "./figures_of_suite.ts";
export {
  above,
  answer,
  broken,
  isNumber,
  largest,
  metricsOf,
  type Question,
  type Reader,
  shareOf,
  value,
} from "./readings.ts";
export { keepRecords, type KeptSuite, type SmallRecord } from "./small_records.ts";
