/**
 * Safetensors on disk, a tensor at a time: reading, and writing of files that needn't fit in memory.
 * @module
 */
import { ToldError } from "../../base/mod.ts";
import type { ByteSource } from "./byte_source.ts";
import { encodeHeader, valuesOf } from "./safetensors.ts";
import { dataStart, isRead, readEntries, SafetensorsError, sizeOf } from "./safetensors_header.ts";
import type { TensorFile } from "./tensor_file.ts";

/** A safetensors file with its free-form metadata. */
export interface SafetensorsFile extends TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a safetensors file; its header alone is read. The types F32, F16, BF16 and whole numbers are
 * read as float32; a tensor of another type is an error once it is read.
 * @throws SafetensorsError on anything that the format forbids, with the file's name
 */
export async function openSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const told = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SafetensorsError)) throw error;
      throw new SafetensorsError(`${source.name}: ${error.message}`, { cause: error });
    }
  };
  const first = await source.read(0, Math.min(8, source.size));
  const start = told(() => dataStart(first, source.size));
  const header = await source.read(8, start);
  const { entries, metadata } = told(() =>
    readEntries(header, {
      available: source.size - start,
      wanted: (_name, dtype) => isRead(dtype),
    })
  );
  const places = new Map(entries.map((entry) => [entry.name, entry]));
  const read = async (name: string) => {
    const place = places.get(name);
    if (place === undefined) throw new RangeError(`${source.name} has no tensor ${name}`);
    const { dtype, begin, end } = place;
    if (!isRead(dtype)) {
      throw new SafetensorsError(
        `${source.name}: ${name} is of type ${dtype}, which is not read here; types: F32, F16, ` +
          "BF16, I32, U8",
      );
    }
    return valuesOf(await source.read(start + begin, start + end), dtype);
  };
  return {
    metadata,
    tensors: new Map(
      entries.map(({ name, dtype, shape, begin, end }) => [
        name,
        { type: dtype, shape, bytes: end - begin },
      ]),
    ),
    async read(name) {
      const values = await read(name);
      return values instanceof Float32Array ? values : Float32Array.from(values);
    },
    async readIntegers(name) {
      const values = await read(name);
      if (values instanceof Int32Array) return values;
      throw new SafetensorsError(`${source.name}: ${name} isn't of type I32`);
    },
    close: () => source.close(),
  };
}

/** A tensor that is written as F32: its values are asked for when its turn comes. */
export interface Writable {
  readonly name: string;
  readonly shape: readonly number[];
  values(): Promise<Float32Array> | Float32Array;
}

/**
 * Writes a safetensors file of F32 tensors, a tensor at a time, under a name of its own until it is
 * whole. The bytes are those of `encodeSafetensors`.
 * @returns its size in bytes
 * @throws SafetensorsError where values don't fit their shape
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly Writable[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<number> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  if (byName.size !== tensors.length) throw new SafetensorsError("two tensors of one name");
  const { names, bytes, end } = encodeHeader(
    tensors.map(({ name, shape }) => ({ name, dtype: "F32" as const, shape })),
    metadata,
  );
  const part = `${path}.part`;
  try {
    using file = await Deno.open(part, { write: true, create: true, truncate: true });
    const write = async (piece: Uint8Array) => {
      for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
    };
    await write(bytes);
    for (const name of names) {
      const { shape, values } = byName.get(name)!;
      const data = await values();
      if (data.length !== sizeOf(shape)) {
        throw new SafetensorsError(
          `${name}: shape [${shape}] needs ${sizeOf(shape)} values, found ${data.length}`,
        );
      }
      await write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    await file.sync();
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    if (error instanceof ToldError) throw error;
    throw new SafetensorsError(`${path} can't be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
  await Deno.rename(part, path);
  return bytes.length + end;
}
