/**
 * Figures: numbers that the project promises, each with how it is measured and its target.
 * @module
 */
import type { FigureSource } from "./source.ts";
import type { Ran, RunOptions } from "./process.ts";

/** What a figure must reach. */
export interface Target {
  readonly is: "<" | "<=" | ">" | ">=" | "=";
  readonly value: number;
}

/** A measurement, or why there is none. */
export interface Measured {
  /** null: not measured, for the reason given. */
  readonly value: number | null;
  readonly reason?: string;
  /** What it was made from: repeats, values a seed, parts. */
  readonly detail?: Readonly<{ [name: string]: unknown }>;
  readonly source?: Partial<FigureSource>;
}

/** A promised number. */
export interface Figure {
  readonly group: string;
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  readonly target: Target;
  /** `short`: measured whenever it is asked for; `long`: stored, and repeated with `--measure`. */
  readonly cost: "short" | "long";
  /** What repeats it. */
  readonly command: string;
  measure(context: FigureContext): Promise<Measured>;
  /**
   * Of a long one whose measurement keeps files of its own: reads them. The others' values are
   * stored as they are.
   */
  stored?(context: Pick<FigureContext, "figures" | "once">): Promise<Measured>;
}

/** What measurements share within one call, so that one run serves several figures. */
export interface FigureContext {
  /** Folder of records. */
  readonly out: string;
  /** Folder of stored figures. */
  readonly figures: string;
  readonly note: (text: string) => void;
  /** Starts Deno in the root of the repository. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** The result of `make`, made once a key. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
}

/** A line of `deno task figures`. */
export interface FigureLine {
  readonly group: string;
  readonly figure: string;
  readonly value: number | null;
  readonly unit: string;
  readonly target: string;
  readonly holds: boolean;
  readonly engine: string | null;
  readonly machineClass: string | null;
  readonly command: string;
  readonly measured: "now" | "stored" | "never";
  readonly date?: string;
  readonly commit?: string | null;
  readonly reason?: string;
  readonly detail?: Readonly<{ [name: string]: unknown }>;
}

const comparisons: Readonly<
  { [is in Target["is"]]: (value: number, target: number) => boolean }
> = {
  "<": (value, target) => value < target,
  "<=": (value, target) => value <= target,
  ">": (value, target) => value > target,
  ">=": (value, target) => value >= target,
  "=": (value, target) => value === target,
};

/** Whether a value reaches its target; a value that isn't there doesn't. */
export function reaches(value: number | null, { is, value: target }: Target): boolean {
  return value !== null && comparisons[is](value, target);
}

/** The line of a figure. */
export function figureLine(
  figure: Figure,
  { value, reason, detail, source, measured }: Measured & {
    readonly measured: FigureLine["measured"];
  },
): FigureLine {
  return {
    group: figure.group,
    figure: figure.name,
    value,
    unit: figure.unit,
    target: `${figure.target.is} ${figure.target.value}`,
    holds: reaches(value, figure.target),
    engine: source?.engine ?? null,
    machineClass: source?.machineClass ?? null,
    command: figure.command,
    measured: value === null ? "never" : measured,
    ...(source?.date === undefined ? {} : { date: source.date }),
    ...(source?.commit === undefined ? {} : { commit: source.commit }),
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
  };
}
