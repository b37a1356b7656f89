/**
 * Bytes as printable characters, the way in which byte-level vocabularies are written: a byte that is
 * a visible character of Latin-1 is itself, and the others are U+0100, U+0101, … in order (GPT-2).
 * @module
 */

const characters: string[] = [];
for (let byte = 0, others = 0; byte < 256; byte++) {
  const visible = byte >= 33 && byte <= 126 || byte >= 161 && byte !== 173;
  characters.push(String.fromCharCode(visible ? byte : 256 + others++));
}

/** The character of each byte. */
export const alphabet: readonly string[] = characters;

/** The byte of each character. */
const byteOf: ReadonlyMap<string, number> = new Map(alphabet.map((one, byte) => [one, byte]));

/** Bytes in the order of their characters, which is the order of their ids in trained vocabularies. */
export const alphabetical: readonly number[] = alphabet.map((_, byte) => byte)
  .sort((a, b) => alphabet[a].charCodeAt(0) - alphabet[b].charCodeAt(0));

/** The bytes that a token of a byte-level vocabulary is written for; null where it is none. */
export function bytesWritten(token: string): Uint8Array | null {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = byteOf.get(token[i]);
    if (byte === undefined) return null;
    bytes[i] = byte;
  }
  return bytes;
}

/** How a byte-level vocabulary writes bytes. */
export function written(bytes: Iterable<number>): string {
  let text = "";
  for (const byte of bytes) text += alphabet[byte];
  return text;
}
