/**
 * The stage that learns which texts are good.
 * @module
 */
export { classifier } from "./classifier.ts";
