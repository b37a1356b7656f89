/**
 * Texts as samples.
 * @module
 */
export type { TextSet, TextSpec } from "./text_set.ts";
export {
  bytesOfRow,
  gatherTexts,
  marksOf,
  PADDING,
  rowOf,
  stringsOf,
  type TextForm,
  textSet,
  textsOf,
  tokenised,
} from "./texts.ts";
