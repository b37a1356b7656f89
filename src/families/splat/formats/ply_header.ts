/**
 * The header of a PLY file (Turk 1994): elements and their properties, as far as rows of fixed size go.
 * @module
 */
import { DataError } from "../../../base/mod.ts";

/** Bytes of the types that a property can have, by both of their names. */
const sizes: Readonly<Record<string, number>> = {
  char: 1,
  uchar: 1,
  int8: 1,
  uint8: 1,
  short: 2,
  ushort: 2,
  int16: 2,
  uint16: 2,
  int: 4,
  uint: 4,
  int32: 4,
  uint32: 4,
  float: 4,
  float32: 4,
  double: 8,
  float64: 8,
};

/** A property of an element's rows. */
export interface PlyProperty {
  readonly type: string;
  /** Bytes before it in a row. */
  readonly offset: number;
}

/** The rows of `vertex`. */
export interface PlyVertices {
  readonly count: number;
  /** Where the first row begins, in bytes. */
  readonly start: number;
  /** Bytes of a row. */
  readonly stride: number;
  readonly properties: ReadonlyMap<string, PlyProperty>;
}

interface Element {
  readonly name: string;
  readonly count: number;
  stride: number;
  readonly properties: Map<string, PlyProperty>;
}

/** Bytes in which a header has to end. */
const MOST = 1 << 20;

/** The header's text, and where it ends. */
function headerOf(bytes: Uint8Array, what: string): { lines: string[]; end: number } {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, Math.min(bytes.length, MOST)));
  if (!/^ply\r?\n/.test(text)) throw new DataError(`${what} is no PLY file: it doesn't begin so`);
  const found = text.match(/\nend_header\r?\n/);
  if (found === null) {
    throw new DataError(`${what}: the header has no \`end_header\`; the file was cut short`);
  }
  const end = found.index! + found[0].length;
  return { lines: text.slice(0, found.index).split(/\r?\n/), end };
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function readProperty(element: Element | undefined, words: string[], what: string): void {
  const [, type, name, ...more] = words;
  if (element === undefined || name === undefined) {
    throw new DataError(`${what}: \`${words.join(" ")}\` stands in no element`);
  }
  if (type === "list") {
    if (element.name === "vertex") {
      throw new DataError(
        `${what}: vertices have lists (\`${words.join(" ")}\`); splats have none`,
      );
    }
    element.stride = NaN;
    return;
  }
  const size = Object.hasOwn(sizes, type) ? sizes[type] : undefined;
  if (size === undefined || more.length > 0) {
    throw new DataError(`${what}: \`${words.join(" ")}\` is no property of a known type`);
  }
  if (element.properties.has(name)) throw new DataError(`${what}: \`${name}\` stands there twice`);
  element.properties.set(name, { type, offset: element.stride });
  element.stride += size;
}

/**
 * Where a file's vertices are.
 * @throws DataError for what is no binary, little-endian PLY file, or ends before its vertices do
 */
export function plyVertices(bytes: Uint8Array, what: string): PlyVertices {
  const { lines, end } = headerOf(bytes, what);
  const elements: Element[] = [];
  let format: string | undefined;
  for (const line of lines.slice(1)) {
    const words = line.trim().split(/\s+/);
    switch (words[0]) {
      case "format":
        format = words[1];
        break;
      case "element": {
        const count = wholeNumber(words[2]);
        if (count === null) throw new DataError(`${what}: \`${line.trim()}\` tells no number`);
        elements.push({ name: words[1], count, stride: 0, properties: new Map() });
        break;
      }
      case "property":
        readProperty(elements.at(-1), words, what);
        break;
      default:
        if (["", "comment", "obj_info"].includes(words[0])) break;
        throw new DataError(`${what}: a header can't say \`${line.trim()}\``);
    }
  }
  if (format !== "binary_little_endian") {
    throw new DataError(
      `${what} is a PLY file of format ${format ?? "none"}; binary_little_endian was expected`,
    );
  }
  const at = elements.findIndex(({ name }) => name === "vertex");
  if (at < 0) throw new DataError(`${what} has no element \`vertex\``);
  const before = elements.slice(0, at).reduce((sum, { count, stride }) => sum + count * stride, 0);
  if (Number.isNaN(before)) throw new DataError(`${what}: lists stand before its vertices`);
  const { count, stride, properties } = elements[at], start = end + before;
  const needed = start + count * stride;
  if (bytes.length < needed) {
    throw new DataError(
      `${what} has ${bytes.length} bytes where its ${count} vertices need ${needed}: it was cut short`,
    );
  }
  return { count, start, stride, properties };
}
