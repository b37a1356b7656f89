/**
 * One level of a multiresolution hash grid: features of points, and the gradient to the table. What is
 * computed: src/nn/hash_grid.ts, whose corners, products and sums have the same order.
 *
 * The module has no data of its own, so that it can work on a memory that belongs to somebody else.
 * Addresses are in bytes; points are rows of 3 float32, features of a point `stride` bytes apart. Corner
 * k of a cell is + (k & 1, k >> 1 & 1, k >> 2).
 * @module
 */

// π₂ and π₃; π₁ is 1.
const SECOND: i32 = 2654435761 as i32;
const THIRD: i32 = 805459861;

/** A coordinate on the level, taken to [0, resolution]. */
@inline
function scaled(x: v128, resolution: v128): v128 {
  const one = f32x4.splat(1), none = f32x4.splat(0);
  return f32x4.mul(f32x4.min(f32x4.max(x, none), one), resolution);
}

/** The vertex below, as a float. */
@inline
function below(at: v128, resolution: v128): v128 {
  return f32x4.min(f32x4.floor(at), f32x4.sub(resolution, f32x4.splat(1)));
}

/** Rows of a corner, from what each axis adds to them. */
@inline
function rowOf(hashed: bool, x: v128, y: v128, z: v128, mask: v128): v128 {
  return hashed
    ? v128.and(v128.xor(v128.xor(x, y), z), mask)
    : i32x4.add(i32x4.add(x, y), z);
}

/** Address of a lane's row of two floats. */
@inline
function placeOf(table: usize, row: i32): usize {
  return table + ((row as usize) << 3);
}

/** Rows of points 0 and 1, two floats each. */
@inline
function lowRows(table: usize, rows: v128): v128 {
  const first = v128.load64_zero(placeOf(table, i32x4.extract_lane(rows, 0)));
  return v128.load64_lane(placeOf(table, i32x4.extract_lane(rows, 1)), first, 1);
}

/** Rows of points 2 and 3. */
@inline
function highRows(table: usize, rows: v128): v128 {
  const first = v128.load64_zero(placeOf(table, i32x4.extract_lane(rows, 2)));
  return v128.load64_lane(placeOf(table, i32x4.extract_lane(rows, 3)), first, 1);
}

/** A weight for each float of points 0 and 1. */
@inline
function lowWeights(weight: v128): v128 {
  return v128.shuffle<f32>(weight, weight, 0, 0, 1, 1);
}

/** A weight for each float of points 2 and 3. */
@inline
function highWeights(weight: v128): v128 {
  return v128.shuffle<f32>(weight, weight, 2, 2, 3, 3);
}

/** Adds the first two floats to a row. */
@inline
function addTo(place: usize, value: v128): void {
  const sum = f32x4.add(v128.load64_zero(place), value);
  v128.store64_lane(place, sum, 0);
}

/** One corner's share of the gradient, point after point. */
@inline
function spreadCorner(table: usize, rows: v128, weight: v128, low: v128, high: v128): void {
  const first = f32x4.mul(low, lowWeights(weight));
  const second = f32x4.mul(high, highWeights(weight));
  const turnedFirst = v128.shuffle<f32>(first, first, 2, 3, 0, 1);
  const turnedSecond = v128.shuffle<f32>(second, second, 2, 3, 0, 1);
  addTo(placeOf(table, i32x4.extract_lane(rows, 0)), first);
  addTo(placeOf(table, i32x4.extract_lane(rows, 1)), turnedFirst);
  addTo(placeOf(table, i32x4.extract_lane(rows, 2)), second);
  addTo(placeOf(table, i32x4.extract_lane(rows, 3)), turnedSecond);
}

/**
 * Four points a time, two features a row.
 * @param spread false: table → features; true: features' gradient into the table
 */
@inline
function fours(
  hashed: bool,
  spread: bool,
  table: usize,
  points: usize,
  features: usize,
  count: i32,
  stride: usize,
  resolution: i32,
  rowMask: i32,
): void {
  const size = f32x4.splat(resolution as f32), one = f32x4.splat(1);
  const side = resolution + 1;
  const mask = i32x4.splat(rowMask);
  const stepY = i32x4.splat(hashed ? SECOND : side);
  const stepZ = i32x4.splat(hashed ? THIRD : side * side);
  for (let i = 0; i < count; i += 4) {
    // Twelve floats x y z x | y z x y | z x y z as three vectors of one coordinate each.
    const a = v128.load(points), b = v128.load(points, 16), c = v128.load(points, 32);
    points += 48;
    const xs = v128.shuffle<f32>(v128.shuffle<f32>(a, b, 0, 3, 6, 6), c, 0, 1, 2, 5);
    const ys = v128.shuffle<f32>(v128.shuffle<f32>(a, b, 1, 4, 7, 7), c, 0, 1, 2, 6);
    const zs = v128.shuffle<f32>(v128.shuffle<f32>(a, b, 2, 5, 5, 5), c, 0, 1, 4, 7);
    const atX = scaled(xs, size), atY = scaled(ys, size), atZ = scaled(zs, size);
    const lowX = below(atX, size), lowY = below(atY, size), lowZ = below(atZ, size);
    const wx1 = f32x4.sub(atX, lowX), wy1 = f32x4.sub(atY, lowY), wz1 = f32x4.sub(atZ, lowZ);
    const wx0 = f32x4.sub(one, wx1), wy0 = f32x4.sub(one, wy1), wz0 = f32x4.sub(one, wz1);
    const x0 = i32x4.trunc_sat_f32x4_s(lowX), x1 = i32x4.add(x0, i32x4.splat(1));
    const y0 = i32x4.mul(i32x4.trunc_sat_f32x4_s(lowY), stepY), y1 = i32x4.add(y0, stepY);
    const z0 = i32x4.mul(i32x4.trunc_sat_f32x4_s(lowZ), stepZ), z1 = i32x4.add(z0, stepZ);
    const r0 = rowOf(hashed, x0, y0, z0, mask), r1 = rowOf(hashed, x1, y0, z0, mask);
    const r2 = rowOf(hashed, x0, y1, z0, mask), r3 = rowOf(hashed, x1, y1, z0, mask);
    const r4 = rowOf(hashed, x0, y0, z1, mask), r5 = rowOf(hashed, x1, y0, z1, mask);
    const r6 = rowOf(hashed, x0, y1, z1, mask), r7 = rowOf(hashed, x1, y1, z1, mask);
    const w00 = f32x4.mul(wx0, wy0), w10 = f32x4.mul(wx1, wy0);
    const w01 = f32x4.mul(wx0, wy1), w11 = f32x4.mul(wx1, wy1);
    const w0 = f32x4.mul(w00, wz0), w1 = f32x4.mul(w10, wz0);
    const w2 = f32x4.mul(w01, wz0), w3 = f32x4.mul(w11, wz0);
    const w4 = f32x4.mul(w00, wz1), w5 = f32x4.mul(w10, wz1);
    const w6 = f32x4.mul(w01, wz1), w7 = f32x4.mul(w11, wz1);
    const f0 = features, f1 = f0 + stride, f2 = f1 + stride, f3 = f2 + stride;
    features = f3 + stride;
    if (spread) {
      const low = v128.load64_lane(f1, v128.load64_zero(f0), 1);
      const high = v128.load64_lane(f3, v128.load64_zero(f2), 1);
      spreadCorner(table, r0, w0, low, high);
      spreadCorner(table, r1, w1, low, high);
      spreadCorner(table, r2, w2, low, high);
      spreadCorner(table, r3, w3, low, high);
      spreadCorner(table, r4, w4, low, high);
      spreadCorner(table, r5, w5, low, high);
      spreadCorner(table, r6, w6, low, high);
      spreadCorner(table, r7, w7, low, high);
    } else {
      let low = f32x4.mul(lowRows(table, r0), lowWeights(w0));
      let high = f32x4.mul(highRows(table, r0), highWeights(w0));
      low = f32x4.add(low, f32x4.mul(lowRows(table, r1), lowWeights(w1)));
      high = f32x4.add(high, f32x4.mul(highRows(table, r1), highWeights(w1)));
      low = f32x4.add(low, f32x4.mul(lowRows(table, r2), lowWeights(w2)));
      high = f32x4.add(high, f32x4.mul(highRows(table, r2), highWeights(w2)));
      low = f32x4.add(low, f32x4.mul(lowRows(table, r3), lowWeights(w3)));
      high = f32x4.add(high, f32x4.mul(highRows(table, r3), highWeights(w3)));
      low = f32x4.add(low, f32x4.mul(lowRows(table, r4), lowWeights(w4)));
      high = f32x4.add(high, f32x4.mul(highRows(table, r4), highWeights(w4)));
      low = f32x4.add(low, f32x4.mul(lowRows(table, r5), lowWeights(w5)));
      high = f32x4.add(high, f32x4.mul(highRows(table, r5), highWeights(w5)));
      low = f32x4.add(low, f32x4.mul(lowRows(table, r6), lowWeights(w6)));
      high = f32x4.add(high, f32x4.mul(highRows(table, r6), highWeights(w6)));
      low = f32x4.add(low, f32x4.mul(lowRows(table, r7), lowWeights(w7)));
      high = f32x4.add(high, f32x4.mul(highRows(table, r7), highWeights(w7)));
      v128.store64_lane(f0, low, 0);
      v128.store64_lane(f1, low, 1);
      v128.store64_lane(f2, high, 0);
      v128.store64_lane(f3, high, 1);
    }
  }
}

/** A coordinate of one point on the level. */
@inline
function scaledOne(x: f32, resolution: f32): f32 {
  return min(max(x, 0), 1) * resolution;
}

/** One point a time, any number of features: what is left of fours, and other widths. */
@inline
function ones(
  hashed: bool,
  spread: bool,
  table: usize,
  points: usize,
  features: usize,
  count: i32,
  stride: usize,
  resolution: i32,
  rowMask: i32,
  width: i32,
): void {
  const size = resolution as f32, side = resolution + 1;
  for (let i = 0; i < count; i++) {
    const atX = scaledOne(load<f32>(points), size);
    const atY = scaledOne(load<f32>(points, 4), size);
    const atZ = scaledOne(load<f32>(points, 8), size);
    points += 12;
    const lowX = min(floor<f32>(atX), size - 1), lowY = min(floor<f32>(atY), size - 1);
    const lowZ = min(floor<f32>(atZ), size - 1);
    const shareX = atX - lowX, shareY = atY - lowY, shareZ = atZ - lowZ;
    for (let k = 0; k < 8; k++) {
      const x = (lowX as i32) + (k & 1), y = (lowY as i32) + (k >> 1 & 1);
      const z = (lowZ as i32) + (k >> 2);
      const row = hashed
        ? (x ^ (y * SECOND) ^ (z * THIRD)) & rowMask
        : x + side * y + side * side * z;
      const wx: f32 = k & 1 ? shareX : 1 - shareX, wy: f32 = k >> 1 & 1 ? shareY : 1 - shareY;
      const wz: f32 = k >> 2 ? shareZ : 1 - shareZ;
      const weight: f32 = wx * wy * wz;
      const place = table + (((row * width) as usize) << 2);
      for (let f = 0; f < width; f++) {
        const at = (f as usize) << 2;
        if (spread) {
          store<f32>(place + at, load<f32>(place + at) + weight * load<f32>(features + at));
        } else {
          const part = weight * load<f32>(place + at);
          store<f32>(features + at, k == 0 ? part : load<f32>(features + at) + part);
        }
      }
    }
    features += stride;
  }
}

@inline
function level(
  hashed: bool,
  spread: bool,
  table: usize,
  points: usize,
  features: usize,
  count: i32,
  stride: usize,
  resolution: i32,
  rowMask: i32,
  width: i32,
): void {
  let done = 0;
  if (width == 2) {
    done = count & ~3;
    fours(hashed, spread, table, points, features, done, stride, resolution, rowMask);
  }
  const start = features + (done as usize) * stride;
  const rest = count - done, from = points + (done as usize) * 12;
  ones(hashed, spread, table, from, start, rest, stride, resolution, rowMask, width);
}

/** Features of points on a level that has a row for each vertex. */
export function lookUpOwn(
  table: usize,
  points: usize,
  features: usize,
  count: i32,
  stride: usize,
  resolution: i32,
  rowMask: i32,
  width: i32,
): void {
  level(false, false, table, points, features, count, stride, resolution, rowMask, width);
}

/** The same on a level whose vertices share rows. */
export function lookUpShared(
  table: usize,
  points: usize,
  features: usize,
  count: i32,
  stride: usize,
  resolution: i32,
  rowMask: i32,
  width: i32,
): void {
  level(true, false, table, points, features, count, stride, resolution, rowMask, width);
}

/** Adds features' gradient to the rows of a level that has one for each vertex. */
export function spreadOwn(
  table: usize,
  points: usize,
  features: usize,
  count: i32,
  stride: usize,
  resolution: i32,
  rowMask: i32,
  width: i32,
): void {
  level(false, true, table, points, features, count, stride, resolution, rowMask, width);
}

/** The same on a level whose vertices share rows. */
export function spreadShared(
  table: usize,
  points: usize,
  features: usize,
  count: i32,
  stride: usize,
  resolution: i32,
  rowMask: i32,
  width: i32,
): void {
  level(true, true, table, points, features, count, stride, resolution, rowMask, width);
}
