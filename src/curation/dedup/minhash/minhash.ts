/**
 * Near duplicates by MinHash and bands: of each cluster the first document stays. As datatrove does
 * it for FineWeb (runs of 5 words, 14 bands of 8), or with NeMo Curator's settings (runs of 24
 * characters, 20 bands of 13); the hash functions are our own.
 * @module
 */
import { z } from "zod";
import { type CorpusStage, defineStage } from "../../stage.ts";
import { clusters, Signatures, threshold } from "./bands.ts";
import { minhashSketch, published } from "./sketch.ts";

const config = z.strictObject({
  like: z.enum(["datatrove", "nemo"]).default("datatrove").describe(
    "whose settings are meant where others are left out",
  ),
  of: z.enum(["words", "characters"]).optional().describe("what runs are made of"),
  n: z.int().min(1).max(256).optional().describe("words or characters a run"),
  bands: z.int().min(1).max(256).optional().describe("bands a signature"),
  rows: z.int().min(1).max(256).optional().describe("values a band"),
  seed: z.int().min(0).default(1).describe("of the permutations"),
});

const NAME = "minhash", WHY = `${NAME}: similarity`, COPIES = `${NAME}: copies`;

/** See the module. */
export const minhash = defineStage<z.infer<typeof config>>({
  name: NAME,
  about: "drops near duplicates, found by MinHash and bands",
  papers: ["Broder 1997", "arXiv:2406.17557"],
  config,
  make({ like, seed, ...given }): Promise<CorpusStage<Signatures>> {
    const usual = published[like];
    const size = {
      of: given.of ?? usual.of,
      n: given.n ?? usual.n,
      bands: given.bands ?? usual.bands,
      rows: given.rows ?? usual.rows,
    };
    const sketch = minhashSketch(size, { seed }), limit = threshold(size);
    return Promise.resolve({
      name: NAME,
      kind: "corpus" as const,
      begin: () => new Signatures(size.bands * size.rows),
      see: (all, { text }, number) => all.set(number, sketch(text).signature),
      settle(all) {
        const { first, sizes, similarities } = clusters(all, size);
        return Promise.resolve((_, number) =>
          first(number) === number
            ? { keep: true, values: { [COPIES]: sizes[number] - 1 } }
            : { keep: false, why: WHY, value: similarities[number], limit }
        );
      },
    });
  },
});
