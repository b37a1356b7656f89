/**
 * What of Python the definitions of tasks rest on.
 * @module
 */
export { literal } from "./literal.ts";
export { PythonRandom } from "./random.ts";
export { findAll, pythonRegex, without } from "./regex.ts";
export {
  bytesOf,
  endsWithSpace,
  isDigits,
  isList,
  type Json,
  lengthOf,
  PUNCTUATION,
  repr,
  splitAtSpaces,
  startsWithSpace,
  strip,
  textOf,
} from "./text.ts";
