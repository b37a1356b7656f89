/**
 * The filter gradient of conv2d by outer products over all places of a picture, on the heap: about
 * a forward's time, half of what the same sums cost as a convolution with batch and channels
 * exchanged (which must transpose, pad and pack its operands and streams them past the cache).
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../values.ts";
import { floats, type TensorInfo, type WasmBackend } from "./heap.ts";
import { LANES, type RankUpdates, rankUpdatesOn } from "./rank_update.ts";

/** Sizes of a convolution. */
export type ConvGeometry = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** Bytes of x and dy that one block of rows may take, so that all taps find them in the cache. */
const BLOCK_BYTES = 24 * 1024;

/** One backend's functions. */
const instances = new WeakMap<WasmBackend, RankUpdates>();

function updatesOf(backend: WasmBackend): RankUpdates {
  let updates = instances.get(backend);
  if (updates === undefined) {
    updates = rankUpdatesOn(backend.wasm.asm.memory);
    instances.set(backend, updates);
  }
  return updates;
}

/** Whether the channels fit: one side must be a multiple of the lanes. */
export function hasDirectFilterGradient(g: ConvGeometry): boolean {
  return g.outChannels % LANES === 0 || g.inChannels % LANES === 0;
}

/** Output places whose window's tap `k` lies inside the picture: [first, last). */
function inside(
  k: number,
  { stride, first, size, out }: { stride: number; first: number; size: number; out: number },
): [from: number, to: number] {
  const from = Math.max(0, Math.ceil((first - k) / stride));
  const to = Math.min(out, Math.floor((size - 1 + first - k) / stride) + 1);
  return [from, to];
}

/**
 * dw of conv2d(x, w), from dy.
 * @returns [kh, kw, in, out], or [kh, kw, out, in] with `swapped`: where only the input's channels
 *   are a multiple of the lanes, the roles of x and dy are exchanged
 */
export function directFilterGradient(
  backend: WasmBackend,
  { x, dy }: { x: TensorInfo; dy: TensorInfo },
  g: ConvGeometry,
): { dw: TensorInfo; swapped: boolean } {
  const updates = updatesOf(backend);
  const swapped = g.outChannels % LANES !== 0;
  const { inChannels: c, outChannels: o, filterHeight: kh, filterWidth: kw } = g;
  const [scalars, lanes] = swapped ? [o, c] : [c, o];
  const dw = backend.makeOutput([kh, kw, scalars, lanes], "float32");
  floats(backend, dw).fill(0);
  const [xAt, dyAt, dwAt] = [x, dy, dw].map((t) => backend.getMemoryOffset(t.dataId));
  const vertical = {
    stride: g.strideHeight,
    first: g.padInfo.top,
    size: g.inHeight,
    out: g.outHeight,
  };
  const horizontal = {
    stride: g.strideWidth,
    first: g.padInfo.left,
    size: g.inWidth,
    out: g.outWidth,
  };
  const xRow = 4 * g.inWidth * c;
  const dyRow = 4 * g.outWidth * o;
  const steps = {
    x: [4 * g.strideWidth * c, g.strideHeight * xRow],
    dy: [4 * o, dyRow],
  };
  const [sStep, vStep] = swapped ? [steps.dy, steps.x] : [steps.x, steps.dy];
  const block = Math.max(1, Math.floor(BLOCK_BYTES / (g.strideHeight * xRow + dyRow)));
  const four = scalars - scalars % 4;
  for (let b = 0; b < g.batchSize; b++) {
    for (let start = 0; start < g.outHeight; start += block) {
      for (let u = 0; u < kh; u++) {
        const [top, bottom] = inside(u, vertical);
        const i0 = Math.max(top, start);
        const rows = Math.min(bottom, start + block) - i0;
        if (rows <= 0) continue;
        for (let v = 0; v < kw; v++) {
          const [j0, j1] = inside(v, horizontal);
          const columns = j1 - j0;
          if (columns <= 0) continue;
          const p = i0 * g.strideHeight + u - g.padInfo.top;
          const q = j0 * g.strideWidth + v - g.padInfo.left;
          const xPlace = xAt + (b * g.inHeight + p) * xRow + 4 * q * c;
          const dyPlace = dyAt + (b * g.outHeight + i0) * dyRow + 4 * j0 * o;
          const [sPlace, vPlace] = swapped ? [dyPlace, xPlace] : [xPlace, dyPlace];
          const tap = dwAt + 4 * (u * kw + v) * scalars * lanes;
          for (let s = 0; s < scalars; s += s < four ? 4 : 1) {
            const update = s < four ? updates.four : updates.one;
            for (let n = 0; n < lanes; n += LANES) {
              update(
                sPlace + 4 * s,
                vPlace + 4 * n,
                tap + 4 * (s * lanes + n),
                rows,
                columns,
                sStep[0],
                sStep[1],
                vStep[0],
                vStep[1],
                4 * lanes,
              );
            }
          }
        }
      }
    }
  }
  return { dw, swapped };
}

/** Multiply-adds of the sums, 2 each, windows at the border counted whole. */
export function filterGradientFlops(g: ConvGeometry): number {
  return 2 * sizeOf(g.outShape) * g.filterHeight * g.filterWidth * g.inChannels;
}
