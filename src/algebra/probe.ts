/**
 * The linear probe: multinomial logistic regression with a ridge, in float64, deterministic.
 * @module
 */
import { exp, log, logSumExp } from "../numeric/mod.ts";
import { type Features, takeRows } from "./features.ts";
import { columnMeans } from "./linear.ts";

/** A fitted probe on standardised features: logits = ((x − mean) / scale) · weightᵀ + bias. */
export interface Probe {
  readonly classes: number;
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  /** Row-major [classes, dimension]. */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  readonly ridge: number;
}

function standardised(x: Features, mean: Float64Array, scale: Float64Array): Float64Array {
  const out = new Float64Array(x.data.length), d = x.dimension;
  for (let i = 0; i < out.length; i++) out[i] = (x.data[i] - mean[i % d]) / scale[i % d];
  return out;
}

/**
 * Minimises a smooth convex f by L-BFGS (Liu & Nocedal 1989, memory 10) with Armijo backtracking,
 * until the gradient is `tolerance` times as long as at the start of the search or `steps` are over.
 */
export function minimise(
  f: (point: Float64Array, gradient: Float64Array) => number,
  start: Float64Array,
  { steps = 200, tolerance = 1e-6, scale }: {
    steps?: number;
    tolerance?: number;
    /** Length of gradient that the tolerance is relative to; left out: the first one. */
    scale?: number;
  } = {},
): Float64Array {
  const n = start.length, memory = 10;
  const product = (a: Float64Array, b: Float64Array) => {
    let s = 0;
    for (let i = 0; i < n; i++) s += a[i] * b[i];
    return s;
  };
  let x = start.slice(), g: Float64Array = new Float64Array(n), value = f(x, g);
  const history: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  const enough = tolerance * (scale ?? Math.sqrt(product(g, g)));
  for (let step = 0; step < steps; step++) {
    if (Math.sqrt(product(g, g)) <= enough) break;
    const d = g.map((v) => -v);
    const alphas: number[] = [];
    for (let k = history.length - 1; k >= 0; k--) {
      const { s, y, rho } = history[k], a = rho * product(s, d);
      alphas[k] = a;
      for (let i = 0; i < n; i++) d[i] -= a * y[i];
    }
    const last = history.at(-1);
    const size = last ? 1 / (last.rho * product(last.y, last.y)) : 1 / Math.sqrt(product(g, g));
    for (let i = 0; i < n; i++) d[i] *= size;
    for (let k = 0; k < history.length; k++) {
      const { s, y, rho } = history[k], b = alphas[k] - rho * product(y, d);
      for (let i = 0; i < n; i++) d[i] += b * s[i];
    }
    const slope = product(g, d);
    if (!(slope < 0)) break;
    let t = 1, next = x, nextValue = Infinity;
    const nextGradient = new Float64Array(n);
    for (let tries = 0; tries < 30; tries++, t /= 2) {
      next = x.map((v, i) => v + t * d[i]);
      nextValue = f(next, nextGradient);
      if (nextValue <= value + 1e-4 * t * slope) break;
    }
    if (!(nextValue < value)) break;
    const s = next.map((v, i) => v - x[i]), y = nextGradient.map((v, i) => v - g[i]);
    const curvature = product(s, y);
    if (curvature > 1e-12) {
      history.push({ s, y, rho: 1 / curvature });
      if (history.length > memory) history.shift();
    }
    x = next;
    g = nextGradient;
    value = nextValue;
  }
  return x;
}

/** `dot` of a from i with b from j and with b from k, in one pass over a. */
function dotPair(
  a: Float64Array,
  b: Float64Array,
  { i, j, k, n }: { i: number; j: number; k: number; n: number },
  out: Float64Array,
): void {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, r0 = 0, r1 = 0, r2 = 0, r3 = 0, t = 0;
  for (; t + 3 < n; t += 4) {
    const a0 = a[i + t], a1 = a[i + t + 1], a2 = a[i + t + 2], a3 = a[i + t + 3];
    s0 += a0 * b[j + t];
    s1 += a1 * b[j + t + 1];
    s2 += a2 * b[j + t + 2];
    s3 += a3 * b[j + t + 3];
    r0 += a0 * b[k + t];
    r1 += a1 * b[k + t + 1];
    r2 += a2 * b[k + t + 2];
    r3 += a3 * b[k + t + 3];
  }
  for (; t < n; t++) {
    s0 += a[i + t] * b[j + t];
    r0 += a[i + t] * b[k + t];
  }
  out[0] = (s0 + s1) + (s2 + s3);
  out[1] = (r0 + r1) + (r2 + r3);
}

/** gradient[c] += Σ e[r, c] · z[row + r], the rows in their order. e row-major [4, classes]. */
function addOuter(
  gradient: Float64Array,
  e: Float64Array,
  { z, row, rows, classes, d }: {
    z: Float64Array;
    row: number;
    rows: number;
    classes: number;
    d: number;
  },
): void {
  for (let c = 0; c < classes; c++) {
    let p = c * d, q = row * d;
    if (rows === 4) {
      const e0 = e[c], e1 = e[classes + c], e2 = e[2 * classes + c], e3 = e[3 * classes + c];
      for (let j = 0; j < d; j++, p++, q++) {
        const two = (gradient[p] + e0 * z[q]) + e1 * z[q + d];
        gradient[p] = (two + e2 * z[q + 2 * d]) + e3 * z[q + 3 * d];
      }
      continue;
    }
    for (let r = 0; r < rows; r++) {
      const own = e[r * classes + c];
      for (let j = 0, at = p; j < d; j++) gradient[at++] += own * z[q++];
    }
  }
}

/**
 * Class-balanced multinomial logistic regression: mean over classes of the mean cross-entropy of
 * their rows, plus ridge/2 · ‖weight‖² (the bias is free).
 * @param labels class indices [count]; every class that occurs counts alike.
 * @param options `start`: a probe of another ridge on the same rows, near which the search begins.
 */
export function fitProbe(
  x: Features,
  labels: ArrayLike<number>,
  { classes, ridge, start }: { classes: number; ridge: number; start?: Probe },
): Probe {
  const { count, dimension: d } = x;
  const mean = columnMeans(x), scale = new Float64Array(d);
  for (let i = 0; i < x.data.length; i++) {
    const deviation = x.data[i] - mean[i % d];
    scale[i % d] += deviation * deviation;
  }
  for (let j = 0; j < d; j++) scale[j] = Math.sqrt(scale[j] / count) || 1; // constant: left at 0
  const z = standardised(x, mean, scale);
  const sizes = new Float64Array(classes);
  for (let i = 0; i < count; i++) sizes[labels[i]]++;
  const present = sizes.reduce((n, s) => n + (s > 0 ? 1 : 0), 0);
  const block = 4; // rows at a time: each sum keeps its order, and so its bits, with fewer loads
  const logits = new Float64Array(block * classes), pair = new Float64Array(2);
  const objective = (point: Float64Array, gradient: Float64Array) => {
    gradient.fill(0);
    let value = 0;
    for (let first = 0; first < count; first += block) {
      const rows = Math.min(block, count - first);
      for (let r = 0; r < rows; r += 2) {
        const i = first + r, next = Math.min(r + 1, rows - 1);
        for (let c = 0; c < classes; c++) {
          dotPair(point, z, { i: c * d, j: i * d, k: (first + next) * d, n: d }, pair);
          logits[r * classes + c] = point[classes * d + c] + pair[0];
          logits[next * classes + c] = point[classes * d + c] + pair[next - r];
        }
      }
      for (let r = 0; r < rows; r++) {
        const i = first + r, own = logits.subarray(r * classes, (r + 1) * classes);
        const weightOfRow = 1 / (present * sizes[labels[i]]);
        const largest = own.reduce((a, b) => Math.max(a, b), -Infinity);
        let sum = 0;
        for (let c = 0; c < classes; c++) sum += exp(own[c] - largest);
        const logSum = largest + log(sum);
        value += weightOfRow * (logSum - own[labels[i]]);
        for (let c = 0; c < classes; c++) { // the logits' gradient takes their place
          own[c] = weightOfRow * (exp(own[c] - logSum) - (c === labels[i] ? 1 : 0));
          gradient[classes * d + c] += own[c];
        }
      }
      addOuter(gradient, logits, { z, row: first, rows, classes, d });
    }
    for (let p = 0; p < classes * d; p++) {
      value += 0.5 * ridge * point[p] * point[p];
      gradient[p] += ridge * point[p];
    }
    return value;
  };
  const from = new Float64Array(classes * (d + 1)), gradient = from.slice();
  objective(from, gradient); // how steep it is at 0 sets what counts as flat
  const steepness = Math.sqrt(gradient.reduce((s, v) => s + v * v, 0));
  if (start) {
    from.set(start.weight);
    from.set(start.bias, classes * d);
  }
  const point = minimise(objective, from, { steps: 100, tolerance: 3e-4, scale: steepness });
  return {
    classes,
    mean,
    scale,
    weight: point.slice(0, classes * d),
    bias: point.slice(classes * d),
    ridge,
  };
}

/** Row-major [count, classes]. */
function logitsOf(probe: Probe, x: Features): Float64Array {
  const d = x.dimension, z = standardised(x, probe.mean, probe.scale);
  const out = new Float64Array(x.count * probe.classes);
  for (let i = 0, at = 0; i < x.count; i++) {
    for (let c = 0; c < probe.classes; c++, at++) {
      let s = probe.bias[c];
      for (let j = 0; j < d; j++) s += probe.weight[c * d + j] * z[i * d + j];
      out[at] = s;
    }
  }
  return out;
}

/** The most probable class of every row; the first on a tie. @returns [count] */
export function predict(probe: Probe, x: Features): Int32Array {
  const { classes } = probe, rows = logitsOf(probe, x);
  return Int32Array.from({ length: x.count }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (rows[i * classes + c] > rows[i * classes + best]) best = c;
    }
    return best;
  });
}

/** Mean over the classes that occur of the share of their rows that were named rightly. */
export function balancedAccuracy(
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  const right = new Float64Array(classes), all = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    all[labels[i]]++;
    if (predicted[i] === labels[i]) right[labels[i]]++;
  }
  let sum = 0, present = 0;
  for (let c = 0; c < classes; c++) {
    if (all[c] > 0) {
      sum += right[c] / all[c];
      present++;
    }
  }
  return sum / present;
}

/** Mean over the classes that occur of the mean cross-entropy of their rows, nats. */
export function probeLoss(
  probe: Probe,
  x: Features,
  labels: ArrayLike<number>,
): number {
  const { classes } = probe, rows = logitsOf(probe, x);
  const sums = new Float64Array(classes), sizes = new Float64Array(classes);
  for (let i = 0; i < x.count; i++) {
    const own = rows.subarray(i * classes, (i + 1) * classes);
    sums[labels[i]] += logSumExp(own) - own[labels[i]];
    sizes[labels[i]]++;
  }
  const means = sums.map((sum, c) => sum / sizes[c]).filter((_, c) => sizes[c] > 0);
  return means.reduce((a, b) => a + b, 0) / means.length;
}

/** Ridges tried, strongest first: each search begins where the last one ended. */
export const ridges: readonly number[] = [3e-1, 1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4];

/**
 * Fits a probe with the ridge whose cross-entropy on the last fifth of the rows is least, then on all
 * rows: so that wide features (raw pixels) and narrow ones (codes) each get the ridge that suits them.
 * Accuracy on so few rows would choose by luck: between ridges that differ by .02 on new rows it is
 * off by as much. The loss falls and then rises along the path, so the first rise ends the search.
 */
export function fitChosenProbe(
  x: Features,
  labels: ArrayLike<number>,
  { classes }: { classes: number },
): Probe {
  const cut = Math.max(1, Math.floor(0.8 * x.count));
  const row = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const take = (rows: number[]) => rows.map((r) => labels[r]);
  const head = row(0, cut), tail = row(cut, x.count);
  const fitted = takeRows(x, head), held = takeRows(x, tail);
  const [own, others] = [take(head), take(tail)];
  let best: Probe | undefined, least = Infinity;
  for (const ridge of ridges) {
    const probe = fitProbe(fitted, own, { classes, ridge, start: best });
    const loss = held.count === 0 ? 0 : probeLoss(probe, held, others);
    if (!(loss < least)) break; // the stronger on a tie
    best = probe;
    least = loss;
  }
  return fitProbe(x, labels, { classes, ridge: best!.ridge, start: best });
}
