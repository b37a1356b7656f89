/**
 * Safetensors: eight bytes of header length, a JSON header, then the tensors' bytes, little-endian.
 * Format: huggingface.co/docs/safetensors. Needs no engine.
 *
 * On writing, wide types come first, then names in order, and the header is padded with spaces to
 * eight bytes: equal tensors give equal bytes, and all are aligned.
 * @module
 */
import { z } from "zod";
import { ToldError } from "../../base/mod.ts";
import { fromBrainHalf, fromHalf, toHalf } from "./half.ts";

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

/** A file that is not valid safetensors, with what is wrong with it. */
export class SafetensorsError extends ToldError {
  override readonly name = "SafetensorsError";
}

const BYTES = { F32: 4, F16: 2, BF16: 2, I32: 4, U8: 1 } as const;
/** The reference reader's own limit. */
const MAX_HEADER = 100_000_000;
const MAX_RANK = 32;

const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

/**
 * The file's bytes.
 * @throws SafetensorsError if a tensor's data doesn't fit its shape or type
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const wide = (name: string) => BYTES[tensors[name].dtype] ?? 0;
  const names = Object.keys(tensors).sort().sort((a, b) => wide(b) - wide(a));
  const header: [string, unknown][] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) {
    header.push(["__metadata__", Object.fromEntries(keys.map((k) => [k, metadata[k]]))]);
  }
  let end = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors[name];
    if (name === "__metadata__" || name === "") {
      throw new SafetensorsError(`a tensor can't be named ${JSON.stringify(name)}`);
    }
    const expected =
      { F32: Float32Array, F16: Float32Array, I32: Int32Array, U8: Uint8Array }[dtype];
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
    const begin = end;
    end += data.length * BYTES[dtype];
    header.push([name, { dtype, shape: [...shape], data_offsets: [begin, end] }]);
  }
  // Object.fromEntries would move names like "0" to the front: written pair by pair.
  const json = `{${header.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(",")}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const name of names) {
    const { dtype, data } = tensors[name];
    for (let i = 0; i < data.length; i++) {
      if (dtype === "F32") view.setFloat32(at, data[i], true);
      else if (dtype === "F16") view.setUint16(at, toHalf(data[i]), true);
      else if (dtype === "I32") view.setInt32(at, data[i], true);
      else bytes[at] = data[i];
      at += BYTES[dtype];
    }
  }
  return bytes;
}

interface Header {
  readonly json: Record<string, unknown>;
  /** Where the tensors' bytes begin. */
  readonly start: number;
}

function readHeader(bytes: Uint8Array): Header {
  if (bytes.length < 8) {
    throw new SafetensorsError(`the file has ${bytes.length} bytes; a header's length takes 8`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER)) {
    throw new SafetensorsError(
      `the header claims ${length} bytes, more than ${MAX_HEADER}; not a safetensors file?`,
    );
  }
  const start = 8 + Number(length);
  if (start > bytes.length) {
    throw new SafetensorsError(
      `truncated: the header claims ${length} bytes, the file has ${bytes.length - 8} after it`,
    );
  }
  let json: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start));
    json = JSON.parse(text);
  } catch (cause) {
    throw new SafetensorsError(`the header is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new SafetensorsError("the header is JSON but not an object");
  }
  return { json: json as Record<string, unknown>, start };
}

/** Values of one tensor; 16-bit floats become float32. */
function readValues(view: DataView, dtype: keyof typeof BYTES, n: number): HostTensor["data"] {
  switch (dtype) {
    case "F32": {
      // Every machine that Deno runs on is little-endian; the copy is aligned.
      const from = view.byteOffset;
      return new Float32Array(view.buffer.slice(from, from + 4 * n));
    }
    case "F16":
      return Float32Array.from({ length: n }, (_, i) => fromHalf(view.getUint16(2 * i, true)));
    case "BF16":
      return Float32Array.from({ length: n }, (_, i) => fromBrainHalf(view.getUint16(2 * i, true)));
    case "I32":
      return Int32Array.from({ length: n }, (_, i) => view.getInt32(4 * i, true));
    case "U8":
      return Uint8Array.from({ length: n }, (_, i) => view.getUint8(i));
  }
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
  const { json, start } = readHeader(bytes);
  const available = bytes.length - start;
  const tensors: Record<string, HostTensor> = Object.create(null);
  const spans: { name: string; begin: number; end: number }[] = [];
  const metadata = z.record(z.string(), z.string()).safeParse(json.__metadata__ ?? {});
  if (!metadata.success) {
    throw new SafetensorsError("__metadata__ must be an object whose values are strings");
  }
  for (const [name, raw] of Object.entries(json)) {
    if (name === "__metadata__") continue;
    const parsed = entrySchema.safeParse(raw);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new SafetensorsError(`${name}: ${issue.path.join(".") || "entry"}: ${issue.message}`);
    }
    const { shape, data_offsets: [begin, end] } = parsed.data;
    if (!wanted(name)) {
      if (end < begin || end > available) {
        throw new SafetensorsError(`${name}: its bytes ${begin} to ${end} are not in the file`);
      }
      spans.push({ name, begin, end });
      continue;
    }
    if (!Object.hasOwn(BYTES, parsed.data.dtype)) {
      throw new SafetensorsError(
        `${name}: type ${parsed.data.dtype} is not read here; types: ${
          Object.keys(BYTES).join(", ")
        }`,
      );
    }
    const dtype = parsed.data.dtype as keyof typeof BYTES;
    const size = sizeOf(shape);
    if (shape.length > MAX_RANK || !Number.isSafeInteger(size * BYTES[dtype])) {
      throw new SafetensorsError(`${name}: shape [${shape}] is not one of a tensor`);
    }
    if (end < begin || end - begin !== size * BYTES[dtype]) {
      throw new SafetensorsError(
        `${name}: ${dtype} [${shape}] takes ${size * BYTES[dtype]} bytes, its offsets span ` +
          `${end - begin} (${begin} to ${end})`,
      );
    }
    if (end > available) {
      throw new SafetensorsError(
        `truncated: ${name} ends at byte ${end} of the data, the file has ${available}`,
      );
    }
    spans.push({ name, begin, end });
    const view = new DataView(bytes.buffer, bytes.byteOffset + start + begin, end - begin);
    tensors[name] = {
      dtype: dtype === "BF16" ? "F32" : dtype,
      shape,
      data: readValues(view, dtype, size),
    };
  }
  checkSpans(spans, available);
  return { tensors: { ...tensors }, metadata: metadata.data };
}

/** The tensors must tile the data exactly. */
function checkSpans(
  spans: { name: string; begin: number; end: number }[],
  available: number,
): void {
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  let before = "the header";
  for (const { name, begin, end } of spans) {
    if (begin < at) {
      throw new SafetensorsError(`${name} overlaps ${before} (byte ${begin} < ${at})`);
    }
    if (begin > at) {
      throw new SafetensorsError(
        `${begin - at} bytes between ${before} and ${name} belong to none`,
      );
    }
    at = end;
    before = name;
  }
  if (at !== available) {
    throw new SafetensorsError(`${available - at} bytes after the last tensor belong to none`);
  }
}
