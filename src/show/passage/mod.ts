/**
 * Texts that are shown: their form, and tokens as text.
 * @module
 */
export {
  type Block,
  type Passage,
  sheetBytes,
  sheetOf,
  type Stretch,
  type TextSheet,
} from "./sheet.ts";
export { cutStretches, cutText, type ShownToken, stretchesOf } from "./stretches.ts";
