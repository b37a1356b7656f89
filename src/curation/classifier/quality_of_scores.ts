/**
 * How good scores are, told on texts that the classifier wasn't trained on.
 * @module
 */

/** A score and the truth. */
export interface Judged {
  readonly score: number;
  readonly positive: boolean;
}

/** See the module. */
export interface ScoreQuality {
  readonly texts: number;
  /** Share of scores on the right side of ½. */
  readonly accuracy: number;
  /** Probability that a text of the first class scores higher than one of the other; ties count half. */
  readonly auc: number;
  /** Mean squared distance of scores from 0 and 1. Brier 1950. */
  readonly brier: number;
  /**
   * Expected calibration error: in ten bins of scores, the distance of the mean score from the share of
   * the first class, weighted by texts. Guo et al. 2017.
   */
  readonly calibrationError: number;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mann–Whitney: from the ranks of scores, those of ties shared. */
function areaUnder(judged: readonly Judged[]): number {
  const sorted = [...judged].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from;
    while (to < sorted.length && sorted[to].score === sorted[from].score) to++;
    const rank = (from + 1 + to) / 2;
    ranks += rank * sorted.slice(from, to).filter(({ positive }) => positive).length;
    from = to;
  }
  const positives = judged.filter(({ positive }) => positive).length;
  return (ranks - positives * (positives + 1) / 2) / (positives * (judged.length - positives));
}

/** See the module. Where there is none of a class, the area is NaN. */
export function scoreQuality(judged: readonly Judged[]): ScoreQuality {
  const bins = Array.from({ length: 10 }, (): Judged[] => []);
  for (const one of judged) bins[Math.min(9, Math.floor(one.score * 10))].push(one);
  const share = (all: readonly Judged[]) => mean(all.map(({ positive }) => positive ? 1 : 0));
  return {
    texts: judged.length,
    accuracy: mean(judged.map(({ score, positive }) => (score >= 0.5) === positive ? 1 : 0)),
    auc: areaUnder(judged),
    brier: mean(judged.map(({ score, positive }) => (score - (positive ? 1 : 0)) ** 2)),
    calibrationError: bins.filter(({ length }) => length > 0).reduce(
      (sum, bin) =>
        sum +
        bin.length / judged.length * Math.abs(mean(bin.map(({ score }) => score)) - share(bin)),
      0,
    ),
  };
}
