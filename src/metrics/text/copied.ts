/**
 * Memorisation of text: runs of words of samples that stand in the training documents as they are.
 * @module
 */
import { z } from "zod";
import { MetricUnavailable } from "../../base/mod.ts";
import { type KindName, kindOf } from "../../kinds/mod.ts";
import { stringsOf, textsOf } from "../../kinds/text/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { samplesRequired } from "../requires.ts";
import { documentsOf } from "./documents.ts";
import { copiedRuns, longestCopy, numbering } from "./spans.ts";

const config = z.strictObject({
  samples: z.int().min(1).default(64).describe("N: samples looked at"),
  words: z.array(z.int().min(1)).min(1).default([8, 13]).describe(
    "lengths of the runs that are looked for",
  ),
  train: z.int().min(1).default(100_000).describe(
    "training documents to look in, at most; copies of others are not noticed",
  ),
});
type Config = z.infer<typeof config>;

/** As many words of held-out documents as the samples have, each no longer than the longest of these. */
function alike(documents: readonly Int32Array[], samples: readonly Int32Array[]): Int32Array[] {
  const longest = samples.reduce((most, { length }) => Math.max(most, length), 0);
  let left = samples.reduce((sum, { length }) => sum + length, 0);
  const taken: Int32Array[] = [];
  for (const document of documents) {
    if (left <= 0) break;
    const part = document.subarray(0, Math.min(longest, left));
    taken.push(part);
    left -= part.length;
  }
  return taken;
}

/**
 * `copied-8w@N`: the share of the samples' runs of 8 words that stand in a training document; the same
 * of held-out documents, as many words of them, beside it: what people write alike anyway.
 * `longest-copy@N`: words of the longest such run. Words are what spaces part, as they stand.
 */
export const copied: Metric<Config> = defineMetric<Config, KindName>({
  name: "copied",
  version: 1,
  about: "runs of words that samples take from the training documents as they stand",
  papers: ["arXiv:2202.07646", "arXiv:2005.14165"],
  takes: ["text"],
  phase: "quality",
  config,
  declares({ samples, words }) {
    const common = { metric: "copied", kind: "quality", samples } as const;
    return [
      ...words.map((n) => ({
        ...common,
        name: `copied-${n}w@${samples}`,
        unit: "share",
        direction: "lower" as const,
      })),
      { ...common, name: `longest-copy@${samples}`, unit: "words", direction: "lower" },
    ];
  },
  requires: ({ samples }) => [samplesRequired(samples)],
  async compute(context, options) {
    const { subject, dataset } = context;
    const trained = Math.min(options.train, dataset.size("train"));
    if (trained === 0) {
      const { many } = kindOf(dataset.sample).unit;
      throw new MetricUnavailable("not-measured", `${dataset.name} has no training ${many}`);
    }
    const number = numbering();
    const own = number(stringsOf(textsOf(await subject.sample(options.samples)))).documents;
    const others = number(await documentsOf(dataset, { split: "train", count: trained })).documents;
    const held = dataset.size("test");
    const heldOut = held === 0
      ? null
      : alike(number(await documentsOf(dataset, { split: "test", count: held })).documents, own);
    const declared = copied.declares(options);
    const shares = options.words.map((n, i) => {
      const { all, copied: found } = copiedRuns(own, { others, n });
      if (all === 0) {
        return {
          ...declared[i],
          value: null,
          status: "not-measured" as const,
          reason: `no sample has ${n} words`,
        };
      }
      const base = heldOut === null ? null : copiedRuns(heldOut, { others, n });
      return {
        ...declared[i],
        value: found / all,
        beside: {
          runs: all,
          ...(base !== null && base.all > 0 && { heldOut: base.copied / base.all }),
          trainDocuments: trained,
        },
      };
    });
    return [
      ...shares,
      {
        ...declared[shares.length],
        value: longestCopy(own, others),
        beside: {
          ...(heldOut !== null && { heldOut: longestCopy(heldOut, others) }),
          trainDocuments: trained,
        },
      },
    ];
  },
});
