/**
 * The rasteriser's laws as plain float64: every Gaussian over every pixel, no tiles and no extents, the
 * harmonics by Legendre's recurrence. A view keeps what was decided on the way (which Gaussians each
 * pixel composites, in what order, and where α is held), and can be drawn again with other parameters
 * and the same decisions: that function is smooth, and central differences of it
 * (differences.ts) are the gradient.
 * @module
 */
import type { Frame, SplatForm } from "../../src/kernels/mod.ts";

/** Constants of the rasteriser. */
export const CUT = 1 / 255, ALPHA_MOST = 0.999, LEAST_SEEN = 1e-4, BLUR = 0.3, WIDEST = 2 ** 60;

/** A Gaussian before a camera. */
export interface Projected {
  /** Whether it is behind the near plane, and of a size that can be drawn. */
  readonly there: boolean;
  readonly x: number;
  readonly y: number;
  readonly depth: number;
  /** Σ' with the blur: xx, xy, yy. */
  readonly covariance: readonly [number, number, number];
  readonly opacity: number;
  readonly colour: readonly [number, number, number];
}

/** Σ = R S Sᵀ Rᵀ by rows, of Gaussian `i`. */
export function covariance(parameters: ArrayLike<number>, count: number, i: number): number[] {
  const p = (row: number) => parameters[row * count + i];
  const length = Math.hypot(p(6), p(7), p(8), p(9));
  const [w, x, y, z] = [p(6) / length, p(7) / length, p(8) / length, p(9) / length];
  const r = [
    ...[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    ...[2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    ...[2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
  const s = [3, 4, 5].map((row) => Math.exp(p(row)));
  return [0, 1, 2].flatMap((a) =>
    [0, 1, 2].map((b) =>
      [0, 1, 2].reduce((sum, k) => sum + r[3 * a + k] * s[k] * s[k] * r[3 * b + k], 0)
    )
  );
}

/** Associated Legendre function P_l^m(x) without the Condon–Shortley phase. */
function legendre(l: number, m: number, x: number): number {
  let below = 1;
  for (let k = 1; k <= m; k++) below *= (2 * k - 1) * Math.sqrt(Math.max(0, 1 - x * x));
  if (l === m) return below;
  let at = x * (2 * m + 1) * below;
  for (let k = m + 2; k <= l; k++) {
    [below, at] = [at, ((2 * k - 1) * x * at - (k + m - 1) * below) / (k - m)];
  }
  return at;
}

const factorial = (n: number): number => n <= 1 ? 1 : n * factorial(n - 1);

/** Real spherical harmonics up to a degree at a unit direction, in the order (l, −l … l). */
export function harmonics(degree: number, [x, y, z]: readonly number[]): number[] {
  const turn = Math.atan2(y, x), out: number[] = [];
  for (let l = 0; l <= degree; l++) {
    for (let m = -l; m <= l; m++) {
      const a = Math.abs(m), sign = a % 2 === 0 ? 1 : -1;
      const norm = Math.sqrt(
        (2 * l + 1) / (4 * Math.PI) * factorial(l - a) / factorial(l + a) * (a === 0 ? 1 : 2),
      );
      const round = m < 0 ? Math.sin(a * turn) : Math.cos(a * turn);
      out.push(sign * norm * legendre(l, a, z) * round);
    }
  }
  return out;
}

/** Gaussian `i` before a camera of 16 numbers. */
export function project(
  parameters: ArrayLike<number>,
  { count, degree }: SplatForm,
  { i, camera: c, frame }: {
    readonly i: number;
    readonly camera: ArrayLike<number>;
    readonly frame: Frame;
  },
): Projected {
  const p = (row: number) => parameters[row * count + i];
  const d = [p(0) - c[3], p(1) - c[7], p(2) - c[11]];
  const v = [c[0], c[4], c[8], c[1], c[5], c[9], c[2], c[6], c[10]];
  const [x, y, z] = [0, 1, 2].map((a) =>
    v[3 * a] * d[0] + v[3 * a + 1] * d[1] + v[3 * a + 2] * d[2]
  );
  const [fx, fy, cx, cy] = [c[12], c[13], c[14], c[15]], { width, height } = frame;
  const held = (t: number, from: number, to: number) => Math.min(Math.max(t, from), to);
  const beyondX = 0.3 * width / (2 * fx), beyondY = 0.3 * height / (2 * fy);
  const atX = held(x / z, -cx / fx - beyondX, (width - cx) / fx + beyondX);
  const atY = held(y / z, -cy / fy - beyondY, (height - cy) / fy + beyondY);
  const jacobian = [fx / z, 0, -fx * atX / z, 0, fy / z, -fy * atY / z];
  const u = [0, 1].flatMap((a) =>
    [0, 1, 2].map((b) => [0, 1, 2].reduce((sum, k) => sum + jacobian[3 * a + k] * v[3 * k + b], 0))
  );
  const world = covariance(parameters, count, i);
  const plane = (a: number, b: number) => {
    let sum = 0;
    for (let k = 0; k < 3; k++) {
      for (let m = 0; m < 3; m++) sum += u[3 * a + k] * world[3 * k + m] * u[3 * b + m];
    }
    return sum;
  };
  const [xx, xy, yy] = [plane(0, 0), plane(0, 1), plane(1, 1)];
  const before = xx * yy - xy * xy, after = (xx + BLUR) * (yy + BLUR) - xy * xy;
  const own = 1 / (1 + Math.exp(-p(10)));
  const opacity = frame.antialiased ? own * Math.sqrt(Math.max(0, before / after)) : own;
  const length = Math.hypot(d[0], d[1], d[2]);
  const basis = harmonics(degree, d.map((value) => value / length));
  const channel = (k: number) =>
    Math.max(0, basis.reduce((sum, b, term) => sum + b * p(11 + 3 * term + k), 0.5));
  return {
    there: z > frame.near && xx < WIDEST && yy < WIDEST,
    x: fx * x / z + cx,
    y: fy * y / z + cy,
    depth: z,
    covariance: [xx + BLUR, xy, yy + BLUR],
    opacity,
    colour: [channel(0), channel(1), channel(2)],
  };
}

/** What a pixel composites: Gaussians front to back, and whether each one's α is held at its most. */
export type Decisions = readonly (readonly { readonly id: number; readonly held: boolean }[])[];

/** A view by brute force, with what was decided. */
export interface ReferenceView {
  /** [H, W, 3], [H, W], [H, W]. */
  readonly picture: Float64Array;
  readonly alpha: Float64Array;
  readonly depth: Float64Array;
  readonly decisions: Decisions;
  /**
   * How near each pixel came to being decided otherwise: the least |ln α − ln cut|,
   * |ln α − ln most| and |ln T − ln least| of what it met. Where that is within float32's rounding, either is right.
   */
  readonly margin: Float64Array;
}

/** α of a Gaussian at the middle of a pixel, not held. */
function alphaAt({ x, y, covariance: [xx, xy, yy], opacity }: Projected, px: number, py: number) {
  const dx = px + 0.5 - x, dy = py + 0.5 - y, determinant = xx * yy - xy * xy;
  return opacity * Math.exp(-(yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / (2 * determinant));
}

/** A view, decided anew or as another was. */
export function draw(
  parameters: ArrayLike<number>,
  form: SplatForm,
  { camera, frame, as }: {
    readonly camera: ArrayLike<number>;
    readonly frame: Frame;
    readonly as?: Decisions;
  },
): ReferenceView {
  const { height, width, background } = frame, pixels = height * width;
  const all = Array.from(
    { length: form.count },
    (_, i) => project(parameters, form, { i, camera, frame }),
  );
  // Depths are compared as float32, as the rasteriser's are; ties by id.
  const order = all.map((_, i) => i).filter((i) => all[i].there)
    .sort((a, b) => Math.fround(all[a].depth) - Math.fround(all[b].depth) || a - b);
  const picture = new Float64Array(3 * pixels), alpha = new Float64Array(pixels);
  const depth = new Float64Array(pixels), margin = new Float64Array(pixels).fill(Infinity);
  const decisions: { id: number; held: boolean }[][] = [];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const px = pixel % width, py = Math.floor(pixel / width);
    const chosen = as?.[pixel] ??
      decide(all, order, { px, py, near: (m) => margin[pixel] = Math.min(margin[pixel], m) });
    decisions.push([...chosen]);
    let t = 1, away = 0, total = 0;
    const colour = [0, 0, 0];
    for (const { id, held } of chosen) {
      const a = held ? ALPHA_MOST : alphaAt(all[id], px, py), w = t * a;
      for (let k = 0; k < 3; k++) colour[k] += w * all[id].colour[k];
      away += w * all[id].depth;
      total += w;
      t *= 1 - a;
    }
    for (let k = 0; k < 3; k++) picture[3 * pixel + k] = colour[k] + t * background[k];
    alpha[pixel] = 1 - t;
    depth[pixel] = total > 0 ? away / total : 0;
  }
  return { picture, alpha, depth, decisions, margin };
}

function decide(
  all: readonly Projected[],
  order: readonly number[],
  { px, py, near }: {
    readonly px: number;
    readonly py: number;
    readonly near: (margin: number) => void;
  },
): { id: number; held: boolean }[] {
  const chosen: { id: number; held: boolean }[] = [];
  let t = 1;
  for (const id of order) {
    const full = alphaAt(all[id], px, py), a = Math.min(ALPHA_MOST, full);
    near(Math.min(Math.abs(Math.log(full / CUT)), Math.abs(Math.log(full / ALPHA_MOST))));
    if (!(a >= CUT)) continue;
    near(Math.abs(Math.log(t * (1 - a) / LEAST_SEEN)));
    if (t * (1 - a) <= LEAST_SEEN) break;
    chosen.push({ id, held: full > ALPHA_MOST });
    t *= 1 - a;
  }
  return chosen;
}
