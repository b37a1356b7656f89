/** Training curves: raw series of all seeds into one line and the range between the seeds. @module */
import { mean } from "../../stats/mod.ts";
import type { Series } from "../../record/mod.ts";
import type { Chart, CurvePoint } from "./chart_data.ts";
import type { Group } from "./model.ts";
import { count, formatNumber } from "../../base/text/mod.ts";

/** Points of a line at most. */
const POINTS = 80;
/** Charts of other columns a family at most, so that a family with many terms stays readable. */
const OTHER_COLUMNS = 6;
/** A seed that ends before this share of the longest does not shorten the line. */
const SHORTEST = 0.7;
const SECONDS = "seconds";

interface Track {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Means of equal stretches of steps over finite values; empty stretches are left out. */
export function binned(values: readonly number[], x: readonly number[], points = POINTS): Track {
  const width = Math.max(1, Math.ceil(values.length / points));
  const track = { x: [] as number[], y: [] as number[] };
  for (let start = 0; start < values.length; start += width) {
    const at = [];
    for (let i = start; i < Math.min(start + width, values.length); i++) {
      if (Number.isFinite(values[i]) && Number.isFinite(x[i])) at.push(i);
    }
    if (at.length === 0) continue;
    track.x.push(mean(at.map((i) => x[i])));
    track.y.push(mean(at.map((i) => values[i])));
  }
  return track;
}

/** Linear interpolation; `x` within the track. */
function at(track: Track, x: number): number {
  let i = track.x.findIndex((known) => known >= x);
  if (i < 0) i = track.x.length - 1;
  if (i === 0 || track.x[i] === x) return track.y[i];
  const share = (x - track.x[i - 1]) / (track.x[i] - track.x[i - 1]);
  return track.y[i - 1] + share * (track.y[i] - track.y[i - 1]);
}

/**
 * Mean and range over seeds on a common grid, up to where the first seed ends, so that every point
 * covers all. Where that would hide much (a seed diverged), the line goes on with those that are left.
 */
export function band(tracks: readonly Track[], points = POINTS): CurvePoint[] {
  const known = tracks.filter((track) => track.x.length > 0);
  if (known.length === 0) return [];
  const low = Math.min(...known.map((t) => t.x[0]));
  const ends = known.map((t) => t.x[t.x.length - 1]);
  const high = Math.min(...ends) >= SHORTEST * Math.max(...ends)
    ? Math.min(...ends)
    : Math.max(...ends);
  const n = low === high ? 1 : Math.min(points, Math.max(...known.map((t) => t.x.length)));
  return Array.from({ length: n }, (_, i) => {
    const x = n === 1 ? low : low + (high - low) * i / (n - 1);
    const slack = (high - low) / Math.max(1, n - 1) / 2;
    const values = known
      .filter((t) => t.x[0] <= x + slack && t.x[t.x.length - 1] >= x - slack)
      .map((t) => at(t, x));
    return values.length === 0
      ? null
      : { x, mean: mean(values), low: Math.min(...values), high: Math.max(...values) };
  }).filter((point) => point !== null);
}

/**
 * One chart a family and column: the loss by step and by time, other columns by step. Families stand
 * apart, for their losses are no common scale.
 */
export function curveCharts(
  groups: readonly Group[],
  series: ReadonlyMap<string, Series>,
): Chart[] {
  const trained = groups.filter((group) => !group.control);
  const families = [...new Set(trained.map((group) => group.family))];
  return families.flatMap((family) => {
    const own = trained.filter((group) => group.family === family);
    const columns = new Set(
      own.flatMap((g) => g.runs.flatMap((run) => Object.keys(series.get(run)?.columns ?? {}))),
    );
    columns.delete(SECONDS);
    const others = [...columns].filter((name) => name !== "loss").slice(0, OTHER_COLUMNS);
    const wanted: [string, "step" | "seconds"][] = [
      ...(columns.has("loss") ? [["loss", "step"], ["loss", "seconds"]] as const : []),
      ...others.map((name) => [name, "step"] as const),
    ].map(([name, x]) => [name, x]);
    return wanted.flatMap(([column, x]) => {
      const chart = curveChart(own, { series, family, column, x });
      return chart ? [chart] : [];
    });
  });
}

function curveChart(
  groups: readonly Group[],
  { series, family, column, x }: {
    series: ReadonlyMap<string, Series>;
    family: string;
    column: string;
    x: "step" | "seconds";
  },
): Chart | null {
  const lines = groups.flatMap((group) => {
    const tracks = group.runs.flatMap((run) => {
      const columns = series.get(run)?.columns;
      const values = columns?.[column];
      if (!columns || !values) return [];
      const steps = values.map((_, i) => i + 1);
      return [binned(values, x === "step" ? steps : columns[SECONDS] ?? [])];
    });
    const points = band(tracks);
    return points.length < 2
      ? []
      : [{ label: group.label, index: group.index, points, seeds: tracks.length }];
  });
  if (lines.length === 0) return null;
  const told = lines.map(({ label, points, seeds }) => {
    const [first, last] = [points[0], points[points.length - 1]];
    return `${label}, ${count(seeds, "seed")}: from ${formatNumber(first.mean)} to ` +
      `${formatNumber(last.mean)} at ${x === "step" ? "step" : "second"} ${
        formatNumber(last.x, 4)
      }`;
  });
  const by = x === "step" ? "step" : "time";
  return {
    kind: "curves",
    id: `curves-${family}-${column}-${by}`,
    title: `${family}: ${column} by ${by}`,
    description: `Mean over seeds, with their range. ${told.join(". ")}.`,
    x,
    y: column,
    lines: lines.map(({ label, index, points }) => ({ label, index, points })),
  };
}
