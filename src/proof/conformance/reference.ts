/**
 * Operations in simple float64 TypeScript, as slow and simple as their definitions. Engines are
 * compared with these.
 * @module
 */

/** An array with its shape. */
export interface Plain {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** An array of this shape whose numbers are `f(index, flat index)`. */
export function plain(shape: readonly number[], f: (at: number[], i: number) => number): Plain {
  const size = shape.reduce((n, d) => n * d, 1);
  const data = new Float64Array(size);
  const at = shape.map(() => 0);
  for (let i = 0; i < size; i++) {
    data[i] = f(at, i);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++at[axis] < shape[axis]) break;
      at[axis] = 0;
    }
  }
  return { shape, data };
}

/** The number at an index. */
export function get(x: Plain, at: readonly number[]): number {
  let i = 0;
  for (let axis = 0; axis < at.length; axis++) i = i * x.shape[axis] + at[axis];
  return x.data[i];
}

/** Elementwise with broadcasting from the right. */
export function zip(a: Plain, b: Plain, f: (x: number, y: number) => number): Plain {
  const rank = Math.max(a.shape.length, b.shape.length);
  const side = (x: Plain, axis: number) => x.shape[axis - rank + x.shape.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, i) => Math.max(side(a, i), side(b, i)));
  const pick = (x: Plain, at: number[]) =>
    get(x, at.slice(rank - x.shape.length).map((i, axis) => x.shape[axis] === 1 ? 0 : i));
  return plain(shape, (at) => f(pick(a, at), pick(b, at)));
}

/** Elementwise. */
export function map(x: Plain, f: (value: number) => number): Plain {
  return { shape: x.shape, data: x.data.map(f) };
}

/** Folds the numbers along `axes` (kept as 1 with `keep`) by a function of their list. */
export function reduce(
  x: Plain,
  axes: readonly number[],
  { f, keep = false }: { f: (values: number[]) => number; keep?: boolean },
): Plain {
  const lists = new Map<string, number[]>();
  plain(x.shape, (at, i) => {
    const name = at.map((n, axis) => axes.includes(axis) ? 0 : n).join();
    const list = lists.get(name) ?? [];
    list.push(x.data[i]);
    lists.set(name, list);
    return 0;
  });
  const full = x.shape.map((d, axis) => axes.includes(axis) ? 1 : d);
  const kept = plain(full, (at) => f(lists.get(at.join())!));
  return keep
    ? kept
    : { shape: x.shape.filter((_, axis) => !axes.includes(axis)), data: kept.data };
}

/** Sum of a list. */
export function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Mean of a list. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Matrix product of the last two axes; equal leading axes. */
export function matMul(a: Plain, b: Plain, [ta, tb]: readonly [boolean, boolean]): Plain {
  const rank = a.shape.length;
  const flip = (at: number[], turned: boolean) =>
    turned ? [...at.slice(0, -2), at[rank - 1], at[rank - 2]] : at;
  const inner = a.shape[ta ? rank - 2 : rank - 1];
  const shape = [
    ...a.shape.slice(0, -2),
    a.shape[ta ? rank - 1 : rank - 2],
    b.shape[tb ? rank - 2 : rank - 1],
  ];
  return plain(shape, (at) => {
    const outer = at.slice(0, -2);
    let s = 0;
    for (let k = 0; k < inner; k++) {
      s += get(a, flip([...outer, at[rank - 2], k], ta)) *
        get(b, flip([...outer, k, at[rank - 1]], tb));
    }
    return s;
  });
}

/** How windows lie over a picture. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: "same" | "valid";
}

/** Output size and first padding of one side. "same" pads the odd one at the end. */
export function windowed(
  size: number,
  { kernel, stride, pad }: Window,
): [out: number, top: number] {
  if (pad === "valid") return [Math.floor((size - kernel) / stride) + 1, 0];
  const out = Math.ceil(size / stride);
  return [out, Math.floor(Math.max(0, (out - 1) * stride + kernel - size) / 2)];
}

/** Cross-correlation [B, H, W, C] ∗ [k, k, C, O]. */
export function conv2d(x: Plain, w: Plain, window: Window): Plain {
  const [b, h, wide, c] = x.shape;
  const [oh, top] = windowed(h, window);
  const [ow, left] = windowed(wide, window);
  return plain([b, oh, ow, w.shape[3]], ([n, i, j, o]) => {
    let s = 0;
    for (let u = 0; u < window.kernel; u++) {
      for (let v = 0; v < window.kernel; v++) {
        const p = i * window.stride + u - top;
        const q = j * window.stride + v - left;
        if (p < 0 || q < 0 || p >= h || q >= wide) continue;
        for (let k = 0; k < c; k++) s += get(x, [n, p, q, k]) * get(w, [u, v, k, o]);
      }
    }
    return s;
  });
}

/** Depthwise cross-correlation [B, H, W, C] ∗ [k, k, C, 1]. */
export function depthwise(x: Plain, w: Plain, window: Window): Plain {
  const one = (c: number): [Plain, Plain] => [
    plain([...x.shape.slice(0, 3), 1], ([n, i, j]) => get(x, [n, i, j, c])),
    plain([...w.shape.slice(0, 2), 1, 1], ([u, v]) => get(w, [u, v, c, 0])),
  ];
  const planes = Array.from({ length: x.shape[3] }, (_, c) => conv2d(...one(c), window));
  const [b, h, wide] = planes[0].shape;
  return plain([b, h, wide, planes.length], ([n, i, j, c]) => get(planes[c], [n, i, j, 0]));
}

/** Pools windows of [B, H, W, C] by a function of the numbers inside. */
export function pool(x: Plain, window: Window, f: (values: number[]) => number): Plain {
  const [b, h, wide, c] = x.shape;
  const [oh] = windowed(h, window);
  const [ow] = windowed(wide, window);
  return plain([b, oh, ow, c], ([n, i, j, k]) => {
    const inside: number[] = [];
    for (let u = 0; u < window.kernel; u++) {
      for (let v = 0; v < window.kernel; v++) {
        inside.push(get(x, [n, i * window.stride + u, j * window.stride + v, k]));
      }
    }
    return f(inside);
  });
}

/** Normalises over the axes and within groups of channels: (x − mean)/√(variance + 1e-5). */
export function normalise(x: Plain, axes: readonly number[], groups: number): Plain {
  const channels = x.shape[x.shape.length - 1];
  const split = { shape: [...x.shape.slice(0, -1), groups, channels / groups], data: x.data };
  const over = [...axes, split.shape.length - 1];
  const m = reduce(split, over, { f: mean, keep: true });
  const centred = zip(split, m, (a, b) => a - b);
  const v = reduce(map(centred, (a) => a * a), over, { f: mean, keep: true });
  return { shape: x.shape, data: zip(centred, v, (a, b) => a / Math.sqrt(b + 1e-5)).data };
}

/** x/√(⟨x²⟩ + 1e-5) over the last axis. */
export function rootMeanSquare(x: Plain): Plain {
  const square = reduce(map(x, (a) => a * a), [x.shape.length - 1], { f: mean, keep: true });
  return zip(x, square, (a, s) => a / Math.sqrt(s + 1e-5));
}

/** erf by its Taylor series; |x| below 4. */
export function erf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 120; n++) {
    term *= -x * x / n;
    total += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * total;
}
