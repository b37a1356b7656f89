/**
 * Web archives (WARC, ISO 28500): pages as they were fetched, or texts that were made of them. Of a
 * response its body is a document, in UTF-8 whatever it was in; records of other types, and bodies that
 * are no text, are passed over. HTML stays HTML: the stage `html` of curation makes text of it.
 * @module
 */
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { DataError } from "../../../base/mod.ts";
import { type Found, isBlank, type Reader, type ReadOptions, tooLarge } from "./found.ts";
import { joined } from "./lines.ts";

/** Bytes of a record's own headers at most, and of a response's. */
const MOST_HEADERS = 1 << 16;

const latin1 = new TextDecoder("latin1");

/** Bytes as they come, taken by number or up to a mark. */
class Bytes {
  #held: Uint8Array = new Uint8Array(0);
  #ended = false;
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const { value, done } = await this.#chunks.next();
    if (done === true) this.#ended = true;
    else this.#held = this.#held.length === 0 ? value.slice() : joined([this.#held, value]);
    return !this.#ended;
  }

  /** The next so many bytes; fewer at the end. */
  async take(count: number): Promise<Uint8Array> {
    while (this.#held.length < count && await this.#more());
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  /** Passes over so many bytes, with no more than a chunk of them in memory. */
  async skip(count: number): Promise<void> {
    let left = count;
    while (left > 0) {
      if (this.#held.length === 0 && !await this.#more()) return;
      const passed = Math.min(left, this.#held.length);
      this.#held = this.#held.subarray(passed);
      left -= passed;
    }
  }

  /** The next line without its end; null at the end. */
  async line(): Promise<string | null> {
    for (let from = 0;;) {
      const end = this.#held.indexOf(10, from);
      if (end >= 0) return latin1.decode(await this.take(end + 1)).replace(/\r?\n$/, "");
      from = this.#held.length;
      if (from > MOST_HEADERS) throw new DataError("a line of headers that doesn't end");
      if (!await this.#more()) return from === 0 ? null : latin1.decode(await this.take(from));
    }
  }
}

type Headers = ReadonlyMap<string, string>;

/** Lines `name: value` as headers, names in small letters. */
function headersOf(lines: readonly string[]): Headers {
  return new Map(lines.flatMap((line) => {
    const colon = line.indexOf(":");
    return colon < 0
      ? []
      : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
  }));
}

/** A body that came in chunks (RFC 9112, 7.1), whole; one that is whole already stays as it is. */
function dechunked(body: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf(10, at);
    const size = end < 0 ? NaN : parseInt(latin1.decode(body.subarray(at, end)), 16);
    if (!/^[0-9a-f]+\s*(;|\s*$)/i.test(latin1.decode(body.subarray(at, Math.max(at, end))))) {
      return body;
    }
    if (size === 0) break;
    parts.push(body.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 2;
  }
  return joined(parts);
}

const UNPACK: { readonly [encoding: string]: (bytes: Uint8Array) => Uint8Array } = {
  gzip: (bytes) => gunzipSync(bytes),
  "x-gzip": (bytes) => gunzipSync(bytes),
  deflate: (bytes) => inflateSync(bytes),
  br: (bytes) => brotliDecompressSync(bytes),
};

/** A body of a type that is text. */
const isText = (type: string) =>
  /^(text\/(html|plain|markdown)|application\/xhtml\+xml)\b/i.test(type);

/** The encoding of a text: that of its type, or the one that a page names at its beginning. */
function decoded(body: Uint8Array, type: string): string {
  const named = /charset\s*=\s*["']?([\w-]+)/i;
  const label = named.exec(type)?.[1] ??
    named.exec(latin1.decode(body.subarray(0, 1024)))?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(body);
  } catch {
    return new TextDecoder().decode(body); // an encoding that nobody knows
  }
}

/** The document of a record; null where it is none. */
function documentOf(headers: Headers, block: Uint8Array, at: string): Found | null {
  let type = headers.get("content-type") ?? "", body = block;
  if (headers.get("warc-type") === "response") {
    const text = latin1.decode(block.subarray(0, MOST_HEADERS));
    const end = /\r?\n\r?\n/.exec(text);
    if (!/^HTTP\//.test(text) || end === null) return null;
    const http = headersOf(text.slice(0, end.index).split(/\r?\n/).slice(1));
    if (!/^HTTP\/\S+ 2\d\d/.test(text)) return null;
    type = http.get("content-type") ?? "";
    if (!isText(type)) return null;
    body = block.subarray(end.index + end[0].length);
    if (/chunked/i.test(http.get("transfer-encoding") ?? "")) body = dechunked(body);
    const packed = (http.get("content-encoding") ?? "").toLowerCase();
    try {
      if (Object.hasOwn(UNPACK, packed)) body = UNPACK[packed](body);
    } catch (error) {
      return { fault: "field", at, why: `its ${packed} is spoilt: ${(error as Error).message}` };
    }
  } else if (!isText(type)) return null;
  const document = new TextEncoder().encode(decoded(body, type));
  return isBlank(document) ? { fault: "empty", at, why: "empty" } : { document };
}

/** Types of record that hold a text. */
const TYPES = ["response", "resource", "conversion"];

/** WARC files, packed or not. */
export const readWarc: Reader = async function* (chunks, { mostBytes }: ReadOptions) {
  const bytes = new Bytes(chunks);
  for (let number = 1;; number++) {
    let version = await bytes.line();
    while (version === "") version = await bytes.line();
    if (version === null) return;
    if (!version.startsWith("WARC/")) {
      throw new DataError(`record ${number} begins with \`${version.slice(0, 40)}\`, not WARC/`);
    }
    const lines: string[] = [];
    for (let line = await bytes.line(); line !== null && line !== ""; line = await bytes.line()) {
      lines.push(line);
    }
    const headers = headersOf(lines), length = Number(headers.get("content-length") ?? NaN);
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new DataError(`record ${number} has no Content-Length`);
    }
    const at = ` record ${number}`;
    if (!TYPES.includes(headers.get("warc-type") ?? "")) await bytes.skip(length);
    else if (length > mostBytes + MOST_HEADERS) {
      await bytes.skip(length);
      yield [tooLarge(at, mostBytes)];
    } else {
      const block = await bytes.take(length);
      if (block.length < length) throw new DataError(`record ${number} ends too early`);
      const found = documentOf(headers, block, at);
      if (found !== null) yield [found];
    }
  }
};
