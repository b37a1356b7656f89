/** Sanity tables of extractors, put side by side. @module */
import type { SanityTable } from "../../../extractors/sanity/mod.ts";
import type { Sanity } from "../model.ts";
import { fixed, list } from "../../../base/text/mod.ts";

/**
 * Distances of all extractors beside the shares of near-copies, which no distance sees. Sets keep the
 * order of the first table; null where no table was stored.
 */
export function sanityOf(tables: readonly SanityTable[]): Sanity | null {
  if (tables.length === 0) return null;
  const names = [...new Set(tables.flatMap((t) => t.rows.map((row) => row.name)))];
  const row = (table: SanityTable, name: string) => table.rows.find((r) => r.name === name);
  const found = (name: string) => tables.map((t) => row(t, name)).find((r) => r)!;
  const sizes = [...new Set(tables.map((t) => fixed(t.samples, 0)))];
  return {
    caption: "Fréchet distances of sets whose quality is known, normalised: 0 is other held-out " +
      `data, 1 the pixel Gaussian. On ${list([...new Set(tables.map((t) => t.dataset))])}, ` +
      `${
        list(sizes)
      } pictures a set. No Fréchet distance sees copies, so their share stands beside.`,
    unit: "normalised distance",
    columns: [
      ...tables.map((t) => ({ heading: t.extractor, distance: true })),
      { heading: "copies of training data, share", distance: false },
      { heading: "repeats within the set, share", distance: false },
    ],
    rows: names.map((name) => ({
      set: name,
      about: found(name).about,
      values: [
        ...tables.map((t) => row(t, name)?.normalised ?? null),
        found(name).copies,
        found(name).repeats,
      ],
    })),
    findings: tables.flatMap((t) =>
      t.claims.map(({ claim, holds }) => ({ text: `${t.extractor}: ${claim}`, holds }))
    ),
  };
}
