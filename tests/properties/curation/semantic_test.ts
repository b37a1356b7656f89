/** Laws of duplicates in meaning. */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { semantic } from "../../../src/curation/dedup/semantic.ts";
import { encodeNpy } from "../../../src/data/numpy/npy.ts";
import { contextOf, decisionsOf } from "../../curation/stages.ts";
import { law } from "../../law.ts";

const vector = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 });
const vectors = fc.array(vector, { minLength: 1, maxLength: 25 });

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((s, one, i) => s + one * y[i], 0);
  const length = Math.sqrt(dot(a, a) * dot(b, b));
  return length === 0 ? 0 : dot(a, b) / length;
}

law(
  "no two that stay are alike beyond the limit, and each that goes is like one before it that stays",
  {
    source: "Abbas et al. 2023, without clusters",
    given: { vectors, similarity: fc.constantFrom(0.1234, 0.3571, 0.6123, 0.9017) },
    holds: async ({ vectors, similarity }) => {
      const path = await Deno.makeTempFile({ suffix: ".npy" });
      try {
        const data = Float32Array.from(vectors.flat());
        await Deno.writeFile(path, encodeNpy({ shape: [vectors.length, 3], data }));
        const decisions = await decisionsOf(semantic, vectors.map((_, i) => `${i}`), {
          settings: { embeddings: path, similarity },
          context: contextOf(),
        });
        const kept: number[] = [];
        for (const [i, { keep }] of decisions.entries()) {
          const nearest = Math.max(-1, ...kept.map((other) => cosine(vectors[i], vectors[other])));
          assertEquals(keep, nearest <= similarity, `document ${i}: ${nearest}`);
          if (keep) kept.push(i);
        }
      } finally {
        await Deno.remove(path);
      }
    },
    kills: ["semantic-compares-with-dropped-ones", "semantic-vectors-of-any-length"],
    cases: 100,
  },
);
