/**
 * Strengths of rows by who beat whom. Apart from the other statistics, since it loads a library.
 * @module
 */
export {
  bradleyTerry,
  BradleyTerryError,
  type BradleyTerryOptions,
  eloPoints,
  type Strengths,
  winShares,
} from "./bradley_terry.ts";
