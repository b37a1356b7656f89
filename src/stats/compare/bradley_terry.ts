/**
 * Bradley–Terry strengths from who beat whom (Bradley & Terry 1952): P(i beats j) = σ(θᵢ − θⱼ). By
 * Newton's method, with standard errors from the information (Hunter 2004 for when there is a maximum).
 * @module
 */
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { exp, logSigmoid, sigmoid } from "../../numeric/mod.ts";

/** Options of `bradleyTerry`. */
export interface BradleyTerryOptions {
  /**
   * Games added to each side of every pair that met, e.g. 0.5: one drawn game a pair, which keeps a
   * row that never lost finite and pulls strengths together. Pairs that never met get none, so that no
   * link is made up. Default 0: maximum likelihood.
   */
  readonly prior?: number;
}

/** Fitted strengths. */
export interface Strengths {
  /** θ, natural log-odds, mean 0. Only differences mean something. */
  readonly strengths: readonly number[];
  /**
   * Of θ, [i][j], rows summing to 0. From games as if each were independent of the others: where
   * several rest on one run, bootstrap the runs instead.
   */
  readonly covariance: readonly (readonly number[])[];
}

/** A comparison graph in which strengths have no finite best value. */
export class BradleyTerryError extends Error {
  override readonly name = "BradleyTerryError";
}

/**
 * Maximum-likelihood strengths.
 * @param wins [i][j] how often i beat j; a tie is half a win for each, games may have fractional weights
 * @throws BradleyTerryError where some rows never met the others, or never lost to (beat) them
 * @throws RangeError for a matrix that is not square, or holds a number that is no count
 */
export function bradleyTerry(
  wins: readonly (readonly number[])[],
  { prior = 0 }: BradleyTerryOptions = {},
): Strengths {
  const n = wins.length;
  if (n < 2 || wins.some((row) => row.length !== n)) {
    throw new RangeError(`Bradley–Terry: a square matrix of 2 rows or more, not ${n}`);
  }
  if (!(prior >= 0) || !wins.flat().every((w) => w >= 0 && w < Infinity)) {
    throw new RangeError("Bradley–Terry: wins and prior are numbers from 0 up");
  }
  const met = (i: number, j: number) => i !== j && wins[i][j] + wins[j][i] > 0;
  const won = wins.map((row, i) => row.map((w, j) => met(i, j) ? w + prior : 0));
  checkConnected(won, met);
  let theta = new Array<number>(n).fill(0);
  let likelihood = logLikelihood(won, theta);
  for (let round = 0; round < 200; round++) {
    const { gradient, inverse } = scoreAndInverse(won, theta);
    const step = inverse.mmul(Matrix.columnVector(gradient)).to1DArray();
    // Halved until it does not lose: the likelihood is concave, so this ends at the maximum.
    let scale = 1;
    let next = theta;
    let reached = likelihood;
    while (scale > 1e-10) {
      next = centred(theta.map((t, i) => t + scale * step[i]));
      reached = logLikelihood(won, next);
      if (reached >= likelihood) break;
      scale /= 2;
    }
    const moved = Math.max(...next.map((t, i) => Math.abs(t - theta[i])));
    if (reached >= likelihood) [theta, likelihood] = [next, reached];
    if (moved < 1e-12 * (1 + Math.max(...theta.map(Math.abs))) || scale <= 1e-10) break;
  }
  const { inverse } = scoreAndInverse(won, theta);
  return {
    strengths: theta,
    covariance: inverse.to2DArray().map((row) => row.map((value) => value - 1 / n)),
  };
}

/** The chance of row i to beat a row drawn from the others: the mean of σ(θᵢ − θⱼ). */
export function winShares(strengths: readonly number[]): number[] {
  return strengths.map((own, i) =>
    strengths.reduce((sum, other, j) => sum + (i === j ? 0 : sigmoid(own - other)), 0) /
    (strengths.length - 1)
  );
}

/** Elo's scale: 400 points are odds of 10 to 1. */
export function eloPoints(strength: number): number {
  return 400 * strength / LN10;
}

const LN10 = 2.302585092994046;

function centred(theta: readonly number[]): number[] {
  const mean = theta.reduce((a, b) => a + b, 0) / theta.length;
  return theta.map((t) => t - mean);
}

/** Σ wᵢⱼ ln σ(θᵢ − θⱼ). */
function logLikelihood(won: readonly (readonly number[])[], theta: readonly number[]): number {
  let sum = 0;
  won.forEach((row, i) =>
    row.forEach((w, j) => {
      if (w > 0) sum += w * logSigmoid(theta[i] - theta[j]);
    })
  );
  return sum;
}

/**
 * Score and (L + 11ᵀ/n)⁻¹, L the information: a graph's Laplacian with weights nᵢⱼ σ(1 − σ). The
 * second term fills L's null space, the constants, so that the inverse is L's own but for 11ᵀ/n.
 */
function scoreAndInverse(won: readonly (readonly number[])[], theta: readonly number[]) {
  const n = won.length;
  const gradient = new Array<number>(n).fill(0);
  const information = Matrix.zeros(n, n).add(1 / n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const games = won[i][j] + won[j][i];
      if (games === 0) continue;
      const difference = theta[i] - theta[j];
      gradient[i] += won[i][j] - games * sigmoid(difference);
      const odds = exp(-Math.abs(difference));
      const weight = games * odds / ((1 + odds) * (1 + odds));
      information.set(i, i, information.get(i, i) + weight);
      information.set(i, j, information.get(i, j) - weight);
    }
  }
  const inverse = new CholeskyDecomposition(information).solve(Matrix.eye(n));
  return { gradient, inverse };
}

/** Ford's condition (1957): however the rows are parted, each part beat the other at least once. */
function checkConnected(
  won: readonly (readonly number[])[],
  met: (i: number, j: number) => boolean,
): void {
  const reach = (next: (i: number, j: number) => boolean) => {
    const found = new Set([0]);
    for (const i of found) won.forEach((_, j) => next(i, j) && found.add(j));
    return found;
  };
  const names = (rows: Iterable<number>) => `{${[...rows].sort((a, b) => a - b).join(", ")}}`;
  const rest = (rows: ReadonlySet<number>) => won.map((_, i) => i).filter((i) => !rows.has(i));
  const together = reach(met);
  if (together.size < won.length) {
    throw new BradleyTerryError(
      `Bradley–Terry: rows ${names(together)} and ${names(rest(together))} never met, ` +
        "so nothing orders them",
    );
  }
  const beaten = reach((i, j) => won[i][j] > 0);
  const beating = reach((i, j) => won[j][i] > 0);
  for (const [part, what] of [[beaten, "lost to"], [beating, "beat"]] as const) {
    if (part.size === won.length) continue;
    throw new BradleyTerryError(
      `Bradley–Terry: rows ${names(rest(part))} never ${what} rows ${
        names(part)
      }, so their strengths ` +
        "have no finite best value; a prior of 0.5 keeps them finite",
    );
  }
}
