/**
 * What is kept of a run. One folder a run, `<out>/records/<run id>/`: `record.json`, `series.json`
 * (columns), `checkpoint.safetensors`, pictures. Every file is written whole and then renamed.
 * @module
 */
import type { Unit } from "../kinds/mod.ts";
import type { InputOptions } from "../extractors/input/mod.ts";
import type { MetricValue } from "./value.ts";
import type { Source } from "../content/mod.ts";
import type { Capabilities } from "../subject/mod.ts";
import type { EngineIdentity, EngineName, EngineSettings } from "../engine/mod.ts";

/** Where a run stands. `unreliable`: finished, but something that its numbers rest on didn't hold. */
export type RunState = "planned" | "running" | "done" | "failed" | "diverged" | "unreliable";

/**
 * What an artefact is to a run that takes it. Protocols of the user's own may have further kinds: a
 * kind is no more than a word that the one who gives it and the one who takes it share.
 */
export type ArtefactKind =
  | "weights"
  | "tokenizer"
  | "data"
  | "preferences"
  | "trace"
  | "table"
  | (string & NonNullable<unknown>);

/** A run that another takes something of, by its hashes. */
export interface Need {
  /** Its id, so that another run in its place is another experiment. */
  readonly run: string;
  /** Its group, which dependents of all seeds share. */
  readonly group: string;
}

/** What a run is asked to do: all that fixes its bits. Hashed, in canonical JSON, to the run id. */
export interface RunSpec {
  readonly format: 1;
  readonly suite: string;
  readonly suiteVersion: number;
  /** What the run does, by the protocol's name: see protocols/. */
  readonly protocol: string;
  /** Name of the family or the control row; of a protocol with an entry of its own, its name. */
  readonly family: string;
  readonly familyVersion: number;
  /** Digest of the user's module that defines the family; left out where it is built in. */
  readonly code?: string;
  /** Digest of what the config points at: samples from elsewhere. Left out where it points at nothing. */
  readonly content?: string;
  /** Fully resolved. */
  readonly config: { readonly [key: string]: unknown };
  readonly data: {
    readonly dataset: string;
    readonly version: number;
    /** Digest of the user's module that defines the dataset; left out where it is built in. */
    readonly code?: string;
    /** Digest of the files that the config points at; left out where it points at none. */
    readonly content?: string;
    readonly config: { readonly [key: string]: unknown };
  };
  readonly budget: { readonly steps: number } | { readonly seconds: number };
  readonly batch: number;
  /** Training pictures come mirrored left to right or not, by chance; left out where they don't. */
  readonly mirror?: true;
  readonly seed: number;
  readonly engine: EngineName;
  /** Choices of the engine that change bits; left out where it has none. */
  readonly settings?: EngineSettings;
  /** What it takes of other runs, by role; left out where it takes nothing. */
  readonly needs?: { readonly [role: string]: Need };
  /** Metrics with resolved configs and versions, gate policies left out. */
  readonly metrics: readonly {
    readonly metric: string;
    readonly version: number;
    /** Digest of the user's module that defines the metric; left out where it is built in. */
    readonly code?: string;
    readonly config: { readonly [key: string]: unknown };
  }[];
  /** The user's weights of extractors, by what is in them; left out where there are none. */
  readonly extractors?: {
    readonly [name: string]: { readonly sha256: string; readonly input?: InputOptions };
  };
}

/** A run that a planned one takes something of: what must be known of it before it has run. */
export interface NeededRun {
  readonly label: string;
  readonly spec: RunSpec;
  /** Name of the artefact in its record. */
  readonly artefact: string;
}

/** What a run took of another. */
export interface Taken {
  readonly role: string;
  /** The other's id, label and seed. */
  readonly run: string;
  readonly label: string;
  readonly seed: number;
  /** Name and sha256 of the artefact. */
  readonly artefact: string;
  readonly sha256: string;
}

/** A planned run: one line of `plan.jsonl`. */
export interface PlannedRun {
  /** First 16 hex digits of the spec's sha256. */
  readonly id: string;
  /** What stands in tables: "vae β=4"; the axes that vary, no more. */
  readonly label: string;
  /** Runs that differ in the seed alone share a group: hash of the spec without its seed. */
  readonly group: string;
  readonly spec: RunSpec;
  /** The user's modules to register before the run: files, relative to the working folder. */
  readonly modules?: readonly string[];
  /** Where the code that the spec names by digest lies; left out where all is built in. */
  readonly sources?: readonly Source[];
  /** Folder that the spec's paths are relative to: the suite's, relative to the working folder. */
  readonly base?: string;
  /** Where the weights of `spec.extractors` lie, relative to the working folder. */
  readonly weights?: { readonly [extractor: string]: string };
  /** The runs of `spec.needs`, by role. */
  readonly needed?: { readonly [role: string]: NeededRun };
}

/** Where a record comes from. */
export interface Provenance {
  readonly gitSha: string | null;
  readonly gitDirty: boolean | null;
  /** sha256 of deno.lock. */
  readonly lock: string | null;
  readonly deno: string;
  readonly v8: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly engine: EngineIdentity;
  /** Why this engine: "named", or what `auto` found. */
  readonly engineChoice: string;
  readonly determinism: string;
  readonly machineClass: string;
  readonly datasetDigest: string;
  readonly datasetNotes: readonly string[];
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

/** Seconds by part, of this process, this run. `overhead` is what the others leave of `total`. */
export interface Timings {
  readonly data: number;
  readonly compile: number;
  readonly steps: number;
  readonly metrics: number;
  readonly pictures: number;
  readonly total: number;
}

/** Samples that something else made. */
export interface SamplesTaken {
  /** Folder, command or server, in words. */
  readonly from: string;
  readonly asked: number;
  readonly count: number;
  /** Of their bytes, row-major [count, H, W, C]. */
  readonly sha256: string;
  /** Wall seconds of the program or of the requests, start-up included; null for a folder. */
  readonly seconds: number | null;
}

/**
 * What a picture or a text of a run shows, by which a report finds its place. `conditional` has a sheet
 * a factor; `prior-interpolation` goes between draws of the prior where `interpolation` goes between
 * the codes of held-out samples. `errors` are differences between held-out views and their renders,
 * `depths` are of the same views; `orbit` goes around a scene, and `turntable` is that as a moving picture.
 * `continuations` are of held-out prompts; `probabilities` are those of
 * each token of a text; `dropped` are documents that a step left out.
 */
export const SHOWN = [
  "samples",
  "nearest",
  "conditional",
  "reconstructions",
  "errors",
  "depths",
  "orbit",
  "turntable",
  "traversal",
  "interpolation",
  "prior-interpolation",
  "continuations",
  "probabilities",
  "dropped",
] as const;

/** What an artefact shows. */
export interface Shows {
  /** One of `SHOWN`, or `other`. */
  readonly what: typeof SHOWN[number] | "other";
  /** Kind of sample that it is drawn from: "image". */
  readonly kind?: string;
  /** The factor that samples were asked for by. */
  readonly of?: string;
  /**
   * Set where its file holds no picture: texts (`TextSheet`, show/passage), or a scene as splats, a
   * `.splat` file that a picture which shows the same of the same run can be looked around in.
   */
  readonly medium?: "text" | "splats";
}

/** From where a scene is looked at first, in its own units and axes. */
export interface Look {
  /** Where the camera stands, and what is in its middle. */
  readonly from: readonly [number, number, number];
  readonly to: readonly [number, number, number];
  /** Upwards in its picture. */
  readonly up: readonly [number, number, number];
  /** Focal length, in heights of the picture. */
  readonly focal: number;
  /** Behind the scene: red, green, blue, 0 to 255. */
  readonly background: readonly [number, number, number];
}

/** A file of the run's folder. */
export interface Artefact {
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  /** What it shows, for captions. */
  readonly about: string;
  /**
   * Left out of what shows nothing (weights, bytes), and of every artefact of records from before
   * this was kept: see `shownBy`.
   */
  readonly shows?: Shows;
  readonly width?: number;
  readonly height?: number;
  /** Of what is a scene. */
  readonly look?: Look;
}

/** The run whose training another took over, being asked only to measure something else. */
export interface TrainedBy {
  readonly id: string;
  /** Of the code that trained it. */
  readonly gitSha: string | null;
  readonly finishedAt: string | null;
}

/** The record proper. Raw series lie beside it. */
export interface RunRecord {
  readonly format: 1;
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly spec: RunSpec;
  readonly state: RunState;
  /** Why it failed, diverged or is unreliable. */
  readonly cause?: string;
  readonly provenance: Provenance;
  readonly steps: number;
  readonly parameters: number;
  readonly metrics: readonly MetricValue[];
  readonly timings: Timings;
  readonly resumed: number;
  /** Left out where the run trained its own weights. Seconds of training are then that run's. */
  readonly trainedBy?: TrainedBy;
  /** What it took of other runs; left out where it took nothing. */
  readonly needs?: readonly Taken[];
  readonly artefacts: readonly Artefact[];
  /** Of trained runs: what the model can do, so that a report need not load its family. */
  readonly capabilities?: Capabilities;
  /** What one sample is called, and several; records from before this was kept are of images. */
  readonly unit?: Unit;
  /** Of external runs: the samples that were scored. */
  readonly samples?: SamplesTaken;
  /** What a step found out beside its artefacts, by names that its protocol's card knows. */
  readonly measured?: { readonly [name: string]: number };
  /** Of the raw series but for its wall seconds; null where there is none. */
  readonly seriesSha256: string | null;
}

/** Raw per-step series, one column a scalar of the training program, and wall seconds. */
export interface Series {
  readonly format: 1;
  readonly columns: Readonly<{ [name: string]: readonly number[] }>;
}
