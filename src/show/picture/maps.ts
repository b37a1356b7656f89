/**
 * Maps of views as pictures: differences in colour, and depth in grey.
 * @module
 */
import type { ImageSet } from "../../kinds/image/mod.ts";

/** |a − b| × `times` in each channel, at most 255. Of the same shape. */
export function differences(a: ImageSet, b: ImageSet, times: number): ImageSet {
  const data = Uint8Array.from(a.data, (v, i) => Math.min(255, times * Math.abs(v - b.data[i])));
  return { ...a, data };
}

/** Distances with the pixels in which something is seen. */
export interface Seen {
  /** Row-major [count, height, width]. */
  readonly depth: Float32Array;
  /** Whether pixel p shows something. */
  covers(p: number): boolean;
}

/** From the distance that one seen pixel of a hundred is nearer than to that which one is farther than. */
const OUTSIDE = 0.01;

/** Distances between which nearly all that is seen lies; null where nothing is. */
export function depthRange({ depth, covers }: Seen): readonly [near: number, far: number] | null {
  const seen = depth.filter((_, p) => covers(p)).sort();
  if (seen.length === 0) return null;
  const at = (share: number) => seen[Math.floor(share * (seen.length - 1))];
  return [at(OUTSIDE), at(1 - OUTSIDE)];
}

/** Grey of the farthest, so that it stands out from nothing. */
const FARTHEST = 55;

/** Depth in grey: white at the near end of the range and nearer, dark grey at the far end, else black. */
export function depthPictures(
  { depth, covers }: Seen,
  { count, height, width, range: [near, far] }: {
    readonly count: number;
    readonly height: number;
    readonly width: number;
    readonly range: readonly [number, number];
  },
): ImageSet {
  const span = far > near ? far - near : 1;
  const data = Uint8Array.from(depth, (distance, p) => {
    if (!covers(p)) return 0;
    const share = Math.min(1, Math.max(0, (distance - near) / span));
    return Math.floor(255 - (255 - FARTHEST) * share + 0.5);
  });
  return { count, height, width, channels: 1, data };
}
