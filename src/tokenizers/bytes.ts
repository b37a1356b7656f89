/**
 * The tokenizer of last resort: each byte of UTF-8 is a token.
 * @module
 */
import type { Tokenizer } from "./tokenizer.ts";

const separator = 256;
const separatorText = "<|endoftext|>";
const lengths = new Uint8Array(257).fill(1, 0, 256);
const separatorBytes = new TextEncoder().encode(separatorText);

function asBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? new TextEncoder().encode(text) : text;
}

function encode(text: string | Uint8Array, options: { readonly special?: boolean } = {}) {
  const bytes = asBytes(text);
  if (options.special !== true) return Int32Array.from(bytes);
  const tokens: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const found = separatorBytes.every((byte, i) => bytes[at + i] === byte);
    tokens.push(found ? separator : bytes[at]);
    at += found ? separatorBytes.length : 1;
  }
  return Int32Array.from(tokens);
}

function decode(tokens: ArrayLike<number>, options: { readonly special?: boolean } = {}) {
  const bytes: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!Number.isInteger(token) || token < -1 || token > separator) {
      throw new RangeError(`token ${token} is not in the vocabulary of the bytes tokenizer, 0–256`);
    }
    if (token >= 0 && token < separator) bytes.push(token);
    else if (token === separator && options.special === true) bytes.push(...separatorBytes);
  }
  return Uint8Array.from(bytes);
}

/** Bytes as tokens 0–255; 256 separates documents. It reads any text and any bytes. */
export const bytesTokenizer: Tokenizer = {
  name: "bytes",
  digest: "bytes",
  vocabulary: 257,
  separator,
  special: { [separatorText]: separator },
  encode,
  decode,
  lengths,
};
