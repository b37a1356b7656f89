/**
 * Density control of Kerbl et al. 2023, arXiv:2308.04079, section 5.2: splats whose pictures pull at them
 * are copied or split, those that can't be seen are taken away, and opacities are lowered now and then.
 * @module
 */
import type { SplatState } from "../../../kernels/mod.ts";
import { exp, log, sigmoid } from "../../../numeric/mod.ts";
import { hostFold, type HostKey, hostNormal } from "../../../random/host/mod.ts";
import { rowOf, ROWS, takeColumns } from "./columns.ts";

/** Their constants. */
export const CLASSIC = {
  /** Mean gradient of a place in the picture, in halves of its side, from which a splat is densified. */
  gradient: 0.0002,
  /** Size as a share of the extent up to which it is copied; larger ones are split. */
  small: 0.01,
  /** Sizes of the two parts. */
  shrink: 1.6,
  /** Opacity below which a splat is taken away. */
  opacity: 0.005,
  /** Size as a share of the extent above which it is taken away, once opacities have been lowered. */
  large: 0.1,
  /** Opacity that is lowered to. */
  lowered: 0.01,
} as const;

/** What a round needs to know. */
export interface ClassicRound {
  /** Of the scene: see `extentOf`. */
  readonly extent: number;
  /** Half the side of a picture, in pixels; of unequal sides their geometric mean. */
  readonly halfSide: number;
  /** Splats at most. */
  readonly most: number;
  /** Whether large ones are taken away. */
  readonly prunesLarge: boolean;
  /**
   * Radius in pictures since the last round, three standard deviations in pixels, above which large ones are
   * taken away too; left out: none. Copies and parts haven't been seen yet, and have none.
   */
  readonly screenRadius?: number;
  readonly key: HostKey;
}

/** A splat's largest size. */
function sizes(state: SplatState): Float64Array {
  const rows = [0, 1, 2].map((k) => rowOf(state, ROWS.scale + k));
  return Float64Array.from(rows[0], (_, i) => exp(Math.max(rows[0][i], rows[1][i], rows[2][i])));
}

/** Splats to be densified, those with the largest gradients where there is no room for all. */
function pulled(state: SplatState, { halfSide, most }: ClassicRound): Uint8Array {
  const { form: { count }, statistics } = state;
  const gradients = Float64Array.from(
    { length: count },
    (_, i) => statistics[count + i] > 0 ? halfSide * statistics[i] / statistics[count + i] : 0,
  );
  const chosen = [...gradients.keys()].filter((i) => gradients[i] >= CLASSIC.gradient)
    .sort((a, b) => gradients[b] - gradients[a] || a - b)
    .slice(0, Math.max(0, most - count));
  const marks = new Uint8Array(count);
  for (const i of chosen) marks[i] = 1;
  return marks;
}

/** Rotation matrix of a quaternion w, x, y, z of any length, by rows. */
function rotation(q: readonly number[]): number[] {
  const length = Math.sqrt(q.reduce((sum, v) => sum + v * v, 0));
  const [w, x, y, z] = q.map((v) => v / length);
  return [
    ...[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    ...[2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    ...[2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

/** A part of a split splat: its place is drawn from it, and it is smaller. */
function settle(state: SplatState, i: number, key: HostKey): void {
  const at = (row: number) => rowOf(state, row)[i];
  const turn = rotation([0, 1, 2, 3].map((k) => at(ROWS.rotation + k)));
  const normal = hostNormal(key, 3);
  const inside = [0, 1, 2].map((k) => exp(at(ROWS.scale + k)) * normal[k]);
  for (let k = 0; k < 3; k++) {
    const moved = turn[3 * k] * inside[0] + turn[3 * k + 1] * inside[1] +
      turn[3 * k + 2] * inside[2];
    rowOf(state, k)[i] += moved;
    rowOf(state, ROWS.scale + k)[i] -= log(CLASSIC.shrink);
  }
}

/** Copies small splats and splits large ones, then takes away what can't be seen, or is too large. */
export function classicRound(state: SplatState, round: ClassicRound): SplatState {
  const { count } = state.form, marks = pulled(state, round), size = sizes(state);
  const { extent, prunesLarge, screenRadius = Infinity, key } = round;
  const from: number[] = [], goesOn: number[] = [], parts: number[] = [];
  const opacity = rowOf(state, ROWS.opacity);
  const radius = state.statistics.subarray(2 * count, 3 * count);
  const take = (i: number, { part, before }: { part: boolean; before: boolean }) => {
    if (!(sigmoid(opacity[i]) >= CLASSIC.opacity)) return;
    const shrink = part ? CLASSIC.shrink : 1;
    if (prunesLarge && size[i] / shrink > CLASSIC.large * extent) return;
    if (prunesLarge && before && radius[i] > screenRadius) return;
    if (part) parts.push(from.length);
    from.push(i);
    goesOn.push(before ? 1 : 0);
  };
  const splits = (i: number) => marks[i] === 1 && size[i] > CLASSIC.small * extent;
  for (let i = 0; i < count; i++) if (!splits(i)) take(i, { part: false, before: true });
  for (let i = 0; i < count; i++) {
    if (marks[i] === 1 && !splits(i)) take(i, { part: false, before: false });
  }
  for (let half = 0; half < 2; half++) {
    for (let i = 0; i < count; i++) if (splits(i)) take(i, { part: true, before: false });
  }
  // A scene of which nothing is left can't come back.
  if (from.length === 0) return state;
  const next = takeColumns(state, {
    from: Uint32Array.from(from),
    goesOn: Uint8Array.from(goesOn),
  });
  parts.forEach((i, part) => settle(next, i, hostFold(key, part)));
  return next;
}

/** Lowers opacities to 0.01, so that only what is needed becomes dense again. */
export function lowerOpacities(state: SplatState): SplatState {
  const { form: { count } } = state, least = log(CLASSIC.lowered / (1 - CLASSIC.lowered));
  const fresh = (values: Float32Array<ArrayBuffer>, change: (v: number) => number) => {
    const copy = values.slice(), row = ROWS.opacity * count;
    for (let i = row; i < row + count; i++) copy[i] = change(copy[i]);
    return copy;
  };
  return {
    ...state,
    parameters: fresh(state.parameters, (o) => Math.min(o, least)),
    first: fresh(state.first, () => 0),
    second: fresh(state.second, () => 0),
  };
}
