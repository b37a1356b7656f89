/**
 * Lenses that bend: views are of pinhole cameras, so pictures are unbent. As OpenCV and COLMAP have it
 * (Brown 1966): a ray (x, y, 1) is seen at (x′, y′), r² = x² + y²,
 *
 *   x′ = x (1 + k₁r² + k₂r⁴ + k₃r⁶) + 2p₁xy + p₂(r² + 2x²)
 *   y′ = y (1 + k₁r² + k₂r⁴ + k₃r⁶) + p₁(r² + 2y²) + 2p₂xy
 *
 * The unbent picture keeps the focal lengths and the grid of pixels. Rows and columns at its edges that
 * would need what lies outside the taken one are cut off, so that every pixel was seen. (COLMAP's
 * image_undistorter keeps the focal lengths too and changes the size to the largest without blanks;
 * nerfstudio changes the focal lengths, by OpenCV's getOptimalNewCameraMatrix with alpha 0.)
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import type { Camera } from "../../../kinds/view/mod.ts";

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** See the module. */
export interface Lens {
  readonly k1: number;
  readonly k2: number;
  readonly k3: number;
  readonly p1: number;
  readonly p2: number;
}

/** The part of a picture that stays: whole pixels. */
export interface Cut extends Size {
  readonly left: number;
  readonly top: number;
}

/** Focal lengths and principal point, the middle of the first pixel at (½, ½). */
export type Intrinsics = Pick<Camera, "fx" | "fy" | "cx" | "cy">;

/** A lens of these coefficients; null where all are 0. @throws DataError where one isn't finite */
export function lensOf(given: Partial<Lens>, where: string): Lens | null {
  const lens = { k1: 0, k2: 0, k3: 0, p1: 0, p2: 0, ...given };
  for (const [name, value] of Object.entries(lens)) {
    if (!Number.isFinite(value)) throw new DataError(`${where}: its ${name} is ${value}`);
  }
  return Object.values(lens).every((value) => value === 0) ? null : lens;
}

/** Where a ray (x, y, 1) is seen. */
export function bent({ k1, k2, k3, p1, p2 }: Lens, x: number, y: number): [number, number] {
  const r2 = x * x + y * y, radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3));
  return [
    x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
    y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
  ];
}

/** Whether the lens turns no part of the picture over there: det ∂(x′, y′)/∂(x, y) > 0. */
function upright({ k1, k2, k3, p1, p2 }: Lens, x: number, y: number): boolean {
  const r2 = x * x + y * y, radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3));
  const slope = 2 * (k1 + r2 * (2 * k2 + 3 * k3 * r2)); // of `radial`, over x or y
  const xx = radial + slope * x * x + 2 * p1 * y + 6 * p2 * x;
  const yy = radial + slope * y * y + 6 * p1 * y + 2 * p2 * x;
  const xy = slope * x * y + 2 * p1 * x + 2 * p2 * y;
  return xx > 0 && xx * yy - xy * xy > 0;
}

/** Rounding of a place in pixels that is no reason to cut. */
const SLACK = 1e-6;

/** The place in the taken picture, in pixels from the middle of its first, of pixel (i, j). */
function source(lens: Lens, { fx, fy, cx, cy }: Intrinsics, i: number, j: number) {
  const x = (i + 0.5 - cx) / fx, y = (j + 0.5 - cy) / fy, [bx, by] = bent(lens, x, y);
  return { u: fx * bx + cx - 0.5, v: fy * by + cy - 0.5, upright: upright(lens, x, y) };
}

/** Sides of a cut, in the order in which equal ones go. */
const SIDES = ["left", "right", "top", "bottom"] as const;

/**
 * The largest part of `from` that this finds whose pixels were all seen by a camera: while some on its
 * border weren't, the side with the largest share of them goes.
 * @param options.size of the taken picture
 */
export function cutFor(
  lens: Lens,
  { intrinsics, size: { width, height }, from }: {
    readonly intrinsics: Intrinsics;
    readonly size: Size;
    readonly from: Cut;
  },
): Cut {
  let { left, top } = from, right = left + from.width, bottom = top + from.height;
  const unseen = (i: number, j: number) => {
    const { u, v, upright } = source(lens, intrinsics, i, j);
    return !(upright && u >= -SLACK && u <= width - 1 + SLACK && v >= -SLACK &&
      v <= height - 1 + SLACK);
  };
  const share = (side: typeof SIDES[number]) => {
    const across = side === "top" || side === "bottom";
    const [first, end] = across ? [left, right] : [top, bottom];
    const at = { left, right: right - 1, top, bottom: bottom - 1 }[side];
    let count = 0;
    for (let k = first; k < end; k++) if (across ? unseen(k, at) : unseen(at, k)) count++;
    return count / (end - first);
  };
  while (right > left && bottom > top) {
    const shares = SIDES.map(share), worst = Math.max(...shares);
    if (worst === 0) break;
    const side = SIDES[shares.indexOf(worst)];
    if (side === "left") left++;
    else if (side === "right") right--;
    else if (side === "top") top++;
    else bottom--;
  }
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * A picture unbent: bilinear between the four pixels around each place.
 * @param values of the taken picture, row-major [height, width, bands]
 * @returns [cut.height, cut.width, bands]
 */
export function unbent(values: Float32Array, lens: Lens, { intrinsics, size, bands, cut }: {
  /** Of the taken picture, before the cut. */
  readonly intrinsics: Intrinsics;
  readonly size: Size;
  readonly bands: number;
  readonly cut: Cut;
}): Float32Array {
  const { width, height } = size, out = new Float32Array(cut.width * cut.height * bands);
  // To the pixel on the right and to that below, where there is one.
  const right = width > 1 ? bands : 0, down = height > 1 ? width * bands : 0;
  for (let j = 0, to = 0; j < cut.height; j++) {
    for (let i = 0; i < cut.width; i++, to += bands) {
      const { u, v } = source(lens, intrinsics, i + cut.left, j + cut.top);
      const x = Math.min(width - 1, Math.max(0, u)), y = Math.min(height - 1, Math.max(0, v));
      const x0 = Math.max(0, Math.min(width - 2, Math.floor(x)));
      const y0 = Math.max(0, Math.min(height - 2, Math.floor(y)));
      const a = x - x0, b = y - y0;
      for (let k = 0, at = (y0 * width + x0) * bands; k < bands; k++, at++) {
        out[to + k] = (1 - b) * ((1 - a) * values[at] + a * values[at + right]) +
          b * ((1 - a) * values[at + down] + a * values[at + down + right]);
      }
    }
  }
  return out;
}
