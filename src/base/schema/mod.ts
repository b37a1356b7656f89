/**
 * Parts of schemas that several rooms use.
 * @module
 */
export { pathKeys, pathText } from "./path_text.ts";
