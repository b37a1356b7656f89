/**
 * What other rooms may use of protocols/train_evaluate.
 * @module
 */
export { trainEvaluate } from "./protocol.ts";
