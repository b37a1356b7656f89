/**
 * Limits of the gate that the command line shows, which load nothing else.
 * @module
 */
export { FEWEST_PAIRS, FEWEST_SESSIONS } from "./fewest.ts";
