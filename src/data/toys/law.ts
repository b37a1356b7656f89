/**
 * The law of 8-bit points: how likely each of the 256² pairs of values is.
 * @module
 */
import { normalCdf } from "../../numeric/mod.ts";
import type { PlaneLaw } from "./shapes.ts";

/** Values that a number of a point can take. */
export const LEVELS = 256;

/** The 8-bit value of a coordinate from −1 to 1: round(255 (x + 1)/2), kept in range. */
export function levelOf(x: number): number {
  return Math.min(LEVELS - 1, Math.max(0, Math.floor(255 * (x + 1) / 2 + 0.5)));
}

/** Where the cell of a value begins: those at the ends reach to ±∞, as `levelOf` clamps. */
function edge(level: number): number {
  if (level <= 0) return -Infinity;
  return level >= LEVELS ? Infinity : 2 * (level - 0.5) / 255 - 1;
}

/** A law of one coordinate: the probability of values from `first` on. */
interface Line {
  readonly first: number;
  readonly mass: Float64Array;
}

/** Standard deviations to either side beyond which a Gaussian's mass, 2e-15, is left out. */
const REACH = 8;

function gaussianLine(mean: number, sigma: number): Line {
  const first = levelOf(mean - REACH * sigma), last = levelOf(mean + REACH * sigma);
  const mass = new Float64Array(last - first + 1);
  let below = normalCdf((edge(first) - mean) / sigma);
  for (let k = first; k <= last; k++) {
    const upTo = normalCdf((edge(k + 1) - mean) / sigma);
    mass[k - first] = upTo - below;
    below = upTo;
  }
  return { first, mass };
}

function evenLine(from: number, side: number): Line {
  const first = levelOf(from), last = levelOf(from + side);
  const mass = new Float64Array(last - first + 1);
  for (let k = first; k <= last; k++) {
    const overlap = Math.min(from + side, edge(k + 1)) - Math.max(from, edge(k));
    mass[k - first] = Math.max(0, overlap) / side;
  }
  return { first, mass };
}

/** Adds the product of two lines. */
function addProduct(law: Float64Array, weight: number, [x, y]: readonly [Line, Line]): void {
  for (let i = 0; i < x.mass.length; i++) {
    const row = (x.first + i) * LEVELS + y.first;
    const share = weight * x.mass[i];
    for (let j = 0; j < y.mass.length; j++) law[row + j] += share * y.mass[j];
  }
}

/** Gauss and Legendre's three points on [−1, 1] with their weights. */
const NODES = [-Math.sqrt(0.6), 0, Math.sqrt(0.6)], WEIGHTS = [5 / 9, 8 / 9, 5 / 9];

/** A density integrated over cells of one size; what lies outside the square is shared out. */
function integrated(density: (x: number, y: number) => number): Float64Array {
  const law = new Float64Array(LEVELS * LEVELS);
  let total = 0;
  for (let i = 0; i < LEVELS; i++) {
    for (let j = 0; j < LEVELS; j++) {
      let sum = 0;
      for (const [a, p] of NODES.entries()) {
        for (const [b, q] of NODES.entries()) {
          const x = 2 * (i + p / 2) / 255 - 1, y = 2 * (j + q / 2) / 255 - 1;
          sum += WEIGHTS[a] * WEIGHTS[b] * density(x, y);
        }
      }
      law[i * LEVELS + j] = sum;
      total += sum;
    }
  }
  for (let k = 0; k < law.length; k++) law[k] /= total;
  return law;
}

/**
 * Probabilities of all pairs of values: [256 · first + second], summing to 1. In closed form by the
 * normal distribution function for places and boxes; densities by Gauss–Legendre, whose error is
 * below 1e-8 of the mass for those that change over ten cells or more.
 */
export function cellLaw(law: PlaneLaw): Float64Array {
  if (law.kind === "density") return integrated(law.density);
  const found = new Float64Array(LEVELS * LEVELS);
  if (law.kind === "places") {
    for (const { x, y, weight } of law.places) {
      addProduct(found, weight, [gaussianLine(x, law.sigma), gaussianLine(y, law.sigma)]);
    }
  } else {
    for (const [x, y] of law.corners) {
      addProduct(found, 1 / law.corners.length, [evenLine(x, law.side), evenLine(y, law.side)]);
    }
  }
  return found;
}
