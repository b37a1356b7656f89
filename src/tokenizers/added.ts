/**
 * Added tokens: texts that are one token wherever they stand, found before text is cut into words.
 * The rules are those of Hugging Face's tokenizers: of those that begin first the longest, spaces
 * beside it taken where the token says so.
 * @module
 */
import { z } from "zod";
import { escapeRegex } from "./split/regex.ts";

/** As `tokenizer.json` has them under `added_tokens`. */
export const addedSchema = z.object({
  id: z.int().min(0),
  content: z.string().min(1),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(true),
  special: z.boolean().default(false),
});
/** One added token. */
export type AddedToken = z.output<typeof addedSchema>;

/** A piece of text, or an added token that stands in it. */
export type Part = string | AddedToken;

const word = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]";
const wordBefore = new RegExp(`${word}$`, "v"), wordAfter = new RegExp(`^${word}`, "v");
const spaceAfter = /\p{White_Space}*/vy;

/** How much white space the text ends with. */
function spaceBefore(text: string): number {
  let n = 0;
  while (n < text.length && /\p{White_Space}/v.test(text[text.length - 1 - n])) n++;
  return n;
}

/** Finds added tokens in a text. */
export type Finder = (text: string, special: boolean) => Part[];

/**
 * A finder of these tokens.
 * @param content what each is in the text that is looked through, if not its own content
 */
export function finderOf(
  tokens: readonly AddedToken[],
  content: (token: AddedToken) => string = (token) => token.content,
): Finder {
  const byContent = new Map(tokens.map((token) => [content(token), token]));
  const contents = [...byContent.keys()].filter((one) => one !== "")
    .sort((a, b) => b.length - a.length);
  if (contents.length === 0) return (text) => text === "" ? [] : [text];
  const any = new RegExp(contents.map(escapeRegex).join("|"), "gv");
  return (text, special) => {
    const parts: Part[] = [];
    let from = 0;
    any.lastIndex = 0;
    for (let found = any.exec(text); found !== null; found = any.exec(text)) {
      const token = byContent.get(found[0])!;
      if (token.special && !special) continue;
      let start = found.index, end = start + found[0].length;
      if (start < from) continue;
      if (token.single_word) {
        if (wordBefore.test(text.slice(Math.max(0, start - 2), start))) continue;
        if (wordAfter.test(text.slice(end, end + 2))) continue;
      }
      if (token.lstrip) start = Math.max(from, start - spaceBefore(text.slice(from, start)));
      if (token.rstrip) {
        spaceAfter.lastIndex = end;
        spaceAfter.test(text);
        end = Math.max(end, spaceAfter.lastIndex);
      }
      if (from < start) parts.push(text.slice(from, start));
      parts.push(token);
      from = end;
    }
    if (from < text.length) parts.push(text.slice(from));
    return parts;
  };
}
