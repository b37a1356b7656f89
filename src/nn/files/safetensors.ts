/**
 * Safetensors: eight bytes of header length, a JSON header, then the tensors' bytes, little-endian.
 * Format: huggingface.co/docs/safetensors. Needs no engine.
 *
 * On writing, wide types come first, then names in order, and the header is padded with spaces to
 * eight bytes: equal tensors give equal bytes, and all are aligned.
 * @module
 */
import { fromBrainHalves, fromHalves, toHalf } from "./half.ts";
import {
  dataStart,
  readEntries,
  type ReadType,
  SafetensorsError,
  sizeOf,
  valueBytes,
} from "./safetensors_header.ts";

export { SafetensorsError } from "./safetensors_header.ts";

/** Types that can be written. */
export type SafetensorType = "F32" | "F16" | "I32" | "U8";

/** A tensor outside any engine. F16 data is held as float32. */
export interface HostTensor {
  readonly dtype: SafetensorType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Tensors by name, and the file's free-form metadata. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a header says of a tensor that is to be written. */
interface Listed {
  readonly name: string;
  readonly dtype: SafetensorType;
  readonly shape: readonly number[];
}

/**
 * The beginning of a file, up to its tensors.
 * @returns `names`: the tensors in the order in which they have to follow; `end`: their bytes in all
 * @throws SafetensorsError for a name that the format has no room for
 */
export function encodeHeader(
  tensors: readonly Listed[],
  metadata: Readonly<Record<string, string>>,
): { names: string[]; bytes: Uint8Array<ArrayBuffer>; end: number } {
  const order = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;
  const sorted = tensors.toSorted((a, b) =>
    valueBytes[b.dtype] - valueBytes[a.dtype] || order(a.name, b.name)
  );
  const header: [string, unknown][] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) {
    header.push(["__metadata__", Object.fromEntries(keys.map((k) => [k, metadata[k]]))]);
  }
  let end = 0;
  for (const { name, dtype, shape } of sorted) {
    if (name === "__metadata__" || name === "") {
      throw new SafetensorsError(`a tensor can't be named ${JSON.stringify(name)}`);
    }
    const begin = end;
    end += sizeOf(shape) * valueBytes[dtype];
    header.push([name, { dtype, shape: [...shape], data_offsets: [begin, end] }]);
  }
  // Object.fromEntries would move names like "0" to the front: written pair by pair.
  const json = `{${header.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(",")}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return { names: sorted.map(({ name }) => name), bytes, end };
}

/** @throws SafetensorsError where a tensor's data don't fit its shape or type */
function checkData(name: string, { dtype, shape, data }: HostTensor): void {
  const expected = { F32: Float32Array, F16: Float32Array, I32: Int32Array, U8: Uint8Array }[dtype];
  if (expected === undefined || !(data instanceof expected)) {
    throw new SafetensorsError(
      `${name}: ${dtype} needs ${expected?.name ?? "one of F32, F16, I32, U8"}, found ` +
        data.constructor.name,
    );
  }
  if (sizeOf(shape) !== data.length) {
    throw new SafetensorsError(
      `${name}: shape [${shape}] needs ${sizeOf(shape)} values, found ${data.length}`,
    );
  }
}

/**
 * The file's bytes.
 * @throws SafetensorsError if a tensor's data doesn't fit its shape or type
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  for (const [name, tensor] of Object.entries(tensors)) checkData(name, tensor);
  const listed = Object.entries(tensors).map(([name, { dtype, shape }]) => ({
    name,
    dtype,
    shape,
  }));
  const { names, bytes: header, end } = encodeHeader(listed, metadata);
  const bytes = new Uint8Array(header.length + end);
  const view = new DataView(bytes.buffer);
  bytes.set(header);
  let at = header.length;
  for (const name of names) {
    const { dtype, data } = tensors[name];
    for (let i = 0; i < data.length; i++) {
      if (dtype === "F32") view.setFloat32(at, data[i], true);
      else if (dtype === "F16") view.setUint16(at, toHalf(data[i]), true);
      else if (dtype === "I32") view.setInt32(at, data[i], true);
      else bytes[at] = data[i];
      at += valueBytes[dtype];
    }
  }
  return bytes;
}

/** Values of one tensor; 16-bit floats become float32. The bytes are copied. */
export function valuesOf(bytes: Uint8Array, dtype: ReadType): HostTensor["data"] {
  // Every machine that Deno runs on is little-endian; the copy is aligned.
  const { buffer } = new Uint8Array(bytes);
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "F16":
      return fromHalves(new Uint16Array(buffer));
    case "BF16":
      return fromBrainHalves(new Uint16Array(buffer));
    case "I32":
      return new Int32Array(buffer);
    case "U8":
      return new Uint8Array(buffer);
  }
}

/** The type of a tensor once it is read. */
export function typeRead(dtype: ReadType): SafetensorType {
  return dtype === "BF16" ? "F32" : dtype;
}

/**
 * Reads a file whole. F32, F16, BF16 (returned as F32), I32 and U8.
 * @param options `wanted`: whether a tensor of this name is to be read (default: all); of one that is
 * not, only its place is checked, so that its type may be any
 * @throws SafetensorsError on anything that the format forbids: truncation, a header that is too
 * long or no JSON, unknown types, sizes that don't fit, overlaps, gaps, bytes left over
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  { wanted = () => true }: { wanted?: (name: string) => boolean } = {},
): Safetensors {
  const start = dataStart(bytes, bytes.length);
  const { entries, metadata } = readEntries(bytes.subarray(8, start), {
    available: bytes.length - start,
    wanted,
  });
  const tensors = entries.filter(({ name }) => wanted(name)).map(({ name, shape, ...entry }) => {
    const dtype = entry.dtype as ReadType;
    const own = bytes.subarray(start + entry.begin, start + entry.end);
    return [name, { dtype: typeRead(dtype), shape, data: valuesOf(own, dtype) }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}
