/**
 * A GGUF file read by ranges: its header first, then a tensor at a time.
 * @module
 */
import type { ByteSource } from "../byte_source.ts";
import { sizeOf } from "../safetensors_header.ts";
import type { TensorFile } from "../tensor_file.ts";
import { readTypes, typeNames } from "./blocks.ts";
import {
  GgufError,
  type GgufValue,
  type Header,
  type Info,
  MoreWanted,
  readHeader,
} from "./header.ts";

/** See the module. */
export interface GgufFile extends TensorFile {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
}

/** Bytes that are read for the header at first; more where it is longer. */
const FIRST = 1 << 20;

async function headerOf(source: ByteSource): Promise<Header> {
  for (let size = FIRST;; size *= 4) {
    const upTo = Math.min(size, source.size);
    try {
      return readHeader(await source.read(0, upTo));
    } catch (error) {
      if (!(error instanceof MoreWanted)) throw error;
      if (upTo === source.size) {
        throw new GgufError(`truncated: it ends at byte ${source.size} inside its header`);
      }
    }
  }
}

/** Bytes of a tensor; undefined for a type whose blocks aren't known here. */
function bytesOf({ name, shape, type }: Info): number | undefined {
  const known = readTypes[type];
  if (known === undefined) return undefined;
  const size = sizeOf(shape), row = shape.at(-1) ?? 1;
  if (!Number.isSafeInteger(size)) throw new GgufError(`broken: ${name} has the shape [${shape}]`);
  if (row % known.values !== 0) {
    throw new GgufError(
      `broken: rows of ${row} values in ${name} are no whole blocks of ${known.name}, of ` +
        known.values,
    );
  }
  return size / known.values * known.bytes;
}

/** A tensor with its bytes; 0 of a type that isn't read. */
type Placed = Info & { readonly bytes: number };

function placesOf({ tensors, start }: Header, size: number): Map<string, Placed> {
  const places = new Map<string, Placed>();
  for (const info of tensors) {
    const { name, offset } = info, bytes = bytesOf(info) ?? 0;
    if (places.has(name)) throw new GgufError(`broken: the tensor ${name} is there twice`);
    if (start + offset + bytes > size) {
      throw new GgufError(
        `truncated: ${name} ends at byte ${start + offset + bytes}, the file has ${size}`,
      );
    }
    places.set(name, { ...info, bytes });
  }
  return places;
}

/**
 * Opens a GGUF file; tensors of the types F32, F16, BF16, Q8_0, Q4_0 and Q4_1 are read.
 * @throws GgufError where it is broken, with the file's name
 */
export async function openGguf(source: ByteSource): Promise<GgufFile> {
  try {
    const header = await headerOf(source);
    const places = placesOf(header, source.size);
    const nameOf = (type: number) => typeNames[type] ?? `number ${type}`;
    return {
      version: header.version,
      metadata: header.metadata,
      tensors: new Map(
        [...places].map(([name, { shape, type, bytes }]) => [
          name,
          { type: nameOf(type), shape, bytes },
        ]),
      ),
      async read(name) {
        const place = places.get(name);
        if (place === undefined) throw new RangeError(`${source.name} has no tensor ${name}`);
        const type = readTypes[place.type];
        if (type === undefined) {
          throw new GgufError(
            `${source.name}: ${name} is of type ${nameOf(place.type)}, which ` +
              `is not read here; types: ${
                Object.values(readTypes).map((one) => one.name).join(", ")
              }`,
          );
        }
        const from = header.start + place.offset;
        return type.read(await source.read(from, from + place.bytes));
      },
      close: () => source.close(),
    };
  } catch (error) {
    if (!(error instanceof GgufError)) throw error;
    throw new GgufError(`${source.name}: ${error.message}`, { cause: error });
  }
}
