/**
 * Training a family and scoring it.
 * @module
 */
export { trainEvaluate } from "./protocol.ts";
