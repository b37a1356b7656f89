/**
 * A figure of hash grids: their encoding beside PyTorch's.
 * @module
 */
import type { BesideTorch } from "../../peers/scenes/hash_grid.ts";
import { median } from "../../../stats/mod.ts";
import type { Figure, Measured } from "../figure.ts";
import { partFigure } from "./part.ts";

/** Rounding of sums of eight products in float32, as a share of them. */
const NEAR = 1e-5;

/** Time of the faster way of PyTorch over ours; no value where the two don't compute the same. */
export function overTorch({ ours, plain, flat, apart, ...detail }: BesideTorch): Measured {
  if (!(apart <= NEAR)) return { value: null, reason: `ours and PyTorch's are ${apart} apart` };
  const best = Math.min(median(plain), median(flat));
  return { value: best / median(ours), detail: { ...detail, ours, plain, flat, apart } };
}

/** See the module. */
export const hashGridFigures: readonly Figure[] = [
  partFigure(
    "hash",
    {
      name: "hash-grid-over-pytorch",
      about:
        "Time of PyTorch over ours for a hash grid's features of 24,576 points and the table's " +
        "gradient (12 levels, 2¹⁵ rows), one thread each, engine wasm, in turns; the faster of indexing " +
        "and of a flat scatter_add",
      unit: "×",
      target: { is: ">=", value: 5 },
    },
    ({ hash }) =>
      hash === undefined ? { value: null, reason: "no grid was measured" } : overTorch(hash),
  ),
];
