/**
 * Tokens as stretches of text, and texts that are cut to a length.
 * @module
 */
import type { Tokenizer } from "../../tokenizers/mod.ts";
import type { Stretch } from "./sheet.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Whether the last character of these bytes is whole, as far as their first byte tells. */
function endsWhole(bytes: readonly number[]): boolean {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return true;
    if (byte >= 0xc0) return back >= (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2);
  }
  return true;
}

/** A token with what its probability was. */
export interface ShownToken {
  readonly token: number;
  /** ln p, given those before it; left out where it isn't to be shown. */
  readonly logProbability?: number;
}

const LN2 = Math.LN2;

/** To a thousandth of a bit, never −0. */
const bitsOf = (logProbability: number) => Math.round(-1000 * logProbability / LN2) / 1000 + 0;

/**
 * Tokens as text in order. Each special token is a stretch of its own. Of tokens with probabilities each
 * is one too, but those that together make one character; of others, all between special ones.
 */
export function stretchesOf(tokens: Iterable<ShownToken>, tokenizer: Tokenizer): Stretch[] {
  const stretches: Stretch[] = [];
  let bytes: number[] = [], sum = 0, count = 0, scored = false;
  const end = () => {
    if (count === 0) return;
    stretches.push({
      text: utf8.decode(Uint8Array.from(bytes)),
      ...(scored && { bits: bitsOf(sum) }),
      ...(scored && count > 1 && { tokens: count }),
    });
    [bytes, sum, count, scored] = [[], 0, 0, false];
  };
  for (const { token, logProbability } of tokens) {
    if (tokenizer.lengths[token] === 0) {
      end();
      const text = utf8.decode(tokenizer.decode([token], { special: true }));
      stretches.push({
        text,
        special: true,
        ...(logProbability !== undefined && { bits: bitsOf(logProbability) }),
      });
      continue;
    }
    bytes.push(...tokenizer.decode([token]));
    sum += logProbability ?? 0;
    count++;
    scored ||= logProbability !== undefined;
    if (scored && endsWhole(bytes)) end();
  }
  end();
  return stretches;
}

/** The first `most` characters, and how many there are; no character is cut in two. */
export function cutText(
  text: string,
  most: number,
): { readonly text: string; readonly left: number } {
  if (text.length <= most) return { text, left: 0 };
  const splits = /[\uD800-\uDBFF]/.test(text[most - 1]);
  const end = splits ? most - 1 : most;
  return { text: text.slice(0, end), left: text.length - end };
}

/** The first stretches of at most so many characters together, the last of them cut. */
export function cutStretches(
  stretches: readonly Stretch[],
  most: number,
): { readonly stretches: Stretch[]; readonly left: number } {
  const kept: Stretch[] = [];
  let room = most, left = 0;
  for (const stretch of stretches) {
    const cut = cutText(stretch.text, room);
    left += cut.left;
    if (room > 0) kept.push(cut.left === 0 ? stretch : { ...stretch, text: cut.text });
    room = cut.left === 0 ? room - stretch.text.length : 0;
  }
  return { stretches: kept, left };
}
