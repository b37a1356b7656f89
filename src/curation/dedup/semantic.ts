/**
 * Duplicates in meaning, by vectors of documents that a file gives (embeddings): a document goes where
 * its vector's cosine with that of an earlier document that stays is above a limit, so that no two that
 * stay are so alike. SemDeDup (Abbas et al. 2023, arXiv:2303.09540) looks within clusters of k-means
 * alone, and misses those between clusters; here all are compared, which takes time in the square of
 * the documents.
 * @module
 */
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { pathText } from "../../base/schema/mod.ts";
import { placed } from "../../content/mod.ts";
import { decodeNpy } from "../../data/numpy/mod.ts";
import { type CorpusStage, defineStage } from "../stage.ts";

const config = z.strictObject({
  embeddings: pathText().optional().describe(
    "a .npy of a row a document of the data, in the training split's order",
  ),
  similarity: z.number().min(-1).max(1).default(0.95).describe(
    "largest cosine of two documents that both stay",
  ),
});

/** Vectors of length 1, a row each. */
export interface Rows {
  readonly values: Float32Array;
  readonly count: number;
  readonly width: number;
}

/** Rows of a .npy, made of length 1; a row of zeros stays one. @throws DataError for other shapes */
export function unitRows(bytes: Uint8Array, where: string): Rows {
  const found = decodeNpy(bytes, where), wanted = "a row of numbers a document is wanted";
  if ("text" in found) throw new DataError(`${where} holds text; ${wanted}`);
  const { shape, data } = found;
  if (shape.length !== 2 || data instanceof BigInt64Array) {
    throw new DataError(`${where} holds [${shape.join(", ")}]; ${wanted}`);
  }
  const [count, width] = shape, values = Float32Array.from(data);
  for (let row = 0; row < count; row++) {
    const own = values.subarray(row * width, (row + 1) * width);
    const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) { for (let i = 0; i < width; i++) own[i] /= length; }
  }
  return { values, count, width };
}

/** Vectors of documents that stay; grows. */
class Kept {
  readonly #width: number;
  #values: Float32Array;
  #count = 0;

  constructor(width: number) {
    this.#width = width;
    this.#values = new Float32Array(width * 64);
  }

  /** The largest cosine with one that stays; −1 where none does. */
  nearest(own: Float32Array): number {
    const width = this.#width, all = this.#values;
    let most = -1;
    for (let row = 0; row < this.#count; row++) {
      let sum = 0;
      for (let i = 0, at = row * width; i < width; i++) sum += own[i] * all[at + i];
      if (sum > most) most = sum;
    }
    return most;
  }

  add(own: Float32Array): void {
    if ((this.#count + 1) * this.#width > this.#values.length) {
      const wider = new Float32Array(2 * this.#values.length);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values.set(own, this.#count++ * this.#width);
  }
}

const NAME = "semantic", WHY = `${NAME}: similarity`;

/**
 * For each document in turn the largest cosine with an earlier one that stays; above the limit it does
 * not stay itself.
 */
function nearestKept(
  indices: readonly number[],
  { rows, limit, where }: { readonly rows: Rows; readonly limit: number; readonly where: string },
): Float64Array {
  const kept = new Kept(rows.width), out = new Float64Array(indices.length);
  for (const [number, index] of indices.entries()) {
    if (index >= rows.count) {
      throw new DataError(`${where} has ${rows.count} rows, none for document ${index}`);
    }
    const own = rows.values.subarray(index * rows.width, (index + 1) * rows.width);
    out[number] = kept.nearest(own);
    if (out[number] <= limit) kept.add(own);
  }
  return out;
}

/** See the module. */
export const semantic = defineStage<z.infer<typeof config>>({
  name: NAME,
  about: "drops documents that mean what an earlier one does, by vectors of a file",
  papers: ["arXiv:2303.09540"],
  config,
  async content({ embeddings }, { path, files }) {
    return embeddings === undefined
      ? undefined
      : await files([{ name: embeddings, path: path(embeddings) }]);
  },
  make({ embeddings, similarity: limit }, context): Promise<CorpusStage<number[]>> {
    const path = context.path ?? ((written) => placed(undefined, written));
    return Promise.resolve({
      name: NAME,
      kind: "corpus" as const,
      begin: () => [],
      see: (indices, { from }) => void indices.push(from.index),
      async settle(indices) {
        if (embeddings === undefined) {
          throw new DataError(`${NAME}: \`embeddings\` names no file: a .npy of a row a document`);
        }
        const where = path(embeddings), rows = unitRows(await Deno.readFile(where), where);
        const nearest = nearestKept(indices, { rows, limit, where });
        return (_, number) => {
          const value = nearest[number], values = { [WHY]: value };
          return value > limit
            ? { keep: false, why: WHY, value, limit, values }
            : { keep: true, values };
        };
      },
    });
  },
});
