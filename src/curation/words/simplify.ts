/**
 * Text made plain before texts are compared, as datatrove does it (0.10.1, `simplify_text`): lower
 * case, numbers as 0, signs as spaces, one space for many, letters without their marks.
 * @module
 */
import { separators } from "./punctuation.ts";
import { splitWords, strip } from "./python.ts";

const inClass = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;

const numbers = /\p{Nd}+(?:[.,،٫⎖⎗⎘]\p{Nd}+)?/gu;
const signs = new RegExp(`[${[...separators].map(inClass).join("")}]`, "gu");
const marks = /\p{Mn}/gu;
const beyondAscii = /[\u0080-\uffff]/;

/** See the module. */
export function simplified(text: string): string {
  const written = text.toLowerCase().replace(numbers, "0").replace(signs, " ");
  const plain = splitWords(written).join(" ");
  return beyondAscii.test(plain) ? strip(plain.normalize("NFD").replace(marks, "")) : plain;
}
