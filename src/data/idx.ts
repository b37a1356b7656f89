/**
 * IDX files, as the MNIST family has them: two zero bytes, element type, number of dimensions,
 * big-endian sizes, data. Gzipped or plain.
 * @module
 */
import { DataError } from "../base/mod.ts";

/** An array of unsigned bytes with its shape. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(
    new DecompressionStream("gzip"),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Reads unsigned bytes of `dimensions` dimensions. Throws a `DataError` that names file and fault. */
export async function readIdx(path: string, dimensions: number): Promise<IdxArray> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new DataError(`${path}: no such file`);
    throw error;
  }
  if (bytes.length === 0) throw new DataError(`${path}: the file is empty`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    bytes = await gunzip(bytes).catch(() => {
      throw new DataError(`${path}: the gzip stream is corrupt or cut short; get the file again`);
    });
  }
  const header = 4 + 4 * dimensions;
  if (bytes.length < header) {
    throw new DataError(
      `${path}: ${bytes.length} bytes are too few for an IDX header of ${header}`,
    );
  }
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8 || bytes[3] !== dimensions) {
    const found = Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, "0")).join(
      " ",
    );
    throw new DataError(
      `${path}: not an IDX file of unsigned bytes in ${dimensions} dimensions ` +
        `(it begins ${found}, 00 00 08 0${dimensions} was expected)`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = shape.reduce((a, b) => a * b, 1);
  if (bytes.length - header !== wanted) {
    throw new DataError(
      `${path}: the header promises ${shape.join("×")} = ${wanted} bytes, ` +
        `${bytes.length - header} follow; the file is damaged, get it again`,
    );
  }
  return { shape, data: bytes.subarray(header) };
}
