/**
 * What several families share.
 * @module
 */
export { advance, initTrained, type Trained } from "./training.ts";
