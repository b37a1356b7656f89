/**
 * Text whose UTF-8 was read as windows-1252, put right: "cafÃ©" is "café".
 *
 * A stretch is repaired where its characters, as bytes of windows-1252, are whole UTF-8 characters.
 * Stretches that real text may hold are left alone: of two characters, only those that begin with Â or
 * Ã, which before a sign are in no language's spelling, or that stand next to another such stretch (as
 * in "Ð¿Ñ€Ð¸Ð²ÐµÑ‚", where every letter is one). ftfy (Speer 2019) weighs such cases by a longer
 * list of signs; what it repairs beyond this is left as it is.
 * @module
 */

/**
 * Bytes 0x80 to 0x9f in windows-1252; the five that it leaves open are the controls of the same number
 * (WHATWG's encoding standard).
 */
const HIGH = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";
const BYTES = new Map([...HIGH].map((character, i) => [character.charCodeAt(0), 0x80 + i]));

/** The byte of a UTF-16 unit in windows-1252 from 0x80 on; −1: none. */
function byteOf(unit: number): number {
  if (unit >= 0xa0 && unit <= 0xff) return unit;
  return BYTES.get(unit) ?? -1;
}

/** Bytes of the UTF-8 character that begins with a byte; 0: none does. */
function lengthOf(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The character whose UTF-8 stands at a place as windows-1252; null where none does. */
function characterAt(text: string, at: number): { character: string; length: number } | null {
  const lead = byteOf(text.charCodeAt(at)), length = lengthOf(lead);
  if (length === 0 || at + length > text.length) return null;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const byte = byteOf(text.charCodeAt(at + i));
    if (i > 0 && (byte < 0x80 || byte > 0xbf)) return null;
    bytes[i] = byte;
  }
  try {
    return { character: decoder.decode(bytes), length };
  } catch {
    return null; // an overlong form, or half of a pair
  }
}

/** Leads of two-byte characters that no spelling has before a sign: Â and Ã. */
const SURE = [0xc2, 0xc3];

/** One layer put right. */
function repairedOnce(text: string): string {
  let out = "", from = 0;
  for (let at = 0; at < text.length;) {
    const first = text.charCodeAt(at);
    if (first < 0xc2 || first > 0xf4 || characterAt(text, at) === null) {
      at++;
      continue;
    }
    let end = at, stretch = "", sure = false, count = 0;
    for (let found = characterAt(text, end); found !== null; found = characterAt(text, end)) {
      sure ||= found.length > 2 || SURE.includes(byteOf(text.charCodeAt(end)));
      stretch += found.character;
      end += found.length;
      count++;
    }
    if (sure || count > 1) {
      out += text.slice(from, at) + stretch;
      from = end;
    }
    at = end;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** Layers that are put right at most: text can be read wrongly several times. */
const LAYERS = 4;

/** Text put right; the same text where nothing is wrong. */
export function withoutMojibake(text: string): string {
  let now = text;
  for (let layer = 0; layer < LAYERS; layer++) {
    const next = repairedOnce(now);
    if (next === now) break;
    now = next;
  }
  return now;
}
