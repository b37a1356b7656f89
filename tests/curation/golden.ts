/**
 * What datatrove and NeMo Curator found in documents. Made by filters_golden.py and nemo_golden.py of
 * tests/peers/curation.
 * @module
 */

/** A document's row of a filter. */
export interface GoldenRow {
  /** null: kept; an object: the filter broke down. */
  readonly why: string | null | { readonly broke: string };
  readonly values?: Readonly<Record<string, number | null>>;
  readonly text?: string;
}

/** See the module. */
export interface Golden {
  readonly versions: Readonly<Record<string, string>>;
  readonly documents: readonly { readonly fault: string; readonly text: string }[];
  readonly filters: Readonly<Record<string, readonly GoldenRow[]>>;
  readonly pipeline: readonly (string | null)[];
  readonly minhash: {
    readonly shingles: readonly number[];
    readonly first: readonly number[];
    readonly pairs: readonly (readonly [number, number, number, number])[];
  };
  readonly words: readonly (readonly [string, readonly string[]])[];
  readonly wordsOfDocuments: readonly (readonly string[])[];
  readonly sentences: readonly number[];
  readonly simplified: readonly (readonly [string, string])[];
  readonly terminal: readonly (readonly [number, number])[];
  readonly signs: readonly (readonly [number, number])[];
}

/** A file of tests/golden/lifecycle. */
export async function unpacked<T>(name: string): Promise<T> {
  const bytes = await Deno.readFile(new URL(`../golden/lifecycle/${name}`, import.meta.url));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).json() as T;
}

export const golden: Golden = await unpacked("curation.json.gz");
