/**
 * numpy's array files: `.npy` of versions 1.0, 2.0 and 3.0 (numpy.lib.format), read and written for
 * the kinds of numbers that statistics and features come in. What numpy wrote is read bit for bit,
 * and the other way round.
 * @module
 */
import { DataError } from "../../base/mod.ts";

/** Kinds of numbers, by numpy's names, with the arrays that hold them. All little-endian. */
const kinds = {
  "<f4": Float32Array,
  "<f8": Float64Array,
  "|u1": Uint8Array,
  "<i4": Int32Array,
  "<i8": BigInt64Array,
} as const;

/** One of numpy's names of number kinds: "<f8". */
export type NpyKind = keyof typeof kinds;

/** The numbers of an array. */
export type NpyData = Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;

/** An array of numbers in C order (the last index runs fastest), or a single text. */
export type NpyArray =
  | { readonly shape: readonly number[]; readonly data: NpyData }
  | { readonly text: string };

/** What the head of a file says. */
export interface NpyHeader {
  /** A number kind, or "<U…" for text. */
  readonly kind: string;
  readonly shape: readonly number[];
  /** Fortran's order: the first index runs fastest. */
  readonly fortran: boolean;
  /** Where the numbers start, in bytes. */
  readonly offset: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const alignment = 64;

/** Bytes a number of a kind. */
export function bytesOf(kind: NpyKind): number {
  return kinds[kind].BYTES_PER_ELEMENT;
}

function kindOf(data: NpyData): NpyKind {
  const found = Object.entries(kinds).find(([, holder]) => data instanceof holder);
  return found![0] as NpyKind;
}

const product = (shape: readonly number[]) => shape.reduce((size, n) => size * n, 1);

/** The head of a file for numbers that follow it: version 1.0, or 2.0 where it is too long for it. */
export function npyHeader(kind: string, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const list = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dictionary = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${list}), }`;
  const wide = dictionary.length + alignment > 0xffff;
  const start = wide ? 12 : 10;
  const length = Math.ceil((start + dictionary.length + 1) / alignment) * alignment - start;
  const head = new Uint8Array(start + length).fill(0x20);
  head.set([...magic, wide ? 2 : 1, 0]);
  const view = new DataView(head.buffer);
  if (wide) view.setUint32(8, length, true);
  else view.setUint16(8, length, true);
  head.set(new TextEncoder().encode(dictionary), start);
  head[head.length - 1] = 0x0a;
  return head;
}

/** The bytes of a `.npy` file. @throws RangeError where the shape doesn't fit the numbers */
export function encodeNpy(array: NpyArray): Uint8Array<ArrayBuffer> {
  if ("text" in array) {
    const points = Array.from(array.text, (c) => c.codePointAt(0)!);
    const units = Uint32Array.from(points.length === 0 ? [0] : points);
    return joined(npyHeader(`<U${units.length}`, []), new Uint8Array(units.buffer));
  }
  const { data, shape } = array;
  if (product(shape) !== data.length) {
    throw new RangeError(`an array of shape (${shape}) can't hold ${data.length} numbers`);
  }
  const body = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return joined(npyHeader(kindOf(data), shape), body);
}

function joined(head: Uint8Array, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(head.length + body.length);
  out.set(head);
  out.set(body, head.length);
  return out;
}

/**
 * Reads the head of a file from its first bytes.
 * @param where what the bytes are, for messages
 * @throws DataError on what isn't numpy's, or on kinds of numbers that can't be read
 */
export function readNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new DataError(`${where} is no array of numpy's: it doesn't start with \\x93NUMPY`);
  }
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3) {
    throw new DataError(`${where}: format version ${major}.${minor}; 1.0, 2.0 and 3.0 are known`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = major === 1 ? 10 : 12;
  const length = start > bytes.length
    ? Infinity
    : major === 1
    ? view.getUint16(8, true)
    : view.getUint32(8, true);
  if (start + length > bytes.length) throw new DataError(`${where} ends inside its header`);
  const text = new TextDecoder(major === 3 ? "utf-8" : "latin1")
    .decode(bytes.subarray(start, start + length));
  const kind = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1];
  if (/'descr'\s*:\s*\[/.test(text)) {
    throw new DataError(`${where} holds records of several fields; one array of numbers is wanted`);
  }
  if (kind === undefined || fortran === undefined || shape === undefined) {
    throw new DataError(`${where}: its header can't be read: ${text.trim().slice(0, 120)}`);
  }
  return {
    kind: known(kind, where),
    fortran: fortran === "True",
    shape: shape.split(",").map((n) => n.replace("L", "").trim()).filter((n) => n !== "").map(
      Number,
    ),
    offset: start + length,
  };
}

function known(kind: string, where: string): string {
  if (Object.hasOwn(kinds, kind) || /^<U\d+$/.test(kind)) return kind;
  const advice = kind.startsWith(">")
    ? `it is big-endian; write it anew with a.astype('<${kind.slice(1)}')`
    : kind.startsWith("|O")
    ? "it holds pickled Python objects, which are programs and are never opened"
    : `write it anew with a.astype('float64'); known kinds: ${Object.keys(kinds).join(", ")}`;
  throw new DataError(`${where} holds numbers of the kind ${kind}: ${advice}`);
}

/** The array in the bytes of a `.npy` file. @throws DataError on what can't be read */
export function decodeNpy(bytes: Uint8Array, where: string): NpyArray {
  const { kind, shape, fortran, offset } = readNpyHeader(bytes, where);
  const count = product(shape);
  const each = kind.startsWith("<U") ? 4 * Number(kind.slice(2)) : bytesOf(kind as NpyKind);
  if (bytes.length !== offset + count * each) {
    throw new DataError(
      `${where}: an array of shape (${shape}) has ${count * each} bytes, ` +
        `${bytes.length - offset} are there`,
    );
  }
  const body = bytes.slice(offset).buffer; // aligned
  if (kind.startsWith("<U")) {
    if (count !== 1) throw new DataError(`${where} holds ${count} texts; one is wanted`);
    const points = Array.from(new Uint32Array(body));
    while (points.at(-1) === 0) points.pop(); // numpy pads with zeros
    return { text: points.map((point) => String.fromCodePoint(point)).join("") };
  }
  const data = new kinds[kind as NpyKind](body);
  return { shape, data: fortran && shape.length > 1 ? inCOrder(data, shape) : data };
}

/** Numbers of Fortran's order in C's. */
function inCOrder(data: NpyData, shape: readonly number[]): NpyData {
  const out = data.slice();
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, axis) => product(shape.slice(0, axis)));
  for (let at = 0; at < out.length; at++) {
    let from = 0;
    for (let axis = 0; axis < shape.length; axis++) from += index[axis] * strides[axis];
    out[at] = data[from];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) {
      index[axis] = 0;
    }
  }
  return out;
}
