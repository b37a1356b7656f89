/**
 * Near duplicates by MinHash and bands: of each cluster the first document stays. As datatrove does
 * it for FineWeb (runs of 5 words, 14 bands of 8), or with NeMo Curator's settings (runs of 24
 * characters, 20 bands of 13); the hash functions are our own.
 * @module
 */
import { z } from "zod";
import { type CorpusStage, defineStage } from "../../stage.ts";
import { clusters, Signatures, threshold } from "./bands.ts";
import { shingles } from "./shingles.ts";
import { permutations, signature } from "./signature.ts";

/** Published settings. */
const published = {
  datatrove: { of: "words", n: 5, bands: 14, rows: 8 },
  nemo: { of: "characters", n: 24, bands: 20, rows: 13 },
} as const;

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
    const set = {
      of: given.of ?? usual.of,
      n: given.n ?? usual.n,
      bands: given.bands ?? usual.bands,
      rows: given.rows ?? usual.rows,
    };
    const drawn = permutations(set.bands * set.rows, seed);
    const limit = threshold(set);
    return Promise.resolve({
      name: NAME,
      kind: "corpus" as const,
      begin: () => new Signatures(drawn.count),
      see(all, { text }, number) {
        const found = shingles(text, set);
        all.set(number, found.length === 0 ? null : signature(found, drawn));
      },
      settle(all) {
        const { first, sizes, similarities } = clusters(all, set);
        return Promise.resolve((_, number) =>
          first(number) === number
            ? { keep: true, values: { [COPIES]: sizes[number] - 1 } }
            : { keep: false, why: WHY, value: similarities[number], limit }
        );
      },
    });
  },
});
