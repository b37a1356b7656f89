/**
 * Control rows: samples whose quality is known beforehand.
 * @module
 */
export { controls } from "./controls.ts";
export { control } from "./protocol.ts";
export { fitted, ngramSubject } from "./text/ngram.ts";
