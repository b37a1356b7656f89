/**
 * Small zip archives, as wheels are.
 * @module
 */
import { crc32, deflateRawSync } from "node:zlib";

/** A file to put into an archive. */
export interface Packed {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Unix permissions. Default 0o644. */
  readonly mode?: number;
}

/** Little-endian fields of 2 or 4 bytes. */
function fields(...values: [size: 2 | 4, value: number][]): Uint8Array {
  const out: number[] = [];
  for (const [size, value] of values) {
    for (let i = 0; i < size; i++) out.push(Math.floor(value / 256 ** i) % 256);
  }
  return Uint8Array.from(out);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A zip archive, deflated. Layout: PKWARE's APPNOTE.TXT, 4.3. */
export function zip(files: readonly Packed[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { path, bytes, mode = 0o644 } of files) {
    const name = new TextEncoder().encode(path);
    const packed = deflateRawSync(bytes);
    const shared = fields(
      ...[[2, 20], [2, 0x800], [2, 8], [4, 0]] as [2 | 4, number][],
      ...[[4, crc32(bytes)], [4, packed.length], [4, bytes.length]] as [2 | 4, number][],
      ...[[2, name.length], [2, 0]] as [2 | 4, number][],
    );
    const local = join([fields([4, 0x04034b50]), shared, name, packed]);
    const attributes = (0o100000 | mode) * 65536;
    directory.push(
      fields([4, 0x02014b50], [2, 3 * 256 + 20]),
      shared,
      fields([2, 0], [2, 0], [2, 0], [4, attributes], [4, offset]),
      name,
    );
    parts.push(local);
    offset += local.length;
  }
  const central = join(directory);
  const end = fields(
    ...[[4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length]] as [2 | 4, number][],
    ...[[4, central.length], [4, offset], [2, 0]] as [2 | 4, number][],
  );
  return join([...parts, central, end]);
}
