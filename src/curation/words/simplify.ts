/**
 * Text made plain before texts are compared, as datatrove does it (0.10.1, `simplify_text`): lower
 * case, numbers as 0, signs as spaces, one space for many, letters without their marks.
 * @module
 */
import { separators } from "./punctuation.ts";
import { strip } from "./python.ts";

const inClass = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;

const numbers = /\p{Nd}+(?:[.,،٫⎖⎗⎘]\p{Nd}+)?/gu;
const signs = new RegExp(`[${[...separators].map(inClass).join("")}]`, "gu");
const spaces = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
const marks = /\p{Mn}/gu;
const ascii = /^[\0-\x7f]*$/;

/** See the module. */
export function simplified(text: string): string {
  const plain = strip(text.toLowerCase().replace(numbers, "0").replace(signs, " "))
    .replace(spaces, " ");
  return ascii.test(plain) ? plain : strip(plain.normalize("NFD").replace(marks, ""));
}
