/**
 * The header of a GGUF file, versions 2 and 3: metadata by key, and what tensors it holds. Format:
 * ggml's docs/gguf.md.
 * @module
 */
import { ToldError } from "../../../base/mod.ts";

/** A file that is no GGUF, or broken, or of a form that isn't read here. */
export class GgufError extends ToldError {
  override readonly name = "GgufError";
}

/** A value of the metadata. Whole numbers beyond 2⁵³ are bigint. */
export type GgufValue = number | bigint | boolean | string | readonly GgufValue[];

/** What the header says of a tensor. */
export interface Info {
  readonly name: string;
  /** Row-major: the file has them the other way round. */
  readonly shape: readonly number[];
  readonly type: number;
  /** From the beginning of the tensors' data. */
  readonly offset: number;
}

/** See the module. */
export interface Header {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly Info[];
  /** Where the tensors' data begin. */
  readonly start: number;
}

/** The bytes end before the header does. */
export class MoreWanted extends Error {}

const MAGIC = "GGUF";
const MAX_RANK = 4, MAX_NAME = 64 * 1024, MOST_TENSORS = 1_000_000;
const DEFAULT_ALIGNMENT = 32;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Values in order. */
class Reader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(count: number): number {
    if (this.at + count > this.#bytes.length) throw new MoreWanted();
    const from = this.at;
    this.at += count;
    return from;
  }

  bytes(count: number): Uint8Array {
    const from = this.#take(count);
    return this.#bytes.subarray(from, from + count);
  }

  /** By GGUF's number of the type; bool, string and array are not among them. */
  readonly numbers: Readonly<Record<number, () => number | bigint>> = {
    0: () => this.#view.getUint8(this.#take(1)),
    1: () => this.#view.getInt8(this.#take(1)),
    2: () => this.#view.getUint16(this.#take(2), true),
    3: () => this.#view.getInt16(this.#take(2), true),
    4: () => this.#view.getUint32(this.#take(4), true),
    5: () => this.#view.getInt32(this.#take(4), true),
    6: () => this.#view.getFloat32(this.#take(4), true),
    10: () => small(this.#view.getBigUint64(this.#take(8), true)),
    11: () => small(this.#view.getBigInt64(this.#take(8), true)),
    12: () => this.#view.getFloat64(this.#take(8), true),
  };

  u32 = () => this.numbers[4]() as number;

  /** A count or a place. */
  length(what: string): number {
    const value = this.numbers[10]();
    if (typeof value === "number") return value;
    throw new GgufError(`broken: ${what} is ${value}`);
  }

  text(what: string): string {
    const length = this.length(`the length of ${what}`);
    const bytes = this.bytes(length);
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw new GgufError(`broken: ${what} is no UTF-8`, { cause });
    }
  }
}

const small = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

const BOOL = 7, STRING = 8, ARRAY = 9;
/** Arrays within arrays. */
const MAX_DEPTH = 8;

function valueOf(
  reader: Reader,
  { type, key, depth = 0 }: { type: number; key: string; depth?: number },
): GgufValue {
  if (type === STRING) return reader.text(`the text of ${key}`);
  if (type === BOOL) {
    const value = reader.numbers[0]();
    if (value === 0 || value === 1) return value === 1;
    throw new GgufError(`broken: ${key} is ${value}, and true or false are 1 and 0`);
  }
  if (type === ARRAY) {
    if (depth === MAX_DEPTH) throw new GgufError(`broken: ${key} has arrays ${depth} deep`);
    const inner = reader.u32(), count = reader.length(`the length of ${key}`);
    const values: GgufValue[] = [];
    for (let i = 0; i < count; i++) {
      values.push(valueOf(reader, { type: inner, key, depth: depth + 1 }));
    }
    return values;
  }
  const read = reader.numbers[type];
  if (read === undefined) throw new GgufError(`broken: ${key} is of type ${type}, which isn't one`);
  return read();
}

function infoOf(reader: Reader): Info {
  const name = reader.text("a tensor's name");
  if (name.length > MAX_NAME) throw new GgufError(`broken: a tensor's name of ${name.length}`);
  const rank = reader.u32();
  if (rank > MAX_RANK) {
    throw new GgufError(`broken: ${name} has ${rank} dimensions, at most ${MAX_RANK} are allowed`);
  }
  const shape = Array.from({ length: rank }, () => reader.length(`a dimension of ${name}`));
  const type = reader.u32(), offset = reader.length(`the place of ${name}`);
  return { name, shape: shape.reverse(), type, offset };
}

function checkVersion(version: number): void {
  if (version === 2 || version === 3) return;
  const swapped = version >>> 16 !== 0 && (version & 0xffff) === 0;
  throw new GgufError(
    swapped
      ? "its numbers are in big-endian order, which is not read here"
      : `it is of version ${version}; versions 2 and 3 are read here`,
  );
}

/**
 * Reads a header.
 * @param bytes the file's first bytes
 * @throws MoreWanted where the header goes on behind them; GgufError where it is broken
 */
export function readHeader(bytes: Uint8Array): Header {
  const reader = new Reader(bytes);
  const magic = new TextDecoder("latin1").decode(reader.bytes(4));
  if (magic !== MAGIC) {
    throw new GgufError(`it begins with ${JSON.stringify(magic)}, not with ${MAGIC}: no GGUF file`);
  }
  const version = reader.u32();
  checkVersion(version);
  const tensorCount = reader.length("the number of tensors");
  const keys = reader.length("the number of keys");
  if (tensorCount > MOST_TENSORS) throw new GgufError(`broken: it claims ${tensorCount} tensors`);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < keys; i++) {
    const key = reader.text("a key");
    if (metadata.has(key)) throw new GgufError(`broken: the key ${key} is there twice`);
    metadata.set(key, valueOf(reader, { type: reader.u32(), key }));
  }
  const tensors = Array.from({ length: tensorCount }, () => infoOf(reader));
  const alignment = metadata.get("general.alignment") ?? DEFAULT_ALIGNMENT;
  if (typeof alignment !== "number" || !(alignment > 0) || alignment % 8 !== 0) {
    throw new GgufError(`broken: general.alignment is ${alignment}, and no multiple of 8`);
  }
  return { version, metadata, tensors, start: Math.ceil(reader.at / alignment) * alignment };
}

/** What a key may be asked to be. */
interface Wanted {
  number: number;
  string: string;
  boolean: boolean;
  strings: readonly string[];
  numbers: readonly number[];
}

const fits: { readonly [K in keyof Wanted]: (value: GgufValue) => boolean } = {
  number: (value) => typeof value === "number",
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  strings: (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
  numbers: (value) => Array.isArray(value) && value.every((one) => typeof one === "number"),
};

/** Asks metadata for keys of a type; undefined where there is none. @throws GgufError for another type */
export function metadataOf(metadata: ReadonlyMap<string, GgufValue>) {
  return <K extends keyof Wanted>(key: string, type: K): Wanted[K] | undefined => {
    const value = metadata.get(key);
    if (value === undefined) return undefined;
    if (fits[type](value)) return value as Wanted[K];
    throw new GgufError(
      `${key} is ${Array.isArray(value) ? "a list" : JSON.stringify(String(value))}, and ${
        { number: "a number", string: "a text", boolean: "true or false" }[type as string] ??
          `a list of ${type}`
      } is wanted`,
    );
  };
}
