/**
 * Rows of `count` floats, as others hold them, to and from rows of the module, which are as long as
 * whole vectors.
 * @module
 */
import { refuseGaussian } from "./checks.ts";
import type { SplatForm } from "./form.ts";
import { ofFour, type Workspace } from "./workspace.ts";

/** Row of the quaternion's w: in the lanes that no Gaussian has it is 1, so that all are numbers. */
const QUATERNION = 6;

/** Writes rows to address `at`; `quaternion`: rows of parameters, which have one. */
export function writeRows(
  { memory }: Workspace,
  at: number,
  { values, count, quaternion = false }: {
    readonly values: Float32Array;
    readonly count: number;
    readonly quaternion?: boolean;
  },
): void {
  const { f32 } = memory.views,
    stride = ofFour(count),
    rows = count === 0 ? 0 : values.length / count;
  for (let row = 0; row < rows; row++) {
    const start = at / 4 + row * stride;
    f32.set(values.subarray(row * count, (row + 1) * count), start);
    f32.fill(quaternion && row === QUATERNION ? 1 : 0, start + count, start + stride);
  }
}

/** Reads rows from address `at`. */
export function readRows(
  { memory }: Workspace,
  at: number,
  { rows, count }: { readonly rows: number; readonly count: number },
): Float32Array<ArrayBuffer> {
  const { f32 } = memory.views, stride = ofFour(count), values = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    const start = at / 4 + row * stride;
    values.set(f32.subarray(start, start + count), row * count);
  }
  return values;
}

/** Refuses parameters that are in the module where they aren't numbers. @throws RangeError */
export function requireFinite(
  space: Workspace,
  form: SplatForm,
  parameters: Float32Array,
): void {
  space.pool.exports.examine(space.pool.context);
  const fault = space.get("fault");
  if (fault !== 0) refuseGaussian(fault - 1, parameters, form);
}
