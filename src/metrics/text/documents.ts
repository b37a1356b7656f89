/**
 * Texts that metrics read: whole documents of a split, and what a model is asked with.
 * @module
 */
import { MetricUnavailable } from "../../base/mod.ts";
import type { Dataset, Split } from "../../data/mod.ts";
import { stringsOf, textsOf } from "../../kinds/text/mod.ts";
import type { LanguageModel } from "../../subject/mod.ts";
import type { EvaluationContext } from "../metric.ts";
import { requireCount } from "../comparison.ts";

/** What a subject reads and writes text with. @throws MetricUnavailable where it can't */
export function languageOfSubject({ subject }: EvaluationContext): LanguageModel {
  if (subject.language !== undefined) return subject.language;
  throw new MetricUnavailable("not-defined", `${subject.label} gives no probabilities of text`);
}

/** The first characters of a text, no half one at its end. */
export function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  let units = 0, seen = 0;
  for (const character of text) {
    if (seen++ === characters) break;
    units += character.length;
  }
  return text.slice(0, units);
}

/**
 * The first documents of a split, as text.
 * @throws MetricUnavailable where they are too few, or no texts
 */
export async function documentsOf(
  dataset: Dataset,
  { split, count }: { readonly split: Split; readonly count: number },
): Promise<string[]> {
  requireCount(dataset, split, count);
  const { samples } = await dataset.read(split, Uint32Array.from({ length: count }, (_, i) => i));
  return stringsOf(textsOf(samples));
}
