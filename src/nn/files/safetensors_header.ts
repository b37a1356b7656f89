/**
 * The header of a safetensors file: which tensors it holds, of which type and shape, and where.
 * @module
 */
import { z } from "zod";
import { ToldError } from "../../base/mod.ts";

/** A file that is not valid safetensors, with what is wrong with it. */
export class SafetensorsError extends ToldError {
  override readonly name = "SafetensorsError";
}

/** Bytes of a value, by the types that are read. */
export const valueBytes = { F32: 4, F16: 2, BF16: 2, I32: 4, U8: 1 } as const;

/** A type that is read. */
export type ReadType = keyof typeof valueBytes;

/** The reference reader's own limit. */
const MAX_HEADER = 100_000_000;
const MAX_RANK = 32;

const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

/** One tensor. */
export interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its bytes, from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/** Tensors in the file's own order, and its free-form metadata. */
export interface Entries {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Whether tensors of a type are read. */
export function isRead(dtype: string): dtype is ReadType {
  return Object.hasOwn(valueBytes, dtype);
}

/** Values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

/**
 * Where the tensors' bytes begin, by a file's first 8 bytes.
 * @param size bytes of the file
 * @throws SafetensorsError where the file is too short, or the header longer than any
 */
export function dataStart(bytes: Uint8Array, size: number): number {
  if (size < 8) {
    throw new SafetensorsError(`the file has ${size} bytes; a header's length takes 8`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER)) {
    throw new SafetensorsError(
      `the header claims ${length} bytes, more than ${MAX_HEADER}; not a safetensors file?`,
    );
  }
  const start = 8 + Number(length);
  if (start > size) {
    throw new SafetensorsError(
      `truncated: the header claims ${length} bytes, the file has ${size - 8} after it`,
    );
  }
  return start;
}

/** The header's JSON. @throws SafetensorsError where it is none */
function parsedHeader(bytes: Uint8Array): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SafetensorsError(`the header is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new SafetensorsError("the header is JSON but not an object");
  }
  return json as Record<string, unknown>;
}

/** @throws SafetensorsError where the entry doesn't fit its own type and shape, or the file */
function checkEntry({ name, dtype, shape, begin, end }: Entry, available: number): void {
  if (!isRead(dtype)) {
    throw new SafetensorsError(
      `${name}: type ${dtype} is not read here; types: ${Object.keys(valueBytes).join(", ")}`,
    );
  }
  const bytes = sizeOf(shape) * valueBytes[dtype];
  if (shape.length > MAX_RANK || !Number.isSafeInteger(bytes)) {
    throw new SafetensorsError(`${name}: shape [${shape}] is not one of a tensor`);
  }
  if (end < begin || end - begin !== bytes) {
    throw new SafetensorsError(
      `${name}: ${dtype} [${shape}] takes ${bytes} bytes, its offsets span ` +
        `${end - begin} (${begin} to ${end})`,
    );
  }
  if (end > available) {
    throw new SafetensorsError(
      `truncated: ${name} ends at byte ${end} of the data, the file has ${available}`,
    );
  }
}

/**
 * What a header lists.
 * @param bytes the header alone
 * @param options `available`: bytes after the header; `wanted`: whether a tensor of this name is to
 * be read: of one that is not, only its place is checked, so that its type may be any
 * @throws SafetensorsError on anything that the format forbids
 */
export function readEntries(
  bytes: Uint8Array,
  { available, wanted }: {
    readonly available: number;
    readonly wanted: (name: string, dtype: string) => boolean;
  },
): Entries {
  const json = parsedHeader(bytes);
  const metadata = z.record(z.string(), z.string()).safeParse(json.__metadata__ ?? {});
  if (!metadata.success) {
    throw new SafetensorsError("__metadata__ must be an object whose values are strings");
  }
  const entries: Entry[] = [];
  for (const [name, raw] of Object.entries(json)) {
    if (name === "__metadata__") continue;
    const parsed = entrySchema.safeParse(raw);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new SafetensorsError(`${name}: ${issue.path.join(".") || "entry"}: ${issue.message}`);
    }
    const { dtype, shape, data_offsets: [begin, end] } = parsed.data;
    const entry = { name, dtype, shape, begin, end };
    if (wanted(name, dtype)) checkEntry(entry, available);
    else if (end < begin || end > available) {
      throw new SafetensorsError(`${name}: its bytes ${begin} to ${end} are not in the file`);
    }
    entries.push(entry);
  }
  checkSpans(entries, available);
  return { entries, metadata: metadata.data };
}

/** The tensors must tile the data exactly. */
function checkSpans(entries: readonly Entry[], available: number): void {
  const spans = entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
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
