/** Digests of bytes, texts and files. @module */
import { createHash } from "node:crypto";

/** Bytes of a file in memory at a time: small, since many small files may be read together. */
const BLOCK = 1 << 16;

/** sha256 in hexadecimal. */
export async function sha256(bytes: Uint8Array | string): Promise<string> {
  const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  const hash = await crypto.subtle.digest("SHA-256", data as BufferSource);
  return Array.from(new Uint8Array(hash), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** The sha256 of a text, in 64 hex digits. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/**
 * sha256 of a file, 64 hexadecimal digits, a block in memory at a time.
 * @param onBytes hears of every block read, in bytes
 */
export async function sha256OfFile(
  path: string,
  onBytes: (bytes: number) => void = () => {},
): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(BLOCK);
  for (let n = await file.read(buffer); n !== null; n = await file.read(buffer)) {
    hash.update(buffer.subarray(0, n));
    onBytes(n);
  }
  return hash.digest("hex");
}
