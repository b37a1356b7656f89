/**
 * PNG files of any depth, with a profile and a turn: what sharp doesn't write.
 * @module
 */
import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";

/** Bands by PNG's colour types. */
export const KINDS = { 0: 1, 2: 3, 4: 2, 6: 4 } as const;

/** What is written. */
export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly bits: 8 | 16;
  readonly kind: keyof typeof KINDS;
  /** [height, width, bands] below 2 ** bits. */
  readonly values: ArrayLike<number>;
  readonly profile?: Uint8Array | null;
  /** EXIF's orientation, 1 to 8. */
  readonly orientation?: number;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4), check = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Its bytes. */
export function png({ width, height, bits, kind, values, ...more }: PngParts): Uint8Array {
  const row = width * KINDS[kind], each = bits / 8;
  const raw = Buffer.alloc(height * (1 + row * each));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < row; x++) {
      raw.writeUIntBE(values[y * row + x], y * (1 + row * each) + 1 + x * each, each);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([bits, kind, 0, 0, 0], 8);
  const parts = [Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head)];
  if (more.profile) {
    const packed = Buffer.concat([Buffer.from("p\0\0", "latin1"), deflateSync(more.profile)]);
    parts.push(chunk("iCCP", packed));
  }
  if (more.orientation !== undefined) {
    const exif = [77, 77, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, more.orientation];
    parts.push(chunk("eXIf", Uint8Array.from([...exif, 0, 0, 0, 0, 0, 0])));
  }
  parts.push(chunk("IDAT", deflateSync(raw)), chunk("IEND", new Uint8Array()));
  return new Uint8Array(Buffer.concat(parts));
}
