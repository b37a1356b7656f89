/**
 * What the table of extractors says of each, and what opens it: apart from the rows, so that a network
 * may read it without loading the others.
 * @module
 */
import type { InputOptions } from "./input/input_options.ts";
import type { Engine } from "../engine/mod.ts";
import type { Extractor } from "./extractor.ts";
import type { WeightsOption } from "./weights/state_dict.ts";

/** Where an extractor's weights come from. */
export type WeightsSource =
  | { readonly from: "tree"; readonly file: string }
  | { readonly from: "user"; readonly source: string }
  | {
    readonly from: "npm";
    readonly name: string;
    readonly version: string;
    readonly size: string;
  };

/** What a row's `open` is told. */
export interface OpenOptions {
  /** As it will stand in the names of metrics. */
  readonly name: string;
  /** The user's file; there wherever the row takes one. */
  readonly weights: WeightsOption;
  /** One of the row's modes. */
  readonly mode: string;
  /** Folder for what packages carry. */
  readonly cache: string;
  /** Pictures a call of the network. */
  readonly batch: number;
  /** For `onnx` alone. */
  readonly input?: InputOptions;
}

/**
 * What metrics ask of an extractor: feature vectors, classes, distances between two pictures, or
 * which person a picture shows, and whether it shows one.
 */
export type Gives = "features" | "classes" | "distances" | "persons";

/** One extractor. */
export interface ExtractorRow {
  /** As it stands in the names of metrics, with its version. */
  readonly versioned: string;
  readonly about: string;
  readonly licence: string;
  readonly weights: WeightsSource;
  /** Side of the pictures that the network sees; 0: their own, or the model's. */
  readonly side: number;
  /** Ways of resizing, the default first; one alone is fixed. */
  readonly modes: readonly string[];
  /** What it can be asked for. */
  readonly gives: readonly Gives[];
  readonly open: (engine: Engine, options: OpenOptions) => Promise<Extractor>;
}
