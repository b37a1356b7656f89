/**
 * Text in and out: JSON, formats, nearest names, paths in configs.
 * @module
 */
export { canonicalJson } from "./canonical_json.ts";
export { budgetText, configJson, configLine, configText } from "./config_text.ts";
export { escapeHtml, escapeMarkdown, fence, Html, type HtmlValue, markup, slug } from "./escape.ts";
export { readText, readTextIfThere } from "./files.ts";
export { count, fixed, formatBytes, formatNumber, formatSeconds, list, words } from "./format.ts";
export { parseJson } from "./json.ts";
export { linesOf } from "./lines.ts";
export { didYouMean, nearest } from "./nearest.ts";
