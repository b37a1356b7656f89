/** The ranking as tables of text, which page and Markdown show alike. @module */
import { improvementInterval } from "../stats/mod.ts";
import { LEVEL } from "./model/tables/cells.ts";
import { count, fixed, formatNumber, list } from "../base/text/mod.ts";
import { formatEstimate } from "./model/tables/estimate.ts";
import type { Bounded, Group, Ranking } from "./model/model.ts";

/** A table whose cells are text. */
export interface Sheet {
  readonly title: string;
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly {
    readonly label: string;
    /** Place that fixes the row's mark; null where the row is no group. */
    readonly index: number | null;
    readonly cells: readonly string[];
  }[];
  /** Folded away at first: a detail. */
  readonly folded: boolean;
}

/** How to read the chances of a pair. */
export const CHANCES =
  "The chance that a new seed of the row is better than one of the column's row, " +
  "in %: the share of pairs of seeds won, with ties as half, and Newcombe's 95 % score interval. " +
  "The interval is widened to include 50 if the rank test can't distinguish the two.";

/** How to read a ranking from as many seeds as there are. */
export function rankingNote({ seeds }: Ranking): string {
  const values = (above: number) => Array.from({ length: seeds }, (_, i) => i + above);
  const sweep = improvementInterval(values(seeds), values(0), LEVEL);
  return `With ${
    count(seeds, "seed")
  } for each row, a row that beats another in every pair of seeds could still have a ` +
    `true chance of anything from ${percent(sweep.low)} to 100 %.`;
}

/** All tables of a ranking, those folded away last: the chances of every pair, a column each. */
export function rankingSheets(
  ranking: Ranking,
  groups: ReadonlyMap<string, Group>,
): readonly Sheet[] {
  return [
    placesSheet(ranking, groups),
    ...aggregateSheet(ranking, groups),
    ...spreadSheet(ranking),
    ...ranking.duels.map((duel) => duelSheet(duel, groups)),
  ];
}

type Groups = ReadonlyMap<string, Group>;

const named = (groups: Groups, id: string) => {
  const { label, index } = groups.get(id)!;
  return { label, index };
};

function placesSheet({ columns, rows, overall }: Ranking, groups: Groups): Sheet {
  const expected = overall.length > 0;
  return {
    title: "Places",
    caption:
      "Place by the mean over seeds; 1 is the best. The brackets hold the places that the seeds allow, " +
      "for all rows of a column together at 95 % (Welch's t of every pair, Holm)." +
      (expected
        ? " New run: the place that a new seed of the row would take among new seeds of the others, " +
          `on average${
            overall.length > 1
              ? ` over the ${overall.length} columns in which every row has a place`
              : ""
          }; the range covers at least 95 %.`
        : ""),
    head: [...(expected ? ["new run"] : []), ...columns.map(({ heading }) => heading)],
    rows: rows.map(({ group, places, expected: own }) => ({
      ...named(groups, group),
      cells: [
        ...(expected ? [own === null ? "–" : between(own, (x) => fixed(x, 1))] : []),
        ...places.map((place) =>
          place === null ? "–" : `${place.rank} (${range(place.low, place.high)})`
        ),
      ],
    })),
    folded: false,
  };
}

function range(low: number, high: number): string {
  return low === high ? `${low}` : `${low}–${high}`;
}

function between({ estimate, low, high }: Bounded, text: (x: number) => string): string {
  return `${text(estimate)} (${text(low)}–${text(high)})`;
}

/** "63 %", and never a full or an empty hundred for what isn't one. */
function percent(share: number): string {
  const whole = Math.round(100 * share);
  const inside = share > 0 && share < 1 ? Math.min(99, Math.max(1, whole)) : whole;
  return `${inside} %`;
}

/** "63 (40–81)", in per cent. */
export function chance(of: Bounded): string {
  return between(of, (x) => percent(x).replace(" %", ""));
}

function duelSheet(
  { column, groups: ids, chances, left }: Ranking["duels"][number],
  groups: Groups,
): Sheet {
  return {
    title: column.heading,
    caption: "The row against the column, %." +
      (left > 0 ? ` The last ${count(left, "row")} by place are left out.` : ""),
    head: ids.map((id) => groups.get(id)!.label),
    rows: ids.map((id, i) => ({
      ...named(groups, id),
      cells: chances[i].map((cell) => cell === null ? "" : chance(cell)),
    })),
    folded: true,
  };
}

function aggregateSheet({ aggregate }: Ranking, groups: Groups): Sheet[] {
  if (aggregate === null) return [];
  return [{
    title: "Interquartile mean",
    caption:
      `The mean of the middle half of a row's values over ${list(aggregate.headings)} and seeds; ` +
      "lower is better. The interval is over seeds, each with all its values: the jackknife's t " +
      "below 20 seeds, the bootstrap from 20 on.",
    head: ["IQM of d"],
    rows: aggregate.rows.map(({ group, estimate }) => {
      const { value, spread } = formatEstimate(estimate);
      return { ...named(groups, group), cells: [spread ? `${value} ${spread}` : value] };
    }),
    folded: false,
  }];
}

function spreadSheet({ spread }: Ranking): Sheet[] {
  if (spread.length === 0) return [];
  const short = (x: number) => formatNumber(x, 2);
  return [{
    title: "Sources of variation",
    caption:
      "The standard deviation between runs with different training seeds, and between draws of samples " +
      "from one run, pooled over rows (random effects), with 95 % intervals; and the share of the " +
      "variance that is due to training seeds.",
    head: ["training seed", "sampling seed", "share of training, %", "runs × draws"],
    rows: spread.map(({ column, training, sampling, share, runs, draws }) => ({
      label: column.heading + (column.unit ? ` (${column.unit})` : ""),
      index: null,
      cells: [
        between(training, short),
        between(sampling, short),
        chance(share),
        `${runs} × ${formatNumber(draws, 2)}`,
      ],
    })),
    folded: false,
  }];
}
