/**
 * Splats as `.splat` files, which viewers in browsers read: 32 bytes a splat, the largest and densest
 * first. Colours have no direction, and all but places and sizes is rounded to bytes.
 *
 * Of each: x, y, z and the three sizes (float, not their logarithms); red, green, blue, opacity (0 to
 * 255); w, x, y, z of the rotation, 128·q + 128. (antimatter15/splat, convert.py.)
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import { splatRows } from "../../../kernels/mod.ts";
import { exp, log, sigmoid } from "../../../numeric/mod.ts";
import type { SplatRows } from "./ply.ts";

const BYTES = 32;
/** Y₀₀ = 1/(2√π): what turns the first coefficient into a colour around ½. */
export const Y00 = 0.28209479177387814;

/** A share of 1 as a byte. */
const byte = (share: number) => Math.max(0, Math.min(255, Math.floor(255 * share + 0.5)));

/** Splats by falling size and opacity; of equal ones the first stays first. */
function importance({ count, parameters }: SplatRows): Uint32Array {
  const row = (r: number) => parameters.subarray(r * count, (r + 1) * count);
  const [sx, sy, sz, opacity] = [3, 4, 5, 10].map(row);
  const weight = Float64Array.from(
    { length: count },
    (_, i) => exp(sx[i] + sy[i] + sz[i]) * sigmoid(opacity[i]),
  );
  return Uint32Array.from({ length: count }, (_, i) => i)
    .sort((a, b) => weight[b] - weight[a] || a - b);
}

/** The file's bytes. */
export function writeSplat(splats: SplatRows): Uint8Array<ArrayBuffer> {
  const { count, parameters } = splats;
  const bytes = new Uint8Array(BYTES * count), view = new DataView(bytes.buffer);
  const value = (row: number, i: number) => parameters[row * count + i];
  importance(splats).forEach((i, at) => {
    const start = BYTES * at;
    for (let k = 0; k < 3; k++) {
      view.setFloat32(start + 4 * k, value(k, i), true);
      view.setFloat32(start + 12 + 4 * k, exp(value(3 + k, i)), true);
      bytes[start + 24 + k] = byte(0.5 + Y00 * value(11 + k, i));
    }
    bytes[start + 27] = byte(sigmoid(value(10, i)));
    const turn = [6, 7, 8, 9].map((row) => value(row, i));
    const length = Math.sqrt(turn.reduce((sum, q) => sum + q * q, 0));
    turn.forEach((q, k) => {
      bytes[start + 28 + k] = Math.max(0, Math.min(255, Math.floor(128 * q / length + 128.5)));
    });
  });
  return bytes;
}

/** An opacity byte's logit, the ends a quarter of a step inside, where it is finite. */
function logit(opacity: number): number {
  const share = Math.max(0.25, Math.min(254.75, opacity)) / 255;
  return log(share / (1 - share));
}

/**
 * The splats of a file, of degree 0.
 * @throws DataError for what is no such file
 */
export function readSplat(bytes: Uint8Array, what: string): SplatRows {
  const count = bytes.length / BYTES;
  if (!Number.isInteger(count) || count === 0) {
    throw new DataError(
      `${what} has ${bytes.length} bytes; a .splat file has ${BYTES} for each of its splats`,
    );
  }
  const parameters = new Float32Array(splatRows(0) * count);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let i = 0; i < count; i++) {
    const start = BYTES * i, set = (row: number, v: number) => parameters[row * count + i] = v;
    for (let k = 0; k < 3; k++) {
      set(k, view.getFloat32(start + 4 * k, true));
      const size = view.getFloat32(start + 12 + 4 * k, true);
      if (!(size > 0)) throw new DataError(`${what}: splat ${i} has a size of ${size}`);
      set(3 + k, log(size));
      set(11 + k, (bytes[start + 24 + k] / 255 - 0.5) / Y00);
    }
    for (let k = 0; k < 4; k++) set(6 + k, (bytes[start + 28 + k] - 128) / 128);
    set(10, logit(bytes[start + 27]));
  }
  return { count, degree: 0, parameters };
}
