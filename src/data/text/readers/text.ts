/**
 * Files of text: a document each, or several with a line between them.
 * @module
 */
import {
  type Found,
  isBlank,
  lineAndByte,
  type Reader,
  type ReadOptions,
  tooLarge,
  utf8Fault,
} from "./found.ts";
import { joined, lines, plainText } from "./lines.ts";

/** Bytes as a document. @param line that of the first byte */
function documentOf(bytes: Uint8Array, line: number): Found {
  const bad = utf8Fault(bytes);
  if (bad >= 0) {
    const why = `byte ${bytes[bad].toString(16).padStart(2, "0")} is no UTF-8`;
    return { fault: "utf8", at: lineAndByte(bytes, bad, line), why };
  }
  return isBlank(bytes) ? { fault: "empty", at: `:${line}:1`, why: "empty" } : { document: bytes };
}

async function* wholeFile(
  chunks: AsyncIterable<Uint8Array>,
  { mostBytes }: ReadOptions,
): AsyncGenerator<readonly Found[]> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of plainText(chunks)) {
    length += chunk.length;
    if (length > mostBytes) {
      yield [tooLarge("", mostBytes)];
      return;
    }
    pieces.push(chunk.slice());
  }
  yield [documentOf(joined(pieces), 1)];
}

/**
 * Text: UTF-8, with or without a byte order mark, whose lines end in LF or CR LF; documents have LF. The
 * line between documents belongs to none of them, nor does the end of the line before it.
 */
export const readText: Reader = async function* (chunks, options) {
  const { separator, mostBytes } = options;
  if (separator === undefined) {
    yield* wholeFile(chunks, options);
    return;
  }
  const mark = new TextEncoder().encode(separator), newline = Uint8Array.of(10);
  let pieces: Uint8Array[] = [], length = 0, first = 1, large = false;
  const take = (next: number): Found[] => {
    const line = first, text = joined(pieces), over = large;
    const none = pieces.length === 0 && !over;
    [pieces, length, first, large] = [[], 0, next, false];
    // Nothing stands before a separator that begins the file, or after one that ends it.
    return none ? [] : [over ? tooLarge(`:${line}:1`, mostBytes) : documentOf(text, line)];
  };
  for await (const some of lines(plainText(chunks), { most: Math.max(mostBytes, mark.length) })) {
    const found: Found[] = [];
    for (const { bytes, number } of some) {
      if (bytes !== null && equal(bytes, mark)) {
        found.push(...take(number + 1));
        continue;
      }
      const begun = pieces.length > 0 || large;
      length += (bytes?.length ?? mostBytes + 1) + (begun ? 1 : 0);
      large ||= length > mostBytes;
      if (large) pieces = [];
      else pieces.push(...(begun ? [newline] : []), bytes!);
    }
    if (found.length > 0) yield found;
  }
  yield take(0);
};

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
