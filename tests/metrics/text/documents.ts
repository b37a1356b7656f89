/** Small data of text, and a subject with the bigram model. */
import type { Dataset, Split } from "../../../src/data/mod.ts";
import type { EvaluationContext } from "../../../src/metrics/metric.ts";
import { tokenised } from "../../../src/kinds/text/mod.ts";
import { languageOf, type Subject } from "../../../src/subject/mod.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { bigramModel } from "./bigram.ts";

/** Documents by split. */
export function textData(splits: Partial<Record<Split, readonly string[]>>): Dataset<"text"> {
  const of = (split: Split) => splits[split] ?? [];
  return {
    name: "letters",
    version: 1,
    digest: JSON.stringify(splits),
    sample: { kind: "text", tokenizer: bytesTokenizer },
    factors: [],
    notes: [],
    size: (split) => of(split).length,
    read: (split, indices) =>
      Promise.resolve({
        samples: tokenised(Array.from(indices, (i) => of(split)[i]), bytesTokenizer),
        labels: {},
      }),
  };
}

/** A subject that writes these texts. */
export function writer(texts: readonly string[], change: Partial<Subject> = {}): Subject<"text"> {
  return {
    label: "bigram",
    capabilities: { likelihood: "exact", latent: "none", reconstructs: false, samples: true },
    sample: (count) => Promise.resolve(tokenised(texts.slice(0, count), bytesTokenizer)),
    language: languageOf(bigramModel(16)),
    ...change,
  } as Subject<"text">;
}

/** What a metric of text computes in. */
export function textContext(
  { subject, dataset, ...more }:
    & Partial<EvaluationContext>
    & { subject: Subject<"text">; dataset: Dataset<"text"> },
): EvaluationContext {
  const none = () => Promise.reject(new Error("not in these tests"));
  return {
    subject: subject as Subject,
    dataset: dataset as Dataset,
    anyMachine: true,
    split: none,
    extractor: none,
    features: none,
    remembered: (_, make) => Promise.resolve(make()),
    key: () => [1, 2],
    ...more,
  };
}
