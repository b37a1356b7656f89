/**
 * Lookups in hash grids, with their float64 reference.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as nn from "../../nn/mod.ts";
import type { Case } from "./case.ts";
import { get, type Plain, plain } from "./reference.ts";

/** A level of 2 cells a side, whose 27 vertices have rows, and one of 4, whose 125 share 32. */
const GRID = { levels: 2, features: 2, rowBits: 5, base: 2, finest: 4 } as const;
const ROWS = 27 + 32;
/** Exact in float32 on both levels: inside cells, at vertices, at the far corner. */
const POINTS = [
  [0.140625, 0.703125, 0.328125],
  [0.5, 0.25, 0.75],
  [1, 1, 1],
  [0, 0.984375, 0.015625],
  [0.609375, 0.453125, 0.890625],
];

/** Rows of vertices: numbered on the first level, (x ⊕ yπ₂ ⊕ zπ₃) mod 32 on the second. */
function rowOf(level: number, [x, y, z]: readonly number[]): number {
  if (level === 0) return x + 3 * (y + 3 * z);
  return 27 + ((x ^ Math.imul(y, 2_654_435_761) ^ Math.imul(z, 805_459_861)) & 31);
}

/** Σ over the eight vertices around a point of Π (1 − |x − v|)·row. */
function reference(table: Plain): Plain {
  return plain([POINTS.length, 4], ([n, column]) => {
    const level = column >> 1, resolution = 2 << level;
    const at = POINTS[n].map((x) => x * resolution);
    const low = at.map((a) => Math.min(Math.floor(a), resolution - 1));
    let sum = 0;
    for (let k = 0; k < 8; k++) {
      const vertex = low.map((v, axis) => v + (k >> axis & 1));
      const weight = vertex.reduce((w, v, axis) => w * (1 - Math.abs(at[axis] - v)), 1);
      sum += weight * get(table, [rowOf(level, vertex), column & 1]);
    }
    return sum;
  });
}

/** The lookup, by an engine's own kernel or composed. */
export const GRIDS: readonly Case[] = [{
  op: "hash grid",
  inputs: [[ROWS, 2]],
  run: (table) =>
    nn.hashFeatures(table as tf.Tensor2D, tf.tensor2d(POINTS.map((p) => [...p])), GRID),
  reference,
}];
