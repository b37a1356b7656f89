/**
 * Samples of what was dropped, as texts that a report shows.
 * @module
 */
import type { StageTally } from "../../curation/pipeline/mod.ts";
import { count, formatNumber } from "../../base/text/mod.ts";
import type { TextSheet } from "../../show/passage/mod.ts";

/** Characters of a text that are shown. */
const SHOWN = 600;

/** A passage a check, in the order of the stages; null where nothing was dropped. */
export function droppedSheet(tallies: readonly StageTally[]): TextSheet | null {
  const passages = tallies.flatMap(({ checks }) =>
    Object.entries(checks).filter(([, { samples }]) => samples.length > 0)
      .map(([check, { samples, dropped }]) => ({
        title: `${check}: ${count(dropped.documents, "document")}`,
        blocks: samples.map(({ from, value, limit, text }) => ({
          heading: `${from.dataset} ${from.index}: ${formatNumber(value, 4)}, limit ${
            formatNumber(limit, 4)
          }`,
          stretches: [{ text: [...text.slice(0, 2 * SHOWN)].slice(0, SHOWN).join("") }],
        })),
      }))
  );
  return passages.length === 0 ? null : { format: 1, shaded: false, passages };
}
