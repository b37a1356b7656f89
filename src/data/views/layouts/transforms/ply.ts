/**
 * Points of a PLY file: x, y, z and, where there are any, colours of 8 bits. Text and binary,
 * little-endian, of any types of number. Elements after the points are left alone.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import type { PointCloud } from "../../../../kinds/view/mod.ts";

/** Bytes of a number, and how it is read. */
const NUMBERS: Readonly<
  Record<string, [bytes: number, read: (v: DataView, at: number) => number]>
> = {
  char: [1, (v, at) => v.getInt8(at)],
  uchar: [1, (v, at) => v.getUint8(at)],
  short: [2, (v, at) => v.getInt16(at, true)],
  ushort: [2, (v, at) => v.getUint16(at, true)],
  int: [4, (v, at) => v.getInt32(at, true)],
  uint: [4, (v, at) => v.getUint32(at, true)],
  float: [4, (v, at) => v.getFloat32(at, true)],
  double: [8, (v, at) => v.getFloat64(at, true)],
};
const ALIASES: Readonly<Record<string, string>> = {
  int8: "char",
  uint8: "uchar",
  int16: "short",
  uint16: "ushort",
  int32: "int",
  uint32: "uint",
  float32: "float",
  float64: "double",
};

interface Header {
  readonly binary: boolean;
  readonly count: number;
  readonly properties: readonly { readonly name: string; readonly type: string }[];
  /** Where the points start, in bytes. */
  readonly offset: number;
}

/** Headers are short: where one has no end in so many bytes, the file is none. */
const LONGEST = 1 << 16;

function headerOf(bytes: Uint8Array, path: string): Header {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, LONGEST));
  const end = /(?:^|\n)end_header\r?\n/.exec(text);
  if (!/^ply\r?\n/.test(text) || end === null) {
    throw new DataError(`${path} is no PLY file: it lacks "ply" at its start, or "end_header"`);
  }
  const offset = end.index + end[0].length;
  let format = "", element = "", count = -1;
  const properties: { name: string; type: string }[] = [];
  for (const line of text.slice(0, end.index).split(/\r?\n/)) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === "format") format = rest[0];
    else if (word === "element") {
      if (element === "" && rest[0] !== "vertex") {
        throw new DataError(`${path}: it begins with \`${rest[0]}\`; points (vertex) come first`);
      }
      element = rest[0];
      if (element === "vertex") count = Number(rest[1]);
    } else if (word === "property" && element === "vertex") {
      const type = ALIASES[rest[0]] ?? rest[0];
      if (!Object.hasOwn(NUMBERS, type)) {
        throw new DataError(`${path}: a point has \`${rest.join(" ")}\`; numbers are read`);
      }
      properties.push({ name: rest[1], type });
    }
  }
  if (format !== "ascii" && format !== "binary_little_endian") {
    throw new DataError(`${path}: format ${format}; ascii and binary_little_endian are read`);
  }
  if (!Number.isInteger(count) || count < 0) throw new DataError(`${path}: it holds no points`);
  return { binary: format !== "ascii", count, properties, offset };
}

/** Numbers of all points, a row each. */
function rowsOf(bytes: Uint8Array, header: Header, path: string): (i: number, k: number) => number {
  const { binary, count, properties, offset } = header;
  if (binary) {
    const types = properties.map(({ type }) => NUMBERS[type]), starts: number[] = [];
    let each = 0;
    for (const [size] of types) {
      starts.push(each);
      each += size;
    }
    if (bytes.length < offset + count * each) {
      throw new DataError(
        `${path}: ${count} points of ${each} bytes end at byte ${
          offset + count * each
        }; the file ` +
          `has ${bytes.length}: copy it again`,
      );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return (i, k) => types[k][1](view, offset + i * each + starts[k]);
  }
  const words = new TextDecoder().decode(bytes.subarray(offset)).trim().split(/\s+/);
  const wanted = count * properties.length;
  if (words.length < wanted) {
    throw new DataError(
      `${path}: ${count} points have ${wanted} numbers; ${words.length} are there: copy it again`,
    );
  }
  return (i, k) => Number(words[i * properties.length + k]);
}

/** The points of a PLY file. @throws DataError where it is none */
export function pointsOfPly(bytes: Uint8Array, path: string): PointCloud {
  const header = headerOf(bytes, path), { count, properties } = header;
  const place = (name: string) => properties.findIndex((property) => property.name === name);
  const axes = ["x", "y", "z"].map(place), shades = ["red", "green", "blue"].map(place);
  if (axes.includes(-1)) throw new DataError(`${path}: its points lack x, y or z`);
  const coloured = shades.every((at) => at >= 0 && properties[at].type === "uchar");
  const value = rowsOf(bytes, header, path);
  const positions = new Float32Array(3 * count), colours = new Uint8Array(3 * count).fill(128);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) {
      positions[3 * i + c] = value(i, axes[c]);
      if (!Number.isFinite(positions[3 * i + c])) {
        throw new DataError(`${path}: point ${i} has ${value(i, axes[c])} as a coordinate`);
      }
      if (coloured) colours[3 * i + c] = value(i, shades[c]);
    }
  }
  return { positions, colours };
}
