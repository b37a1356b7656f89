/**
 * Splats as PLY files in the layout of Kerbl et al. 2023, which viewers and editors read: one vertex a
 * splat, every number a little-endian float, as it is trained: scales are logarithms, opacities logits,
 * rotations w, x, y, z. Colours above degree 0 stand channel after channel.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import { type Degree, splatRows } from "../../../kernels/mod.ts";
import { type PlyProperty, plyVertices } from "./ply_header.ts";

/** Splats as rows of numbers, a column a splat: see `kernels`. */
export interface SplatRows {
  readonly count: number;
  readonly degree: Degree;
  /** [11 + 3·(degree + 1)², count]. */
  readonly parameters: Float32Array;
}

/** Colour coefficients a channel. */
const coefficients = (degree: Degree) => (degree + 1) ** 2;

/** Names of a row's properties in their order, with the row of the parameters; null: it has none. */
function layout(degree: Degree): readonly (readonly [name: string, row: number | null])[] {
  const higher = coefficients(degree) - 1;
  const colour = (k: number, channel: number) => 11 + 3 * k + channel;
  return [
    ...["x", "y", "z"].map((name, i) => [name, i] as const),
    ...["nx", "ny", "nz"].map((name) => [name, null] as const),
    ...[0, 1, 2].map((channel) => [`f_dc_${channel}`, colour(0, channel)] as const),
    ...Array.from({ length: 3 * higher }, (_, i) => {
      const channel = Math.floor(i / higher), k = 1 + i % higher;
      return [`f_rest_${i}`, colour(k, channel)] as const;
    }),
    ["opacity", 10] as const,
    ...[0, 1, 2].map((i) => [`scale_${i}`, 3 + i] as const),
    ...[0, 1, 2, 3].map((i) => [`rot_${i}`, 6 + i] as const),
  ];
}

/** The file's bytes. Normals are 0, as in theirs. */
export function writePly({ count, degree, parameters }: SplatRows): Uint8Array<ArrayBuffer> {
  const names = layout(degree);
  const header = new TextEncoder().encode(
    `ply\nformat binary_little_endian 1.0\nelement vertex ${count}\n` +
      names.map(([name]) => `property float ${name}\n`).join("") + "end_header\n",
  );
  const bytes = new Uint8Array(header.length + 4 * names.length * count);
  bytes.set(header);
  // Words, not floats: no bit of a NaN changes on its way.
  const words = wordsOf(parameters), view = new DataView(bytes.buffer, header.length);
  names.forEach(([, row], column) => {
    if (row === null) return;
    for (let i = 0; i < count; i++) {
      view.setUint32(4 * (i * names.length + column), words[row * count + i], true);
    }
  });
  return bytes;
}

function wordsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** The degree of the colours that a file has. */
function degreeOf(properties: ReadonlyMap<string, PlyProperty>, what: string): Degree {
  if (properties.has("packed_position")) {
    throw new DataError(
      `${what} is a compressed PLY file of PlayCanvas; splat-transform makes a plain one of it`,
    );
  }
  const rest = [...properties.keys()].filter((name) => /^f_rest_\d+$/.test(name)).length;
  const degree = ([0, 1, 2, 3] as const).find((d) => 3 * (coefficients(d) - 1) === rest);
  if (degree !== undefined) return degree;
  throw new DataError(
    `${what} has ${rest} colour coefficients above degree 0 (\`f_rest_…\`); 0, 9, 24 or 45 were ` +
      "expected, of degrees 0 to 3",
  );
}

/**
 * The splats of a file, whatever order its properties stand in; others than a splat's are left out.
 * @param what the file's name, for errors
 * @throws DataError for what is no such file
 */
export function readPly(bytes: Uint8Array, what: string): SplatRows {
  const { count, start, stride, properties } = plyVertices(bytes, what);
  const degree = degreeOf(properties, what);
  const parameters = new Float32Array(splatRows(degree) * count), words = wordsOf(parameters);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const [name, row] of layout(degree)) {
    if (row === null) continue;
    const property = properties.get(name);
    if (property === undefined) throw new DataError(`${what} has no property \`${name}\``);
    if (!/^float(32)?$/.test(property.type)) {
      throw new DataError(`${what}: \`${name}\` is ${property.type}; float was expected`);
    }
    for (let i = 0; i < count; i++) {
      words[row * count + i] = view.getUint32(start + i * stride + property.offset, true);
    }
  }
  return { count, degree, parameters };
}
