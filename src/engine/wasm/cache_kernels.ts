/**
 * `CacheWrite` on the wasm heap: one copy, one row a line set.
 * @module
 */
import { CACHE_WRITE, type CacheWriteInputs, refuseCacheGradient } from "../tfjs/cache_write.ts";
import { floats, integers, type TensorInfo } from "./heap.ts";
import { type KernelCall, replaceKernel } from "./registry.ts";

function cacheWrite({ inputs, backend }: KernelCall<CacheWriteInputs>): TensorInfo {
  const { cache, rows, pos } = inputs;
  const out = backend.makeOutput([...cache.shape], "float32");
  const written = floats(backend, out);
  written.set(floats(backend, cache));
  const [count, length, width] = cache.shape;
  const at = integers(backend, pos)[0];
  if (at < 0 || at >= length) return out;
  const row = floats(backend, rows);
  for (let n = 0; n < count; n++) {
    written.set(row.subarray(n * width, (n + 1) * width), (n * length + at) * width);
  }
  return out;
}

/** Registers the kernel, and that it has no gradient. */
export function registerCacheKernels(): void {
  replaceKernel(CACHE_WRITE, () => cacheWrite);
  refuseCacheGradient();
}
