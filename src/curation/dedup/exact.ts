/**
 * Exact duplicates: of documents with the same text the first stays. Texts are compared by the first
 * 128 bits of their SHA-256, so that two that differ are taken for one at odds of n²/2¹²⁹.
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { simplified } from "../words/mod.ts";
import { type CorpusStage, defineStage } from "../stage.ts";

const config = z.strictObject({
  of: z.enum(["text", "simplified"]).default("text").describe(
    "what must be the same: the text, or the text without case, signs, marks and numbers' values",
  ),
});

/** Times that each text was met, and by each document how often its text was there before. */
interface Seen {
  readonly times: Map<string, number>;
  readonly before: number[];
}

const keyOf = (text: string) =>
  createHash("sha256").update(text, "utf8").digest().toString("latin1", 0, 16);

/** See the module. */
export const exact = defineStage<z.infer<typeof config>>({
  name: "exact",
  about: "drops documents whose text was there before",
  papers: [],
  config,
  make({ of }): Promise<CorpusStage<Seen>> {
    return Promise.resolve({
      name: "exact",
      kind: "corpus" as const,
      begin: () => ({ times: new Map(), before: [] }),
      see({ times, before }, { text }, number) {
        const key = keyOf(of === "text" ? text : simplified(text)), n = times.get(key) ?? 0;
        times.set(key, n + 1);
        before[number] = n;
      },
      settle({ before }) {
        return Promise.resolve((_, number) => {
          const value = before[number], values = { "exact: copies": value };
          return value === 0
            ? { keep: true, values }
            : { keep: false, why: "exact: copies", value, limit: 0, values };
        });
      },
    });
  },
});
