/**
 * Histories as text: one line for each metric, with a sparkline in block characters.
 * @module
 */
import type { Drift, History, Point } from "./history.ts";
import { formatEffect } from "../outcome.ts";
import type { Verdict } from "../verdict/verdict.ts";

const blocks = "▁▂▃▄▅▆▇█";

/**
 * A series in block characters, its least value the lowest block; the newest `width` values. A
 * series without spread is a line in the middle.
 */
export function sparkline(values: readonly number[], width = 32): string {
  const shown = values.slice(-width);
  const [least, most] = [Math.min(...shown), Math.max(...shown)];
  if (!(most > least)) return blocks[3].repeat(shown.length);
  return shown.map((value) =>
    blocks[
      Math.min(blocks.length - 1, Math.floor(blocks.length * (value - least) / (most - least)))
    ]
  ).join("");
}

/** "a0eefe9f00+ of 2026-11-26": the code of a run, + for uncommitted changes. */
export function pointName({ commit, dirty, date }: Point): string {
  const name = commit === null ? "an unknown commit" : commit.slice(0, 10);
  return `${name}${dirty === true ? "+" : ""} of ${date.slice(0, 10)}`;
}

/** "+12 % since a0eefe9f00 of 2026-11-26 (2.31 → 2.59, 9 runs on the best level)". */
export function driftText(drift: Drift): string {
  const { best, last } = drift;
  const short = (value: number) => String(Number(value.toPrecision(4)));
  return `${formatEffect(drift.change, drift.unit)} since ${pointName(drift.since)} ` +
    `(${short(best.level)} on the best level, ${best.to - best.from} runs; ` +
    `${short(last.level)} now, ${last.to - last.from})`;
}

const places = (history: History) =>
  history.levels.slice(1).map(({ from }) => pointName(history.points[from])).join(", ");

/**
 * A table of histories; without `all` only those that have steps.
 * Empty where there is nothing to show.
 */
export function historyTable(
  found: readonly History[],
  { all = false, width = 32 }: { readonly all?: boolean; readonly width?: number } = {},
): string[] {
  const shown = found.filter(({ levels }) => all || levels.length > 1)
    .sort((a, b) => Number(b.drift !== null) - Number(a.drift !== null));
  if (shown.length === 0) return [];
  const short = (value: number) => String(Number(value.toPrecision(4)));
  const cells = shown.map((history) => [
    history.drift !== null ? "drifted" : history.levels.length > 1 ? "stepped" : "steady",
    history.label,
    history.metric + (history.unit === "" ? "" : ` (${history.unit})`),
    history.scope === "any" ? "any" : "class",
    String(history.points.length),
    sparkline(history.points.map(({ value }) => value), width),
    history.levels.map(({ level }) => short(level)).join(" → "),
    history.drift !== null
      ? driftText(history.drift)
      : history.levels.length > 1
      ? `steps at ${places(history)}`
      : history.earlier > 0
      ? `${history.earlier} runs before its spec changed are left out`
      : "",
  ]);
  const head = ["", "run", "metric", "scope", "runs", "history", "levels", "why"];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i].length))
  );
  return [head, ...cells].map((row) =>
    row.map((cell, i) => i === row.length - 1 ? cell : cell.padEnd(widths[i])).join("  ").trimEnd()
  );
}

/**
 * Verdicts with a word on those whose history drifted; with `fail` these are regressions, but for
 * timings that are not judged here.
 */
export function withDrift(
  verdicts: readonly Verdict[],
  { found, fail }: { readonly found: readonly History[]; readonly fail: boolean },
): Verdict[] {
  const drifted = new Map(
    found.filter(({ drift }) => drift !== null).map((history) => [
      JSON.stringify([history.label, history.metric, history.scope]),
      history.drift!,
    ]),
  );
  return verdicts.map((verdict): Verdict => {
    const drift = drifted.get(JSON.stringify([verdict.label, verdict.metric, verdict.scope]));
    if (drift === undefined) return verdict;
    const why = [verdict.why, `history: ${driftText(drift)}`].filter((t) => t !== "").join("; ");
    const counts = fail && verdict.verdict !== "missing" && verdict.verdict !== "shown";
    return { ...verdict, why, ...(counts ? { verdict: "regressed" } : {}) };
  });
}
