/**
 * What a metric rests on that can be looked up before anything runs: extractors, factors of the data,
 * rows of its splits. A suite that asks for what isn't there is told so when it is read, not after an
 * hour of training.
 * @module
 */
import type { Split } from "../data/mod.ts";
import type { Gives } from "../extractors/mod.ts";

/** One such thing. `key` is the setting that asks for it: a problem is told there. */
export type Requirement =
  | {
    readonly kind: "extractor";
    readonly key: string;
    readonly name: string;
    readonly gives: Gives;
    /** "pixels" will do as well. */
    readonly pixels: boolean;
  }
  | {
    readonly kind: "factor";
    readonly key: string;
    readonly name: string;
    readonly of: "class" | "any";
    /** Data without it are fine where the suite doesn't name it. */
    readonly whenGiven: boolean;
  }
  /** So many rows of a split. */
  | {
    readonly kind: "rows";
    readonly key: string;
    readonly split: Split;
    readonly count: number;
  }
  /** So many samples of the subject, which may be a control row. */
  | { readonly kind: "samples"; readonly key: string; readonly count: number }
  /** No more than another setting leaves. */
  | {
    readonly kind: "most";
    readonly key: string;
    readonly count: number;
    readonly most: number;
    /** "the half that the probe doesn't see holds" */
    readonly why: string;
  };

/** An extractor by the name that a suite gives it. */
export function extractorRequired(
  name: string,
  { key = "features", gives = "features", pixels = false }: {
    readonly key?: string;
    readonly gives?: Gives;
    readonly pixels?: boolean;
  } = {},
): Requirement {
  return { kind: "extractor", key, name, gives, pixels };
}

/** A labelled factor of the data. */
export function factorRequired(
  name: string,
  { key = "factor", of = "class", whenGiven = false }: {
    readonly key?: string;
    readonly of?: "class" | "any";
    readonly whenGiven?: boolean;
  } = {},
): Requirement {
  return { kind: "factor", key, name, of, whenGiven };
}

/** Rows of a split. */
export function rowsRequired(split: Split, count: number, key = "samples"): Requirement {
  return { kind: "rows", key, split, count };
}

/** Samples of the subject. */
export function samplesRequired(count: number, key = "samples"): Requirement {
  return { kind: "samples", key, count };
}

/** What a comparison of N samples with the first N rows of a split needs. */
export function comparisonRequired(
  { features, samples, reference = "test" }: {
    readonly features: string;
    readonly samples: number;
    readonly reference?: Split;
  },
): Requirement[] {
  return [extractorRequired(features), rowsRequired(reference, samples), samplesRequired(samples)];
}
