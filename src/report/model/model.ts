/**
 * The report as data: what the renderers (page, Markdown, charts) format and no more. It is JSON, a
 * pure function of records, series, verdicts and baselines, and holds no picture's bytes: pictures
 * are named by run and file.
 * @module
 */
import type { Counts, Verdict } from "../../gate/mod.ts";
import type { Flow } from "../../protocols/mod.ts";
import type { Look, RunRecord, RunState } from "../../record/mod.ts";
import type { RankRange } from "../../stats/mod.ts";
import type { Chart, Estimate } from "./chart_data.ts";

/** Runs that differ in their seed alone: one row of a table. */
export interface Group {
  readonly id: string;
  readonly label: string;
  readonly family: string;
  /** A row of known samples, not a trained family. */
  readonly control: boolean;
  /** Place among the families, samples from elsewhere with them, which fixes colour and shape; −1 for controls. */
  readonly index: number;
  readonly seeds: readonly number[];
  readonly runs: readonly string[];
  readonly states: Readonly<Partial<Record<RunState, number>>>;
  /** Its samples lie nearer to the training pictures than new ones do, so they compete with none. */
  readonly memorised: boolean;
  /** Of one run; null for controls and for samples from elsewhere. */
  readonly parameters: number | null;
  readonly steps: number;
}

/** A column: one metric value's name. */
export interface Column {
  readonly name: string;
  /** Heading without unit. */
  readonly heading: string;
  /** The metric of the suite that gave it. */
  readonly metric: string;
  readonly unit: string;
  readonly direction: "lower" | "higher" | "none";
  readonly kind: "deterministic" | "quality" | "speed";
  /** Set where the number is derived here from others: how. */
  readonly derived?: string;
  /** What would stand with every value of the column alike, said once; see `Cell`. */
  readonly label?: string;
  readonly beside?: Readonly<Record<string, number>>;
}

/** What stands in a table at a row and a column. */
export type Cell =
  | {
    readonly kind: "value";
    readonly estimate: Estimate;
    readonly seeds: readonly { readonly seed: number; readonly value: number }[];
    /** The true value is at least ("lower") or at most ("upper") this one. */
    readonly bound?: "lower" | "upper";
    /** What kind of number it is: "exact", "IW64". */
    readonly label?: string;
    /** Best trained family of the column, or not told apart from the best at 95 %. */
    readonly rank?: "best" | "tied";
    /** Means over seeds of values to be read beside this one. */
    readonly beside?: Readonly<Record<string, number>>;
    /** Seeds without a value, and why. */
    readonly note?: string;
  }
  | { readonly kind: "not-defined"; readonly reason: string }
  | { readonly kind: "not-measured"; readonly reason: string };

/** A table over groups. */
export interface Table {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly { readonly group: string; readonly cells: readonly Cell[] }[];
}

/** An estimate between its ends. */
export interface Bounded {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Which rows are ahead of which, and how surely. */
export interface Ranking {
  /** What is compared, each a column of the leaderboard. */
  readonly columns: readonly Column[];
  /** Best first. */
  readonly rows: readonly {
    readonly group: string;
    /** By column: the place by the mean and the places that the seeds allow; null without a value. */
    readonly places: readonly (RankRange | null)[];
    /** Place that a new run would take on average, over the columns of `overall`. */
    readonly expected: Bounded | null;
  }[];
  /** Headings of the columns that all rows have, over which `expected` is taken. */
  readonly overall: readonly string[];
  /** The fewest values that a row has in a column. */
  readonly seeds: number;
  /** Chance that a new run of the row beats one of the column's row; null on the diagonal. */
  readonly duels: readonly {
    readonly column: Column;
    readonly groups: readonly string[];
    readonly chances: readonly (readonly (Bounded | null)[])[];
    /** Rows that were left out so that the table can be read: the last by place. */
    readonly left: number;
  }[];
  /** Interquartile mean over several normalised distances and seeds; null where there are fewer than 2. */
  readonly aggregate: {
    readonly headings: readonly string[];
    readonly rows: readonly { readonly group: string; readonly estimate: Estimate }[];
  } | null;
  /** Where values differ: between training seeds and between draws of samples of one run. */
  readonly spread: readonly {
    readonly column: Column;
    readonly runs: number;
    readonly draws: number;
    /** Standard deviations, in the column's unit. */
    readonly training: Bounded;
    readonly sampling: Bounded;
    /** The share of the variance that training seeds make. */
    readonly share: Bounded;
  }[];
}

/** Rows that are compared one by one on the same items, such as prompts, in a column. */
export interface Wins {
  readonly column: Column;
  /** On which they are compared. */
  readonly items: number;
  /** Best first. */
  readonly rows: readonly (RankRange & {
    readonly group: string;
    /** How its answers were asked for, where that differs between rows. */
    readonly how?: string;
    /** Bradley–Terry strength on Elo's scale, 0 the mean of the rows. */
    readonly points: number;
  })[];
  /** Win rates of rows over one another, in that order; null of itself and of rows that never met. */
  readonly rates: readonly (readonly (Bounded | null)[])[];
}

/** A stored picture, or texts: a file of a run's folder. */
export interface PictureRef {
  readonly run: string;
  readonly file: string;
  readonly sha256: string;
  readonly name: string;
  readonly label: string;
  readonly seed: number;
  readonly about: string;
  readonly width: number | null;
  readonly height: number | null;
  /** What it shows, as splats of the same run; left out where there are none. */
  readonly scene?: SceneRef;
}

/** A stored scene: a `.splat` file of a run's folder. */
export interface SceneRef extends Omit<PictureRef, "scene"> {
  readonly look: Look;
}

/** Pictures of one kind from all runs, side by side. */
export interface Gallery {
  readonly id: string;
  readonly title: string;
  /** Set where its files hold texts (`TextSheet`, show/passage); left out: pictures. */
  readonly medium?: "text";
  readonly caption: string;
  readonly rows: readonly { readonly group: string; readonly pictures: readonly PictureRef[] }[];
}

/** What has no number, and why; like reasons are put together. */
export interface Missing {
  readonly column: string;
  readonly labels: readonly string[];
  readonly status: "not-defined" | "not-measured";
  readonly reason: string;
}

/** The gate's table. */
export interface Gate {
  /** Which baselines, in words. */
  readonly baseline: string;
  readonly counts: Counts;
  /** Worst first. */
  readonly verdicts: readonly Verdict[];
}

/** Extractors' answers to known changes of real data. */
export interface Sanity {
  readonly caption: string;
  /** What the distances are in. */
  readonly unit: string;
  /** Distances, one an extractor; then what stands beside them. */
  readonly columns: readonly { readonly heading: string; readonly distance: boolean }[];
  readonly rows: readonly {
    readonly set: string;
    readonly about: string;
    /** By column; null where it wasn't measured. */
    readonly values: readonly (number | null)[];
  }[];
  /** Statements about the rows, and whether they hold. */
  readonly findings: readonly { readonly text: string; readonly holds: boolean }[];
}

/** A run's card. */
export interface Card {
  readonly run: string;
  readonly label: string;
  readonly group: string;
  readonly seed: number;
  readonly state: RunState;
  readonly cause: string | null;
  /** Heading and value pairs, in groups. */
  readonly sections: readonly {
    readonly title: string;
    readonly entries: readonly (readonly [string, string])[];
  }[];
}

/** What a step did with documents. */
export interface FlowReport {
  readonly run: string;
  readonly label: string;
  readonly seed: number;
  readonly stages: Flow["stages"];
  readonly chart: Chart;
  /** The values of checks: the share of documents at or below each. */
  readonly values: readonly Chart[];
  /** Samples of what was dropped, by check; null where there are none. */
  readonly dropped: Gallery | null;
}

/** How the whole came out. */
export interface Banner {
  readonly tone: "good" | "bad" | "unsure" | "neutral";
  readonly headline: string;
  readonly details: readonly string[];
}

/** What the rows of one data are on, where a suite has several. */
export interface OnData {
  /** "captions"; with the keys that vary where a suite has several of one dataset. */
  readonly name: string;
  /** For file names and anchors. */
  readonly id: string;
  /** Its config in words; empty where it has none. */
  readonly config: string;
  /** Who leads by what, in a sentence; null where nothing is ranked. */
  readonly lead: string | null;
}

/** What a report says of rows on the same data: only such rows are compared, ranked and drawn together. */
export interface ReportBody {
  readonly groups: readonly Group[];
  readonly leaderboard: Table;
  /** null where there is nothing to compare. */
  readonly ranking: Ranking | null;
  /** Left out where no rows can be compared one by one. */
  readonly wins?: readonly Wins[];
  /** What the numbers say together, in sentences. */
  readonly findings: readonly string[];
  readonly tables: readonly Table[];
  /** By section. */
  readonly charts: {
    readonly leaderboard: readonly Chart[];
    readonly ranking: readonly Chart[];
    readonly front: readonly Chart[];
    readonly cost: readonly Chart[];
    readonly steps: readonly Chart[];
    readonly shares: readonly Chart[];
    readonly curves: readonly Chart[];
    readonly sanity: readonly Chart[];
    readonly time: readonly Chart[];
  };
  readonly galleries: readonly Gallery[];
  readonly missing: readonly Missing[];
  readonly sanity: Sanity | null;
  /** Left out where a suite has but one data. */
  readonly on?: OnData;
}

/** The report. Its own body is that of the suite's only data, or of the first of several. */
export interface ReportModel extends ReportBody {
  readonly format: 1;
  readonly suite: string;
  readonly suiteVersion: number;
  readonly title: string;
  readonly about: string;
  /** Repeats the runs. */
  readonly command: string;
  readonly banner: Banner;
  /** Facts in one line each: data, engine, seeds, budget, time. */
  readonly facts: readonly (readonly [string, string])[];
  readonly gate: Gate | null;
  readonly cards: readonly Card[];
  /** How numbers are to be read. */
  readonly notes: readonly string[];
  /** What steps did with documents; left out where none tells. */
  readonly flows?: readonly FlowReport[];
  /** The other data of the suite; left out where there are none. */
  readonly also?: readonly ReportBody[];
}

/** What a report says of each of its suite's data. */
export function bodiesOf(model: ReportModel): readonly ReportBody[] {
  return [model, ...model.also ?? []];
}

/** All charts, in the order in which they stand in the report. */
export function allCharts(model: ReportModel): readonly Chart[] {
  const flows = model.flows ?? [];
  return [
    ...bodiesOf(model).flatMap(({ charts }) => Object.values(charts).flat()),
    ...flows.flatMap(({ chart, values }) => [chart, ...values]),
  ];
}

/** All galleries, those of steps with them. */
export function allGalleries(model: ReportModel): readonly Gallery[] {
  return [
    ...bodiesOf(model).flatMap(({ galleries }) => galleries),
    ...(model.flows ?? []).flatMap(({ dropped }) => dropped ?? []),
  ];
}

/** Records grouped by what differs in the seed alone. */
export type RecordsByGroup = ReadonlyMap<string, readonly RunRecord[]>;
