/**
 * A depth-buffered triangle rasteriser: for every sample, the nearest triangle and where in it.
 * @module
 */

/** Which triangle covers each sample, and where. */
export interface Coverage {
  readonly width: number;
  /** Greater is nearer; −Infinity where nothing is. */
  readonly depth: Float64Array;
  /** Triangle index, −1 where nothing is. */
  readonly triangle: Int32Array;
  /** Barycentric weights of the triangle's second and third corner. */
  readonly second: Float64Array;
  readonly third: Float64Array;
}

/** An empty square buffer. */
export function createCoverage(width: number): Coverage {
  const samples = width * width;
  return {
    width,
    depth: new Float64Array(samples),
    triangle: new Int32Array(samples),
    second: new Float64Array(samples),
    third: new Float64Array(samples),
  };
}

/** Empties a buffer. */
export function clearCoverage(buffer: Coverage): void {
  buffer.depth.fill(-Infinity);
  buffer.triangle.fill(-1);
}

/** Triangles to draw: sample coordinates, x to the right and y down, depth towards the viewer. */
export interface Triangles {
  /** x y depth a vertex. */
  readonly points: Float64Array;
  readonly corners: Uint16Array;
  /** Number added to triangle indices, so that several meshes share a buffer. */
  readonly offset: number;
  /** Whether triangles seen from behind are drawn. */
  readonly twoSided: boolean;
}

/**
 * Draws triangles into the buffer. Samples lie at pixel centres; a sample on a shared edge takes
 * the nearer triangle, the first at equal depth.
 */
export function rasterize(
  { points, corners, offset, twoSided }: Triangles,
  buffer: Coverage,
): void {
  const { width, depth, triangle, second, third } = buffer;
  const last = width - 1;
  for (let t = 0; t < corners.length; t += 3) {
    const a = 3 * corners[t], b = 3 * corners[t + 1], c = 3 * corners[t + 2];
    const ax = points[a], ay = points[a + 1];
    const bx = points[b] - ax, by = points[b + 1] - ay;
    const cx = points[c] - ax, cy = points[c + 1] - ay;
    // Twice the signed area; counter-clockwise from the viewer is negative, as y points down.
    const area = bx * cy - cx * by;
    if (area === 0 || (area > 0 && !twoSided)) continue;
    const lowX = Math.max(
      0,
      Math.ceil(ax + (bx < cx ? (bx < 0 ? bx : 0) : (cx < 0 ? cx : 0)) - 0.5),
    );
    const highX = Math.min(
      last,
      Math.floor(ax + (bx > cx ? (bx > 0 ? bx : 0) : (cx > 0 ? cx : 0)) - 0.5),
    );
    if (lowX > highX) continue;
    const lowY = Math.max(
      0,
      Math.ceil(ay + (by < cy ? (by < 0 ? by : 0) : (cy < 0 ? cy : 0)) - 0.5),
    );
    const highY = Math.min(
      last,
      Math.floor(ay + (by > cy ? (by > 0 ? by : 0) : (cy > 0 ? cy : 0)) - 0.5),
    );
    if (lowY > highY) continue;
    const inverse = 1 / area;
    const az = points[a + 2], bz = points[b + 2] - az, cz = points[c + 2] - az;
    const index = offset + t / 3;
    for (let y = lowY; y <= highY; y++) {
      const py = y + 0.5 - ay;
      for (let x = lowX, at = y * width + lowX; x <= highX; x++, at++) {
        const px = x + 0.5 - ax;
        const v = (px * cy - cx * py) * inverse;
        const w = (bx * py - px * by) * inverse;
        if (v < 0 || w < 0 || v + w > 1) continue;
        const z = az + v * bz + w * cz;
        if (z <= depth[at]) continue;
        depth[at] = z;
        triangle[at] = index;
        second[at] = v;
        third[at] = w;
      }
    }
  }
}
