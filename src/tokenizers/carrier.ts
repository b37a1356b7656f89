/**
 * Any bytes as a string that regular expressions read: valid UTF-8 as its characters, and each byte
 * that is none as one low surrogate, U+DC00 + byte. A surrogate without its pair stands in no valid
 * text, so nothing is lost (PEP 383 has the same form).
 * @module
 */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const escaped = 0xdc00;

/** Length of the valid UTF-8 sequence at `at`, 0 where there is none. RFC 3629, section 4. */
function sequence(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1];
  const tooLong = first === 0xe0 && second < 0xa0 || first === 0xf0 && second < 0x90;
  const noCharacter = first === 0xed && second > 0x9f || first === 0xf4 && second > 0x8f;
  return tooLong || noCharacter ? 0 : length;
}

function withEscapes(bytes: Uint8Array): string {
  const parts: string[] = [];
  let from = 0, at = 0;
  while (at < bytes.length) {
    const length = sequence(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (from < at) parts.push(strict.decode(bytes.subarray(from, at)));
    parts.push(String.fromCharCode(escaped + bytes[at]));
    from = ++at;
  }
  if (from < at) parts.push(strict.decode(bytes.subarray(from, at)));
  return parts.join("");
}

/**
 * Text or bytes as such a string. A surrogate without its pair in a text is no character: it counts
 * as U+FFFD, as in every encoder of UTF-8.
 */
export function carried(text: string | Uint8Array): string {
  if (typeof text === "string") return text.isWellFormed() ? text : text.toWellFormed();
  try {
    return strict.decode(text);
  } catch {
    return withEscapes(text);
  }
}

/** Writes the bytes of `piece`, at most three a unit, into `into`. @returns how many there are */
export function bytesInto(piece: string, into: { [index: number]: number }): number {
  let n = 0;
  for (let i = 0; i < piece.length; i++) {
    let code = piece.charCodeAt(i);
    if (code < 0x80) {
      into[n++] = code;
      continue;
    }
    if (code < 0x800) {
      into[n++] = 0xc0 | code >> 6;
      into[n++] = 0x80 | code & 63;
      continue;
    }
    if (code >= 0xdc00 && code <= 0xdfff) {
      into[n++] = code - escaped;
      continue;
    }
    if (code >= 0xd800 && code < 0xdc00) {
      code = 0x10000 + (code - 0xd800 << 10) + (piece.charCodeAt(++i) - 0xdc00);
      into[n++] = 0xf0 | code >> 18;
      into[n++] = 0x80 | code >> 12 & 63;
    } else {
      into[n++] = 0xe0 | code >> 12;
    }
    into[n++] = 0x80 | code >> 6 & 63;
    into[n++] = 0x80 | code & 63;
  }
  return n;
}

/** The bytes that such a string carries. */
export function bytesOf(piece: string): Uint8Array {
  const into = new Uint8Array(3 * piece.length);
  return into.slice(0, bytesInto(piece, into));
}
