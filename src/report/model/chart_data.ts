/**
 * What charts show, as data: `chart/` draws it.
 * @module
 */

/** A mean over seeds with its interval; `low` and `high` are null where one value has no spread. */
export interface Estimate {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Values it rests on. */
  readonly n: number;
  readonly method: "t" | "jackknife t" | "bootstrap" | null;
}

/** One line over runs, with what lies between the seeds. */
export interface CurvePoint {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Data of a chart; `kind` names its builder in `chart/`. All share what a screen reader is told. */
export type Chart = {
  readonly id: string;
  readonly title: string;
  /** What it shows, in words, with the numbers that matter. */
  readonly description: string;
} & ChartData;

/** The share of values at or below x. */
export interface ProfilePoint {
  readonly x: number;
  readonly y: number;
}

/** A mark's group: its label and, for trained families, the place that fixes colour and shape. */
export interface Mark {
  readonly label: string;
  readonly index: number;
}

/** What each kind of chart needs. */
export type ChartData =
  | {
    readonly kind: "dots";
    readonly axis: string;
    readonly direction: "lower" | "higher" | "none";
    readonly rows: readonly (Mark & Estimate & { readonly seeds: readonly number[] })[];
  }
  | {
    readonly kind: "front";
    readonly x: string;
    readonly xDirection: "lower" | "higher";
    readonly y: string;
    readonly yDirection: "lower" | "higher";
    readonly points: readonly (Mark & {
      readonly x: Estimate;
      readonly y: Estimate;
      readonly onFront: boolean;
    })[];
    /** Horizontal lines: control rows. */
    readonly references: readonly { readonly label: string; readonly y: number }[];
  }
  | {
    readonly kind: "curves";
    readonly x: "step" | "seconds" | "divergence";
    readonly y: string;
    readonly lines: readonly (Mark & { readonly points: readonly CurvePoint[] })[];
  }
  | {
    readonly kind: "shares";
    readonly axis: string;
    /** Place −1 is the data. */
    readonly rows: readonly (Mark & { readonly set: string; readonly value: number })[];
  }
  | {
    readonly kind: "steps";
    readonly x: string;
    readonly y: string;
    /** Mean over seeds and their range at each cost. */
    readonly lines: readonly (Mark & { readonly points: readonly CurvePoint[] })[];
    readonly references: readonly { readonly label: string; readonly y: number }[];
  }
  | {
    readonly kind: "profile";
    readonly x: string;
    readonly y: string;
    readonly lines: readonly (Mark & { readonly points: readonly ProfilePoint[] })[];
    readonly references: readonly { readonly label: string; readonly x: number }[];
  }
  | {
    readonly kind: "flow";
    /** What is counted. */
    readonly unit: string;
    readonly stages: readonly {
      readonly name: string;
      readonly read: number;
      readonly kept: number;
      /** Most first. */
      readonly dropped: readonly { readonly check: string; readonly count: number }[];
    }[];
  }
  | {
    readonly kind: "time";
    readonly parts: readonly string[];
    readonly rows: readonly (Mark & { readonly seconds: readonly number[] })[];
  }
  | {
    readonly kind: "sanity";
    readonly axis: string;
    readonly rows: readonly {
      readonly set: string;
      readonly extractor: string;
      readonly index: number;
      readonly value: number;
    }[];
  };
