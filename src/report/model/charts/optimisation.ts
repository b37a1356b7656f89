/**
 * Rewards against how far a policy has moved from where it began: over-optimisation is where the reward
 * that is trained on goes on rising and the true one falls (Gao, Schulman & Hilton 2022,
 * arXiv:2210.10760).
 * @module
 */
import type { Series } from "../../../record/mod.ts";
import { formatNumber } from "../../../base/text/mod.ts";
import { band, binned } from "../curves.ts";
import type { Chart } from "../chart_data.ts";
import type { Group } from "../model.ts";

/** Stretches of steps that a line is made of: a step's rewards are those of a few answers. */
const POINTS = 20;

/** Columns of series that objectives on a policy's own texts tell. */
const KL = "kl";
const REWARDS = [
  { column: "true_reward", name: "reward by the exact rule" },
  { column: "reward", name: "reward that is trained on" },
] as const;

/** One chart a reward over runs that tell it and their divergence; none where no run does. */
export function optimisationCharts(
  groups: readonly Group[],
  series: ReadonlyMap<string, Series>,
): Chart[] {
  return REWARDS.flatMap(({ column, name }): Chart[] => {
    const lines = groups.flatMap((group) => {
      const tracks = group.runs.flatMap((run) => {
        const columns = series.get(run)?.columns;
        const kl = columns?.[KL], reward = columns?.[column];
        if (kl === undefined || reward === undefined) return [];
        const { x, y } = binned(reward, kl, POINTS);
        // Divergence needn't rise from step to step; a line goes by it all the same.
        const order = [...x.keys()].sort((a, b) => x[a] - x[b]);
        return [{ x: order.map((i) => x[i]), y: order.map((i) => y[i]) }];
      });
      const points = band(tracks, POINTS);
      return points.length < 2 ? [] : [{ label: group.label, index: group.index, points }];
    });
    if (lines.length === 0) return [];
    const told = lines.map(({ label, points }) => {
      const [first, last] = [points[0], points[points.length - 1]];
      return `${label}: from ${formatNumber(first.mean)} at ${formatNumber(first.x, 2)} nats to ` +
        `${formatNumber(last.mean)} at ${formatNumber(last.x, 2)}`;
    });
    return [{
      kind: "curves",
      id: `optimisation-${column}`,
      title: `The ${name} by divergence`,
      description:
        "Of answers that were trained on, mean over seeds with their range, against the " +
        `divergence from the model at the start, in nats an answer. ${told.join(". ")}.`,
      x: "divergence",
      y: name,
      lines,
    }];
  });
}
