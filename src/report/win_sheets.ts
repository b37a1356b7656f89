/** Win rates as tables of text, which page and Markdown show alike. @module */
import { count, fixed } from "../base/text/mod.ts";
import type { Group, Wins } from "./model/model.ts";
import { chance, type Sheet } from "./ranking_sheets.ts";

/** Rows of a table of pairs at most: more can't be read. */
const SHOWN = 14;

/** A table a column: strengths, places and the win rate over every other row. */
export function winSheets(
  wins: readonly Wins[],
  groups: ReadonlyMap<string, Group>,
): readonly Sheet[] {
  return wins.map(({ column, items, rows, rates }): Sheet => {
    const shown = rows.slice(0, SHOWN), left = rows.length - shown.length;
    const labelOf = ({ group, how }: Wins["rows"][number]) =>
      groups.get(group)!.label + (how === undefined ? "" : `, asked for ${how}`);
    return {
      title: `Win rates by ${column.heading}`,
      caption:
        `The row against the column, %: the share of ${
          count(items, "prompt")
        } on which its answer is ` +
        "worth more, ties as half, with the 95 % interval over prompts (bootstrap; seeds are paired, and " +
        "their mean is taken). Points: Bradley–Terry strength over all rows on Elo's scale, 0 their " +
        "mean, one drawn game added to each pair. Place: by points; in brackets the places that " +
        `intervals allow.${left > 0 ? ` The last ${count(left, "row")} are left out.` : ""}`,
      head: ["place", "points", ...shown.map(labelOf)],
      rows: shown.map((row, i) => {
        const { group, points, rank, low, high } = row;
        return {
          label: labelOf(row),
          index: groups.get(group)!.index,
          cells: [
            `${rank} (${low === high ? low : `${low}–${high}`})`,
            fixed(points, 0),
            ...shown.map((_, j) => {
              const rate = rates[i][j];
              return i === j ? "" : rate === null ? "–" : chance(rate);
            }),
          ],
        };
      }),
      folded: false,
    };
  });
}
