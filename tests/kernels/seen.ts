/**
 * What the module keeps of each Gaussian that a view met: `Seen` in assembly/splat/context.ts.
 * @module
 */
import type { Workspace } from "../../src/kernels/splat/workspace.ts";

/** A Gaussian as a pixel meets it. */
export interface SeenGaussian {
  readonly x: number;
  readonly y: number;
  /** Σ' with the blur: xx, xy, yy. */
  readonly covariance: readonly [number, number, number];
  /** Opacity with its compensation. */
  readonly peak: number;
  readonly colour: readonly [number, number, number];
  readonly depth: number;
}

/** Gaussian `i` of the last view; undefined where it wasn't seen. */
export function seenOf(space: Workspace, i: number): SeenGaussian | undefined {
  const { f32, i32 } = space.memory.views, at = space.get("seen") / 4 + 16 * i;
  if (i32[at + 12] >= i32[at + 14]) return undefined;
  // log₂ α = a·dx² + b·dx·dy + c·dy² + peak, with −½·log₂ e·Σ'⁻¹ in a, b/2 and c.
  const p = -2 * Math.LN2 * f32[at + 2],
    q = -Math.LN2 * f32[at + 3],
    r = -2 * Math.LN2 * f32[at + 4];
  const over = 1 / (p * r - q * q);
  return {
    x: f32[at],
    y: f32[at + 1],
    covariance: [r * over, -q * over, p * over],
    peak: 2 ** f32[at + 5],
    colour: [f32[at + 6], f32[at + 7], f32[at + 8]],
    depth: f32[at + 9],
  };
}
