/**
 * Scenes of Gaussians and cameras for tests, drawn from keys.
 * @module
 */
import { type Degree, type Frame, type SplatForm, splatRows } from "../../src/kernels/mod.ts";
import { cameraNumbers, lookAt } from "../../src/kinds/view/mod.ts";
import { hostFold, hostKey, hostNormal, hostUniform } from "../../src/random/host/mod.ts";

/** Gaussians around the origin, within about 1 of it. */
export function gaussians(
  seed: number,
  { count, degree = 1, scale = -2, opacity = 0 }: {
    readonly count: number;
    readonly degree?: Degree;
    /** Mean logarithm of the scales, and logit of the opacities. */
    readonly scale?: number;
    readonly opacity?: number;
  },
): { form: SplatForm; parameters: Float32Array<ArrayBuffer> } {
  const key = hostKey(seed, "gaussians"), rows = splatRows(degree);
  const parameters = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    const normal = hostNormal(hostFold(key, row), count);
    const size = row < 3
      ? 0.5
      : row < 6
      ? 0.5
      : row < 10
      ? 1
      : row === 10
      ? 1.5
      : row < 14
      ? 0.6
      : 0.3;
    const middle = row < 3 || row > 10 ? 0 : row < 6 ? scale : row < 10 ? 0 : opacity;
    for (let i = 0; i < count; i++) parameters[row * count + i] = middle + size * normal[i];
  }
  return { form: { count, degree }, parameters };
}

/** A camera that looks at the origin from a distance, in some direction. */
export function camera(
  seed: number,
  { height, width, distance = 4 }: {
    readonly height: number;
    readonly width: number;
    readonly distance?: number;
  },
): Float32Array<ArrayBuffer> {
  const [a, b, c, d] = hostUniform(hostKey(seed, "camera"), 4), turn = 2 * Math.PI * a;
  const z = 1.6 * b - 0.8, flat = Math.sqrt(1 - z * z);
  const position = [
    distance * flat * Math.cos(turn),
    distance * flat * Math.sin(turn),
    distance * z,
  ] as const;
  const focal = 1.1 * Math.max(height, width);
  return Float32Array.from(cameraNumbers({
    rotation: lookAt(position, [0, 0, 0], [0, 0, 1]),
    position,
    fx: focal,
    fy: focal * 1.05,
    cx: width * (0.45 + 0.1 * c),
    cy: height * (0.45 + 0.1 * d),
  }));
}

/** A frame of a size. */
export function frame(
  height: number,
  width: number,
  rest: Partial<Pick<Frame, "background" | "near" | "antialiased">> = {},
): Frame {
  return { height, width, background: [0.2, 0.4, 0.6], near: 0.1, antialiased: false, ...rest };
}

/** The Gaussians in another order: the i-th is that of number `order[i]`. */
export function permuted(
  parameters: Float32Array,
  { count }: SplatForm,
  order: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  return Float32Array.from(parameters, (_, k) => {
    return parameters[k - k % count + order[k % count]];
  });
}
