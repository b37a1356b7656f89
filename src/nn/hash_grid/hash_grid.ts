/**
 * Looking up features of points in a multiresolution hash grid. Müller et al. 2022
 * (arXiv:2201.05989), section 3: on each level the features at the eight vertices around a point,
 * weighed by how near they are; coarse levels have a row for each vertex, fine ones share rows by a hash.
 *
 * Shapes: N points, L levels, F features, R rows of the table.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { exclusiveOr, lowBits } from "./bits.ts";
import { floatsOf, hostArray, type HostKernel } from "../../engine/mod.ts";
import { type HashGridForm, hashLookUp, hashSpread } from "../../kernels/mod.ts";
import { ownKernel } from "../host_kernel.ts";
import { HASH_PRIMES, type HashGrid, type HashLevel, hashLevels } from "./levels.ts";
import { HASH_GRID, HASH_GRID_GRADIENT } from "../../engine/tfjs/mod.ts";

/** What the points touch on one level, corner after corner: corner k is + (k & 1, k >> 1 & 1, k >> 2). */
interface Sites {
  /** Rows of the table, int32 [8N]. */
  readonly rows: tf.Tensor1D;
  /** float32 [8N]. */
  readonly weights: tf.Tensor1D;
}

/** Corners of a cell. */
const CORNERS = 8;

/** One coordinate on a level: its vertex below, int32 [N], and how far above that it is, 0 to 1. */
function along(x_N: tf.Tensor1D, resolution: number): { low: tf.Tensor; share: tf.Tensor } {
  const at_N = tf.mul(tf.clipByValue(x_N, 0, 1), resolution);
  const low_N = tf.minimum(tf.floor(at_N), resolution - 1);
  return { low: tf.cast(low_N, "int32"), share: tf.sub(at_N, low_N) };
}

function int(value: number): tf.Scalar {
  return tf.scalar(value, "int32");
}

/** Rows of the eight vertices in a level with a row for each: x + (r + 1)(y + (r + 1)z). */
function ownRows(low: readonly tf.Tensor[], { resolution, first }: HashLevel): tf.Tensor[] {
  const side = resolution + 1;
  const strides = [1, side, side * side];
  const [x, y, z] = low.map((v, axis) => tf.mul(v, int(strides[axis])));
  const row = tf.add(tf.add(x, y), z);
  return Array.from(
    { length: CORNERS },
    (_, k) => tf.add(row, int(first + (k & 1) + side * ((k >> 1 & 1) + side * (k >> 2)))),
  );
}

/** (xπ₁ ⊕ yπ₂ ⊕ zπ₃) mod T of the eight vertices: eq. 4. */
function sharedRows(
  low: readonly tf.Tensor[],
  { first, bits }: { readonly first: number; readonly bits: number },
): tf.Tensor[] {
  // Only the low bits of products count, so that the primes may be taken modulo T before.
  const terms = low.map((v, axis) => {
    const prime = int(HASH_PRIMES[axis] % (1 << bits));
    return [v, tf.add(v, int(1))].map((u) => lowBits(tf.mul(u, prime), bits));
  });
  const yz = [0, 1, 2, 3].map((k) => exclusiveOr(terms[1][k & 1], terms[2][k >> 1], bits));
  return Array.from(
    { length: CORNERS },
    (_, k) => tf.add(exclusiveOr(terms[0][k & 1], yz[k >> 1], bits), int(first)),
  );
}

/** Products of the shares along the three axes: eight weights of a sum of 1. */
function cornerWeights(shares: readonly tf.Tensor[]): tf.Tensor[] {
  const sides = shares.map((share) => [tf.sub(1, share), share]);
  return Array.from(
    { length: CORNERS },
    (_, k) => tf.mul(tf.mul(sides[0][k & 1], sides[1][k >> 1 & 1]), sides[2][k >> 2]),
  );
}

/** What the points touch, level by level. */
export function hashSites(x_N3: tf.Tensor2D, grid: HashGrid): Sites[] {
  const columns = tf.split(x_N3, 3, 1).map((x_N1) => tf.reshape(x_N1, [-1]) as tf.Tensor1D);
  return hashLevels(grid).map((level) => {
    const axes = columns.map((x_N) => along(x_N, level.resolution));
    const low = axes.map((axis) => axis.low);
    const rows = level.hashed
      ? sharedRows(low, { first: level.first, bits: grid.rowBits })
      : ownRows(low, level);
    return {
      rows: tf.concat(rows) as tf.Tensor1D,
      weights: tf.concat(cornerWeights(axes.map((axis) => axis.share))) as tf.Tensor1D,
    };
  });
}

/** Σ over corners of weight·row, level after level: [N, L·F]. */
function composedLookUp(table_RF: tf.Tensor2D, sites: readonly Sites[]): tf.Tensor2D {
  const width = table_RF.shape[1];
  return tf.concat(
    sites.map(({ rows, weights }) => {
      const found = tf.mul(tf.gather(table_RF, rows), tf.expandDims(weights, 1));
      const corners = tf.split(tf.reshape(found, [CORNERS, -1]), CORNERS, 0);
      return tf.reshape(tf.addN(corners), [-1, width]);
    }),
    1,
  ) as tf.Tensor2D;
}

/** The transpose of that map: dy into the rows that were touched, [R, F]. */
function composedSpread(
  dy: tf.Tensor2D,
  sites: readonly Sites[],
  { rows, features }: { readonly rows: number; readonly features: number },
): tf.Tensor2D {
  const parts = tf.split(dy, sites.length, 1);
  const spread = sites.map(({ rows: at, weights }, l) => {
    const repeated = tf.concat(Array<tf.Tensor>(CORNERS).fill(parts[l]));
    const values = tf.mul(repeated, tf.expandDims(weights, 1)) as tf.Tensor2D;
    return { at, values };
  });
  return tf.unsortedSegmentSum(
    tf.reshape(tf.concat(spread.map(({ values }) => values)), [-1, features]),
    tf.concat(spread.map(({ at }) => at)) as tf.Tensor1D,
    rows,
  ) as tf.Tensor2D;
}

/** Both maps on the host, by the module that is the `wasm` engine's kernel. */
const hostLookUp: HostKernel<HashGridForm> = {
  name: HASH_GRID,
  about: "hash grids",
  run(inputs, form) {
    const { values: table, shape: [, width] } = floatsOf(inputs, "table");
    const { values: points, shape: [count] } = floatsOf(inputs, "x");
    const features = width * form.resolutions.length;
    return [hostArray(hashLookUp(table, points, form), [count, features])];
  },
};

const hostSpread: HostKernel<HashGridForm> = {
  name: HASH_GRID_GRADIENT,
  about: "hash grids",
  run(inputs, form) {
    const { values: dy, shape: [, features] } = floatsOf(inputs, "dy");
    const { values: points } = floatsOf(inputs, "x");
    const width = features / form.resolutions.length;
    return [hostArray(hashSpread(dy, points, form), [form.rows, width])];
  },
};

/** One of the two maps and the other, each the gradient of the other. */
interface Maps {
  readonly grid: HashGrid;
  readonly rows: number;
  readonly attributes: HashGridForm;
}

function sitesOf(saved: tf.Tensor[]): Sites[] {
  return Array.from({ length: saved.length / 2 }, (_, l) => ({
    rows: saved[2 * l] as tf.Tensor1D,
    weights: saved[2 * l + 1] as tf.Tensor1D,
  }));
}

/** Points with what they touch, where that was found before. */
type Points = readonly [x_N3: tf.Tensor, ...sites: tf.Tensor[]];

function found([x_N3, ...sites]: Points, grid: HashGrid): tf.Tensor[] {
  if (sites.length > 0) return sites;
  return hashSites(x_N3 as tf.Tensor2D, grid).flatMap(({ rows, weights }) => [rows, weights]);
}

function lookUp(table: tf.Tensor, points: Points, maps: Maps): tf.Tensor {
  const op = tf.customGrad((table, save) => {
    const inputs = { table: table as tf.Tensor, x: points[0] };
    const own = ownKernel(hostLookUp, inputs, maps.attributes);
    const sites = own === undefined ? found(points, maps.grid) : [];
    // Points are saved but are no inputs: nobody asks for their gradient.
    (save as tf.GradSaveFunc)([points[0], ...sites]);
    return {
      value: own?.[0] ?? composedLookUp(table as tf.Tensor2D, sitesOf(sites)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => spread(dy, saved as unknown as Points, maps),
    };
  });
  return op(table);
}

function spread(dy: tf.Tensor, points: Points, maps: Maps): tf.Tensor {
  const op = tf.customGrad((dy, save) => {
    const inputs = { dy: dy as tf.Tensor, x: points[0] };
    const own = ownKernel(hostSpread, inputs, maps.attributes);
    const sites = own === undefined ? found(points, maps.grid) : [];
    (save as tf.GradSaveFunc)([points[0], ...sites]);
    return {
      value: own?.[0] ??
        composedSpread(dy as tf.Tensor2D, sitesOf(sites), {
          rows: maps.rows,
          features: maps.grid.features,
        }),
      gradFunc: (ddy: tf.Tensor, saved: tf.Tensor[]) =>
        lookUp(ddy, saved as unknown as Points, maps),
    };
  });
  return op(dy);
}

/**
 * Features of points, level after level. By the engine's own kernel where it has one. Gradients reach the
 * table alone; only rows of the vertices around a point, at most eight a level, get any.
 * @param table_RF float32, R as `hashRows` has it
 * @param x_N3 float32; what lies outside [0, 1] is taken to its nearest point inside
 * @returns float32 [N, L·F]
 * @throws Error where the table is of another grid
 */
export function hashFeatures(
  table_RF: tf.Tensor2D,
  x_N3: tf.Tensor2D,
  grid: HashGrid,
): tf.Tensor2D {
  const levels = hashLevels(grid);
  const rows = levels.reduce((sum, level) => sum + level.rows, 0);
  const [R, F] = table_RF.shape;
  if (R !== rows || F !== grid.features || x_N3.rank !== 2 || x_N3.shape[1] !== 3) {
    throw new Error(
      `hashFeatures: a grid of ${rows} rows of ${grid.features} and points [N, 3] were expected, ` +
        `found [${table_RF.shape}] and [${x_N3.shape}]`,
    );
  }
  const attributes = {
    resolutions: levels.map((level) => level.resolution),
    rowBits: grid.rowBits,
    rows,
  };
  return lookUp(table_RF, [x_N3], { grid, rows, attributes }) as tf.Tensor2D;
}
