/**
 * sha256 of files too large to hold in memory.
 * @module
 */
import { createHash } from "node:crypto";

const chunk = 1 << 20;

/** sha256 of a file, 64 hexadecimal digits; `onBytes` hears of every piece read. */
export async function sha256OfFile(
  path: string,
  onBytes: (bytes: number) => void = () => {},
): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(chunk);
  for (let n = await file.read(buffer); n !== null; n = await file.read(buffer)) {
    hash.update(buffer.subarray(0, n));
    onBytes(n);
  }
  return hash.digest("hex");
}
