/**
 * Words of documents in another order.
 * @module
 */
import { type HostKey, hostPermutation } from "../../../random/host/mod.ts";

/**
 * A text whose words stand in random order; what is between words stays in its place, so that lines,
 * length and words are the text's own.
 */
export function shuffledWords(text: string, key: HostKey): string {
  const words = text.match(/\S+/gu) ?? [];
  const order = hostPermutation(key, words.length);
  let next = 0;
  return text.replace(/\S+/gu, () => words[order[next++]]);
}
