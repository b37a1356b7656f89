/**
 * The order in which training sees its samples: one permutation an epoch, addressed by step, so
 * that a resumed run needs no cursor.
 * @module
 */
import { hostFold, type HostKey, hostPermutation, hostUniform } from "../../random/host/mod.ts";

/** Which samples a step trains on. */
export interface BatchPlace {
  /** Optimiser step, from 0. */
  readonly step: number;
  /** Samples a step. */
  readonly batch: number;
  /** Samples in the split. */
  readonly size: number;
}

const kept = new Map<string, Uint32Array>();

/** Permutation of an epoch. The last few are kept: a pure cache, since each costs `size` draws. */
function epochOrder(key: HostKey, epoch: number, size: number): Uint32Array {
  const name = `${key[0]}:${key[1]}:${epoch}:${size}`;
  let order = kept.get(name);
  if (order === undefined) {
    order = hostPermutation(hostFold(key, epoch), size);
    if (kept.size >= 4) kept.delete(kept.keys().next().value!);
    kept.set(name, order);
  }
  return order;
}

/**
 * Indices of the samples of one step: places step·batch … (step + 1)·batch − 1 of the endless
 * sequence of epoch permutations. Every `size` places starting at a multiple of `size` hold each
 * index once; a batch may straddle two epochs. Pure in its arguments.
 * @returns [batch]
 * @throws RangeError where a number is not a whole one, or the split is empty.
 */
export function batchIndices(key: HostKey, place: BatchPlace): Uint32Array {
  const { step, batch, size } = place;
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new RangeError(`step must be a whole number from 0, not ${step}`);
  }
  if (!Number.isSafeInteger(batch) || batch < 1) {
    throw new RangeError(`batch must be a whole number from 1, not ${batch}`);
  }
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RangeError(`cannot draw batches from a split of ${size} samples`);
  }
  const indices = new Uint32Array(batch);
  for (let i = 0; i < batch; i++) {
    const at = step * batch + i;
    indices[i] = epochOrder(key, Math.floor(at / size), size)[at % size];
  }
  return indices;
}

/** Which samples of a step an augmentation changes: each by a fair coin of the step's own. [batch] */
export function augmentationCoins(
  key: HostKey,
  { name, step, batch }: Omit<BatchPlace, "size"> & { readonly name: string },
): boolean[] {
  const coins = hostUniform(hostFold(hostFold(key, name), step), batch);
  return Array.from(coins, (u) => u < 0.5);
}
