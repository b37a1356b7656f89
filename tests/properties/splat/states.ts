/** Splats in training, made up, for laws of density control. */
import type { SplatState } from "../../../src/kernels/mod.ts";
import { hostKey, hostNormal, hostUniform } from "../../../src/random/host/host.ts";

/** Rows of splats of degree 1. */
export const ROWS = 11 + 12;

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
export const logit = (p: number) => Math.log(p / (1 - p));

/** Column `i` of a matrix by rows of `count` columns. */
export function column(values: Float32Array, i: number, count: number): number[] {
  return Array.from({ length: values.length / count }, (_, row) => values[row * count + i]);
}

/** A state of these opacities; all else is drawn, and no two splats stand at one place. */
export function stateOf(
  opacities: readonly number[],
  { seed, pulls = [], sizes = [], radii = [] }: {
    seed: number;
    /** Mean gradients of places, in pixels. */
    pulls?: readonly number[];
    /** Largest sizes. */
    sizes?: readonly number[];
    /** Largest radii in pictures, pixels. */
    radii?: readonly number[];
  },
): SplatState {
  const count = opacities.length, key = hostKey(seed, "state");
  const parameters = Float32Array.from(hostNormal(key, ROWS * count));
  opacities.forEach((o, i) => parameters[10 * count + i] = logit(o));
  sizes.forEach((size, i) => {
    for (let k = 0; k < 3; k++) parameters[(3 + k) * count + i] = Math.log(size) - k;
  });
  const statistics = new Float32Array(3 * count);
  pulls.forEach((pull, i) => {
    statistics[i] = 5 * pull;
    statistics[count + i] = 5;
  });
  radii.forEach((radius, i) => statistics[2 * count + i] = radius);
  return {
    form: { count, degree: 1 },
    parameters,
    first: Float32Array.from(hostNormal(hostKey(seed, "first"), ROWS * count)),
    second: Float32Array.from(hostUniform(hostKey(seed, "second"), ROWS * count), (v) => v + 0.1),
    statistics,
    updates: 17,
  };
}

/** Which of the splats of `before` stands at the place of splat `i` of `after`; −1: none. */
export function sourceOf(after: SplatState, i: number, before: SplatState): number {
  const place = column(after.parameters, i, after.form.count).slice(0, 3);
  return Array.from({ length: before.form.count }, (_, j) => j).find((j) =>
    place.every((v, k) => v === before.parameters[k * before.form.count + j])
  ) ?? -1;
}
