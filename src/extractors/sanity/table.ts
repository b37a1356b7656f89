/**
 * What is known of the worth of extractors: tables that `deno task sanity` measured, kept beside this.
 * @module
 */

/** One set and what was measured on it. */
export interface SanityRow {
  readonly name: string;
  readonly about: string;
  /** Fréchet distance to the reference. */
  readonly distance: number;
  /** 0 at held-out data, 1 at the pixel Gaussian. */
  readonly normalised: number;
  /** Near-duplicates of training pictures, and within the set, by coarse pixels: shares. */
  readonly copies: number;
  readonly repeats: number;
}

/** A statement about the rows, and whether it is true here. */
export interface SanityClaim {
  readonly claim: string;
  readonly holds: boolean;
}

/** The table of one extractor. */
export interface SanityTable {
  readonly extractor: string;
  readonly dataset: string;
  readonly digest: string;
  /** Pictures in every set, and in the reference. */
  readonly samples: number;
  readonly rows: readonly SanityRow[];
  readonly claims: readonly SanityClaim[];
}

/** Folder of the committed tables, `<extractor>.json` each. */
export const sanityFolder = new URL("./", import.meta.url);

/** Where the table of an extractor lies; `name` has its version. */
export function sanityFile(name: string): URL {
  return new URL(`${name}.json`, sanityFolder);
}
