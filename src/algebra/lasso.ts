/**
 * Linear regression with an L1 penalty, by cyclic coordinate descent on the Gram matrix.
 * @module
 */
import { type Features, takeRows } from "./features.ts";

/** Columns minus their mean, over their standard deviation (constant ones become 0); the moments too. */
function standardise(columns: readonly Float64Array[]) {
  return columns.map((column) => {
    const n = column.length;
    const mean = column.reduce((s, v) => s + v, 0) / n;
    const scale = Math.sqrt(column.reduce((s, v) => s + (v - mean) * (v - mean), 0) / n);
    return { mean, scale: scale > 0 ? scale : 1, constant: !(scale > 0) };
  });
}

function columnsOf(x: Features): Float64Array[] {
  return Array.from(
    { length: x.dimension },
    (_, j) => Float64Array.from({ length: x.count }, (_, i) => x.data[i * x.dimension + j]),
  );
}

/**
 * argmin_w 1/2 wᵀGw − cᵀw + λ‖w‖₁, for G = XᵀX/n and c = Xᵀy/n of standardised data. Friedman,
 * Hastie & Tibshirani 2010, eq. 5.
 */
export function lasso(
  gram: readonly Float64Array[],
  correlation: Float64Array,
  { lambda, start, sweeps = 500 }: { lambda: number; start?: Float64Array; sweeps?: number },
): Float64Array {
  const d = correlation.length, w = start?.slice() ?? new Float64Array(d);
  const residual = correlation.slice(); // c − Gw
  for (let k = 0; k < d; k++) {
    if (w[k] !== 0) { for (let j = 0; j < d; j++) residual[j] -= gram[k][j] * w[k]; }
  }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let moved = 0;
    for (let j = 0; j < d; j++) {
      if (!(gram[j][j] > 0)) continue;
      const r = residual[j] + gram[j][j] * w[j];
      const soft = r > lambda ? r - lambda : r < -lambda ? r + lambda : 0;
      const change = soft / gram[j][j] - w[j];
      if (change === 0) continue;
      for (let t = 0; t < d; t++) residual[t] -= gram[j][t] * change;
      w[j] += change;
      moved = Math.max(moved, Math.abs(change));
    }
    if (moved < 1e-9) break;
  }
  return w;
}

/** Penalties tried, strongest first. */
const lambdas = [0.3, 0.1, 0.03, 0.01, 0.003, 0.001];

/**
 * Importance of every code number for every target: |w| of the lasso on standardised data, summed
 * over a target's columns, fitted on the first half of the rows; the penalty is the best of
 * `lambdas` on the second half, by R² over the target's columns.
 * @param targets one array of columns [count] a target
 * @returns importance [codes][targets] and each target's R² on the second half (at least 0)
 */
export function lassoImportance(
  codes: Features,
  targets: readonly (readonly Float64Array[])[],
): { importance: number[][]; rSquared: number[] } {
  const n = codes.count >> 1, d = codes.dimension;
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const fit = columnsOf(takeRows(codes, range(0, n)));
  const held = columnsOf(takeRows(codes, range(n, codes.count)));
  const moments = standardise(fit);
  const scaled = (columns: Float64Array[]) =>
    columns.map((c, j) =>
      c.map((v) => moments[j].constant ? 0 : (v - moments[j].mean) / moments[j].scale)
    );
  const x = scaled(fit), test = scaled(held);
  const gram = x.map((a) =>
    Float64Array.from(x, (b) => {
      let s = 0;
      for (let i = 0; i < n; i++) s += a[i] * b[i];
      return s / n;
    })
  );
  const importance = Array.from({ length: d }, () => targets.map(() => 0));
  const rSquared = targets.map((columns, t) => {
    let warm: Float64Array[] = columns.map(() => new Float64Array(d));
    let best = { score: -Infinity, weights: warm };
    for (const lambda of lambdas) {
      let residual = 0, total = 0;
      warm = columns.map((column, k) => {
        const [{ mean, scale }] = standardise([column.slice(0, n)]);
        const y = column.map((v) => (v - mean) / scale);
        const correlation = Float64Array.from(x, (a) => {
          let s = 0;
          for (let i = 0; i < n; i++) s += a[i] * y[i];
          return s / n;
        });
        const w = lasso(gram, correlation, { lambda, start: warm[k] });
        const heldMean = y.subarray(n).reduce((s, v) => s + v, 0) / (y.length - n);
        for (let i = n; i < y.length; i++) {
          let predicted = 0;
          for (let j = 0; j < d; j++) if (w[j] !== 0) predicted += w[j] * test[j][i - n];
          residual += (y[i] - predicted) * (y[i] - predicted);
          total += (y[i] - heldMean) * (y[i] - heldMean);
        }
        return w;
      });
      const score = total > 0 ? 1 - residual / total : 0;
      if (score > best.score) best = { score, weights: warm };
    }
    for (const w of best.weights) for (let j = 0; j < d; j++) importance[j][t] += Math.abs(w[j]);
    return Math.max(0, best.score);
  });
  return { importance, rSquared };
}
