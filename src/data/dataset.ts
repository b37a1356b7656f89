/**
 * What a dataset is: named splits of samples with labelled factors, held behind a pure `read`.
 * @module
 */
import type { Batch } from "../kinds/batch/mod.ts";
import type { KindName, SampleSpec, SpecOf, TruthOf } from "../kinds/mod.ts";
import type { z } from "zod";
import type { Pointing } from "../content/mod.ts";
import type { Decoding } from "./decoding/meaning.ts";

/**
 * `train` fits generators, `test` is held out from them, `judge` and `judge_test` train and score
 * the judges and share no identity with the others.
 */
export type Split = "train" | "test" | "judge" | "judge_test";

/** A labelled property of a sample. Class labels are indices into `classes`. */
export type Factor =
  | { readonly name: string; readonly kind: "class"; readonly classes: readonly string[] }
  | {
    readonly name: string;
    readonly kind: "number";
    readonly unit: string;
    readonly minimum: number;
    readonly maximum: number;
  };

export type { Batch, Labels } from "../kinds/batch/mod.ts";
export type { SampleSpec } from "../kinds/mod.ts";

/** A loaded dataset. Reading is pure: the same indices give the same bytes, on every machine. */
export interface Dataset<K extends KindName = KindName> {
  readonly name: string;
  readonly version: number;
  /** sha256 over all that fixes the bytes: for generated data its config and version, else the files. */
  readonly digest: string;
  /** What one sample is. */
  readonly sample: SpecOf<K>;
  /** What is given with each sample, by name; left out where nothing is. */
  readonly given?: Readonly<Record<string, SampleSpec>>;
  readonly factors: readonly Factor[];
  /** What a reader should know: files skipped, splits derived, … */
  readonly notes: readonly string[];
  /** How its picture files were decoded; absent where it is made of none, or of files of its own. */
  readonly decoding?: Decoding;
  /** Number of samples in a split; 0 where there is none. */
  size(split: Split): number;
  /** The samples at `indices` of `split`, in that order. Throws a RangeError outside [0, size). */
  read(split: Split, indices: ArrayLike<number>): Promise<Batch<K>>;
  /** One caption a sample, where the data has them. */
  captions?(split: Split): readonly string[];
  /** What is known of the law that samples are drawn from, for kinds that have such a thing. */
  truth?(): TruthOf<K>;
}

/** What loading may use. */
export interface LoadContext {
  /** Folder that paths in the config are relative to: the suite's. Default: the working folder. */
  readonly base?: string;
  /** Folder for caches, shared by runs: `<out>/cache`. Created where missing. */
  readonly cache: string;
  /** Worker threads to use at most. */
  readonly jobs: number;
  /** Called with items done of total; `note` says what is going on. */
  readonly progress?: (done: number, total: number, note: string) => void;
  readonly signal?: AbortSignal;
  /** Called with each file that is left out or can't be read, with the reason. */
  readonly leftOut?: (path: string, why: string) => void;
}

/** What can be known of a dataset without loading it. */
export interface DatasetOutline<K extends KindName = KindName> {
  readonly sample: SpecOf<K>;
  readonly given?: Readonly<Record<string, SampleSpec>>;
  readonly factors: readonly Factor[];
  /** Number of samples, 0 where a split isn't there; left out where only loading tells. */
  readonly sizes?: Readonly<Record<Split, number>>;
}

/** The outline of a dataset that is loaded. */
export function outlineOf(
  { sample, given, factors, size }: Dataset,
): DatasetOutline & Required<Pick<DatasetOutline, "sizes">> {
  const sizes = {
    train: size("train"),
    test: size("test"),
    judge: size("judge"),
    judge_test: size("judge_test"),
  };
  return { sample, ...(given && { given }), factors, sizes };
}

/**
 * A dataset that a suite can name: its config's schema and how it is loaded. One that reads files
 * which its config names gives their digest as `content`, by which runs on other files are told apart.
 */
export interface DatasetDefinition<C = unknown, K extends KindName = KindName> extends Pointing<C> {
  readonly name: string;
  readonly version: number;
  /** One line for `list`. */
  readonly about: string;
  readonly licence: string;
  readonly config: z.ZodType<C>;
  /** Whether it can be had on this machine now: "ready", or why not and what to do. */
  status(): Promise<string>;
  /**
   * What suites are checked against before anything runs. Quick, and offline. Left out, or null,
   * where only loading can tell: they are checked then.
   */
  outline?(config: C): DatasetOutline<K> | null;
  load(config: C, context: LoadContext): Promise<Dataset<K>>;
}

/** Declares a dataset; only fixes the type. */
export function defineDataset<C, K extends KindName = KindName>(
  definition: DatasetDefinition<C, K>,
): DatasetDefinition<C, K> {
  return definition;
}
