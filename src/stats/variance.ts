/**
 * Where the spread of a metric comes from: between runs (training seeds) and within a run (draws with
 * other sampling seeds), by one-way random effects, nested in families where there are several.
 *
 * Draws of one run come without training again: samples are keyed, so a metric can be computed on
 * disjoint blocks of one run's samples, or under other sampling keys; the record carries the values
 * in `raw`.
 * @module
 */
import { chiSquareQuantile, fQuantile } from "./test/fisher.ts";
import { checkLevel } from "./level.ts";
import { mean, squaredDeviations } from "./summary.ts";

/** An estimate with its interval. */
export interface Component {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** The parts of a variance. */
export interface VarianceSplit {
  /** σ²_run: what another training seed changes. Never below 0. */
  readonly between: Component;
  /** σ²_draw: what another sampling seed changes in one run. */
  readonly within: Component;
  /** σ²_run/(σ²_run + σ²_draw), the intraclass correlation: the share that training seeds make. */
  readonly share: Component;
  readonly meanSquares: { readonly between: number; readonly within: number };
  readonly df: { readonly between: number; readonly within: number };
  /** Draws a run; where runs differ in it, the number that makes the mean squares unbiased. */
  readonly draws: number;
  readonly level: number;
}

/**
 * ANOVA estimates: within = MSW, between = (MSB − MSW)/n₀ cut at 0. Intervals: χ² for within, F for
 * the share (Searle 1971), Williams–Tukey for between (Williams 1962), which covers a little more
 * than it says. Exact for normal effects and equal numbers of draws; with n₀ for them otherwise,
 * nearly so.
 * @param families by family, run, draw; one family for a plain one-way split. Families may differ in
 * their mean and not in their variances
 * @throws RangeError where no family has two runs, or no run has two draws
 */
export function varianceSplit(
  families: readonly (readonly (readonly number[])[])[],
  level = 0.95,
): VarianceSplit {
  checkLevel(level);
  const used = families.filter((runs) => runs.length > 1);
  let [squaresBetween, squaresWithin, dfBetween, dfWithin, spread] = [0, 0, 0, 0, 0];
  for (const runs of used) {
    const centre = mean(runs.flat());
    const total = runs.flat().length;
    for (const draws of runs) {
      const off = mean(draws) - centre;
      squaresBetween += draws.length * off * off;
      squaresWithin += squaredDeviations(draws);
      dfWithin += draws.length - 1;
    }
    dfBetween += runs.length - 1;
    spread += total - runs.reduce((sum, { length }) => sum + length * length, 0) / total;
  }
  if (dfBetween < 1 || dfWithin < 1) {
    throw new RangeError(
      "variance split: a family needs 2 or more runs, and a run 2 or more draws",
    );
  }
  const draws = spread / dfBetween;
  const [between, within] = [squaresBetween / dfBetween, squaresWithin / dfWithin];
  const [lower, upper] = [(1 - level) / 2, (1 + level) / 2];
  const f = {
    low: fQuantile(lower, dfBetween, dfWithin),
    high: fQuantile(upper, dfBetween, dfWithin),
  };
  const chi = (p: number, df: number) => chiSquareQuantile(p, df);
  const cut = (value: number) => Math.max(0, value);
  /** Share at a value of MSB/(MSW F). */
  const share = (ratio: number) => ratio === Infinity ? 1 : cut((ratio - 1) / (ratio - 1 + draws));
  const ratio = within > 0 ? between / within : between > 0 ? Infinity : 1;
  return {
    between: {
      estimate: cut((between - within) / draws),
      low: cut(dfBetween * (between - within * f.high) / (draws * chi(upper, dfBetween))),
      high: cut(dfBetween * (between - within * f.low) / (draws * chi(lower, dfBetween))),
    },
    within: {
      estimate: within,
      low: squaresWithin / chi(upper, dfWithin),
      high: squaresWithin / chi(lower, dfWithin),
    },
    share: {
      estimate: share(ratio),
      low: share(ratio / f.high),
      high: share(ratio / f.low),
    },
    meanSquares: { between, within },
    df: { between: dfBetween, within: dfWithin },
    draws,
    level,
  };
}
