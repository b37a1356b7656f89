/**
 * Suites: read, checked and expanded.
 * @module
 */
export { schemaAt } from "./check.ts";
export { keyText } from "./entries/roles.ts";
export {
  checkAgainst,
  type LoadOptions,
  loadSuite,
  loadSuites,
  parseSuite,
  parseSuites,
  suiteFileOf,
  suiteNames,
} from "./load.ts";
export { type Problem, SuiteError } from "./problem.ts";
export { typed } from "./set.ts";
