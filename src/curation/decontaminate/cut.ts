/**
 * A document without what tasks are asked about: of each match so many characters on both sides go
 * too, and what is left of the sentences that were cut.
 * @module
 */
import { strip } from "../words/mod.ts";
import type { Match } from "./matches.ts";

const ends = /[.!?]/;

/** The place after the last end of a sentence before `at`; 0 where there is none. */
function sentenceBefore(text: string, at: number): number {
  for (let i = Math.min(at, text.length - 1); i > 0; i--) if (ends.test(text[i])) return i + 1;
  return 0;
}

/** The place after the first end of a sentence from `at` on; the text's end where there is none. */
function sentenceAfter(text: string, at: number): number {
  for (let i = at; i < text.length; i++) if (ends.test(text[i])) return i + 1;
  return text.length;
}

/**
 * The pieces that are left of a text.
 * @param characters that go on each side of a match
 */
export function piecesLeft(text: string, matches: readonly Match[], characters: number): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const match of matches) {
    const before = sentenceBefore(text, match.from - characters);
    if (before > from) pieces.push(strip(text.slice(from, before)));
    from = Math.max(from, sentenceAfter(text, match.to + characters));
  }
  if (from < text.length) pieces.push(strip(text.slice(from)));
  return pieces.filter((piece) => piece !== "");
}
