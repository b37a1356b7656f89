/**
 * What is scored, as metrics see it.
 * @module
 */
export type { Capabilities } from "./capabilities.ts";
export type { Codes, SampleOptions, Subject } from "./subject.ts";
