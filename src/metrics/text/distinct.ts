/**
 * Variety of written text: how many of its runs of words are different.
 * @module
 */
import { z } from "zod";
import type { KindName } from "../../kinds/mod.ts";
import { stringsOf, textsOf } from "../../kinds/text/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { samplesRequired } from "../requires.ts";
import { documentsOf } from "./documents.ts";
import { distinctRuns, numbering } from "./spans.ts";

const config = z.strictObject({
  samples: z.int().min(1).default(64).describe("samples looked at"),
  runs: z.int().min(1).default(2000).describe(
    "N: runs of words that are counted, the first; the share falls as they grow more",
  ),
  words: z.array(z.int().min(1)).min(1).default([1, 2, 3]).describe("n: words of a run"),
});
type Config = z.infer<typeof config>;

/**
 * `distinct-n@N`: different runs of n words among N of them, as a share (Li et al. 2016); none goes from
 * one sample to the next. N is fixed, since any text repeats itself the more the longer it is. Beside
 * it the same of held-out documents.
 */
export const distinct: Metric<Config> = defineMetric<Config, KindName>({
  name: "distinct",
  version: 1,
  about: "how many of the samples' runs of words are different",
  papers: ["arXiv:1510.03055"],
  takes: ["text"],
  phase: "quality",
  config,
  declares: ({ samples, runs, words }) =>
    words.map((n) => ({
      name: `distinct-${n}@${runs}`,
      metric: "distinct",
      unit: "share",
      direction: "none" as const,
      kind: "quality" as const,
      samples,
    })),
  requires: ({ samples }) => [samplesRequired(samples)],
  async compute({ subject, dataset }, options) {
    const { samples, runs: count } = options;
    const number = numbering();
    const own = number(stringsOf(textsOf(await subject.sample(samples)))).documents;
    const held = dataset.size("test");
    const heldOut = held === 0
      ? []
      : number(await documentsOf(dataset, { split: "test", count: held })).documents;
    return distinct.declares(options).map((declared, i) => {
      const n = options.words[i];
      const { different, counted } = distinctRuns(own, { n, count });
      if (counted < count) {
        const reason = `${samples} samples have ${counted} runs of ${n} words, and ${count} are ` +
          "counted: more `samples` or fewer `runs`";
        return { ...declared, value: null, status: "not-measured" as const, reason };
      }
      const base = distinctRuns(heldOut, { n, count });
      return {
        ...declared,
        value: different / counted,
        ...(base.counted === count && { beside: { heldOut: base.different / base.counted } }),
      };
    });
  },
});
