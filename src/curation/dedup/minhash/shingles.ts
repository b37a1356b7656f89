/**
 * The pieces (shingles) of a text by which two texts are compared, each as 64 bits of hash in two
 * words: runs of words of the simplified text as datatrove takes them, or runs of characters as NeMo
 * Curator does. The hashes hang on the text alone, not on what was hashed before.
 * @module
 */
import { mixed } from "../../mixed.ts";
import { simplified, wordsOf } from "../../words/mod.ts";

/** Two words of hash a shingle, one after the other. */
export type Shingles = Int32Array;

/** What shingles are made of. */
export interface ShingleSize {
  readonly of: "words" | "characters";
  readonly n: number;
}

/** The hash of a run is a polynomial in one of these of what it is made of, mod 2³². */
const B = 0x01000193, C = 0x5bd1e995;

/** All runs of n of a list of numbers, rolled: the oldest is taken out as the next comes in. */
function runs(parts: Int32Array, n: number): Shingles {
  const count = parts.length - n + 1;
  if (count <= 0) return new Int32Array(0);
  let bn = 1, cn = 1;
  for (let i = 0; i < n; i++) {
    bn = Math.imul(bn, B);
    cn = Math.imul(cn, C);
  }
  const out = new Int32Array(2 * count);
  let one = 0, other = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    one = (Math.imul(one, B) + part) | 0;
    other = (Math.imul(other, C) + part) | 0;
    if (i >= n) {
      one = (one - Math.imul(parts[i - n], bn)) | 0;
      other = (other - Math.imul(parts[i - n], cn)) | 0;
    }
    const at = 2 * (i - n + 1);
    if (at < 0) continue;
    out[at] = mixed(one);
    out[at + 1] = mixed(other);
  }
  return out;
}

function ofWords(text: string, n: number): Shingles {
  const { numbers, lexicon: { hashes } } = wordsOf(simplified(text));
  const parts = new Int32Array(numbers.length);
  for (let i = 0; i < parts.length; i++) parts[i] = mixed(hashes[numbers[i]]);
  return runs(parts, n);
}

function ofCharacters(text: string, n: number): Shingles {
  const points = /[\ud800-\udfff]/.test(text)
    ? Int32Array.from(text, (character) => mixed(character.codePointAt(0)!))
    : Int32Array.from({ length: text.length }, (_, i) => mixed(text.charCodeAt(i)));
  return runs(points, Math.min(n, points.length));
}

/**
 * The shingles of a text, repeats among them. A text of fewer words than n has none; one of fewer
 * characters is its own.
 */
export function shingles(text: string, { of, n }: ShingleSize): Shingles {
  return of === "words" ? ofWords(text, n) : ofCharacters(text, n);
}
