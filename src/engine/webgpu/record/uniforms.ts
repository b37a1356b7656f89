/**
 * Uniform blocks by content. The package writes one for every program it runs, which takes half of
 * the time of a small dispatch; they hold shapes, which repeat every step, so each is written once.
 * @module
 */
import type { UniformValue, WebgpuBackend } from "../backend.ts";

/** Blocks kept; above, the one that was longest unused is given back. A block has some 100 bytes. */
const KEPT = 8192;

function keyOf(values: readonly UniformValue[]): string {
  let key = "";
  for (const { type, data } of values) key += `${type[0]}${data.join()};`;
  return key;
}

/**
 * Gives a backend the cache.
 * @param pinned whether blocks asked for now must stay for good, because a recording holds them
 */
export function cacheUniforms(backend: WebgpuBackend, pinned: () => boolean): void {
  const make = backend.makeUniforms.bind(backend);
  const blocks = new Map<string, GPUBufferBinding>();
  const pins = new Map<string, GPUBufferBinding>();
  backend.makeUniforms = (values) => {
    const key = keyOf(values);
    const pin = pins.get(key);
    if (pin !== undefined) return pin;
    let block = blocks.get(key);
    if (block === undefined) {
      block = make(values);
      // The package would take the buffer back with the next submission.
      backend.uniformPendingDisposal.pop();
    } else {
      blocks.delete(key);
    }
    if (pinned()) {
      pins.set(key, block);
      return block;
    }
    // The order of a Map is that of insertion: the first is the longest unused.
    blocks.set(key, block);
    if (blocks.size > KEPT) {
      const [oldest, { buffer }] = blocks.entries().next().value!;
      blocks.delete(oldest);
      backend.uniformPendingDisposal.push(buffer);
    }
    return block;
  };
}
