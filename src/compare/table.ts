/**
 * Metrics that need nothing but two sets of pictures. To add one: a row here, beside its row in the
 * registry.
 * @module
 */

/** What a metric is computed from. */
export interface FolderMetric {
  /**
   * `moments`: means and covariances, of any number of pictures, from files of statistics too;
   * `features`: rows in memory; `pixels`: the pictures themselves, at one size.
   */
  readonly needs: "moments" | "features" | "pixels";
  /**
   * Pictures a side, at most, unless `--samples` says otherwise: work or memory grows with their
   * square. More are drawn from; the metric's name carries the number.
   */
  readonly most?: number;
  /** Of the real side, where that is another number. */
  readonly mostReal?: number;
  /** Name in the registry, where it isn't the row's own. */
  readonly metric?: string;
  /**
   * A number of the generated side, beside which the real one's stands: of any number of real
   * pictures, or of no more than there are generated ones where the number grows with N.
   */
  readonly alone?: "any" | "equal";
  /** Settings that make this row of that metric. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** In `--metrics` by default. */
  readonly usual: boolean;
}

/** By the names of `--metrics`, in the order of output. */
export const folderMetrics: Readonly<Record<string, FolderMetric>> = {
  frechet: { needs: "moments", usual: true },
  kernel: { needs: "features", most: 5000, usual: true },
  coverage: { needs: "features", most: 5000, usual: true },
  duplicates: { needs: "features", most: 5000, mostReal: 8000, usual: true },
  spatial_frechet: {
    needs: "pixels",
    most: 5000,
    metric: "frechet",
    settings: { spatial: true },
    usual: false,
  },
  clipped: { needs: "features", most: 5000, usual: false },
  vendi: { needs: "features", most: 5000, alone: "equal", usual: false },
  frechet_infinity: { needs: "features", most: 50_000, usual: false },
  sliced: { needs: "features", most: 50_000, usual: false },
  class_score: { needs: "pixels", most: 5000, alone: "equal", usual: false },
  similarity: { needs: "pixels", most: 1000, alone: "any", usual: false },
};
