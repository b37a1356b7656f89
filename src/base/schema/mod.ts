/**
 * Parts of schemas that several rooms use.
 * @module
 */
export { pathKeys, pathText, pathTexts } from "./path_text.ts";
