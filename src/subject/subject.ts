/**
 * What is scored, as metrics see it.
 * @module
 */
import type { Features } from "../algebra/mod.ts";
import type { KindName, Samples } from "../kinds/mod.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Answer, Answering, Question } from "./answers.ts";
import type { Turn } from "../tokenizers/chat/mod.ts";
import type { LanguageModel } from "./language.ts";

/** Discrete latents of samples: whole numbers in [0, size), row-major [count, perPicture]. */
export interface Codes {
  readonly count: number;
  readonly perPicture: number;
  /** K. */
  readonly size: number;
  readonly data: Int32Array;
}

/** What samples may be asked for beside their number; each only where capabilities say so. */
export interface SampleOptions {
  /** Network evaluations a sample, in place of the config's. */
  readonly evaluations?: number;
  /** Strength of guidance, in place of the config's. */
  readonly guidance?: number;
  /**
   * One label a sample for each of the model's conditions (−1: any). Without it a conditional model
   * is given labels as the training data has them.
   */
  readonly labels?: Readonly<Record<string, Int32Array>>;
}

/**
 * What a model renders of views beside their pictures, pixel by pixel, row-major, nothing rounded. The
 * numbers are those of `ViewMaps`, but for alpha in [0, 1].
 */
export interface RenderedMaps {
  /** Share of a pixel that the scene covers. [count, height, width] */
  readonly alpha: Float32Array;
  /** Distance along the camera's axis; of no meaning where alpha is near 0. [count, height, width] */
  readonly depth: Float32Array;
  /** Normals in the world, of any length; left out where the model has none. [count, height, width, 3] */
  readonly normals?: Float32Array;
}

/** What says how good dialogues are, by their last answers. */
export interface Judge {
  /** What it says of each, by name, in the order of its numbers: "reward", "helpful". */
  readonly attributes: readonly string[];
  /** [dialogues, attributes] @throws RangeError for a dialogue without an answer */
  judge(dialogues: readonly (readonly Turn[])[]): Promise<Features>;
}

/** What is being scored: a trained run, or a control row that only gives samples. */
export interface Subject<K extends KindName = KindName> {
  readonly label: string;
  readonly capabilities: Capabilities;
  /** The first `count` samples; sample i is the same at any count and batch size. */
  sample(count: number, options?: SampleOptions): Promise<Samples<K>>;
  /** Samples that there are at most; left out where there is no end to them. */
  readonly most?: number;
  /** Present as the capabilities say. Results are on the host. */
  encode?(samples: Samples<K>): Promise<Features>;
  decode?(codes: Features): Promise<Samples<K>>;
  /** ln of the variances of q(z|x), whose means `encode` gives, where capabilities say so. */
  logVariances?(samples: Samples<K>): Promise<Features>;
  /** Views are rendered at their cameras. Of a trained model each set is computed once, however often metrics ask for it. */
  reconstruct?(samples: Samples<K>): Promise<Samples<K>>;
  /** Of views: what is seen from their cameras; present where the family has a program `maps`. */
  maps?(samples: Samples<K>): Promise<RenderedMaps>;
  /** Its scene as a `.splat` file, for viewers: see `Driver.splats`; present where the family has that. */
  splats?(): Promise<Uint8Array<ArrayBuffer>>;
  /** Discrete latents: see the family table, `codes`. */
  codes?(samples: Samples<K>): Promise<Codes>;
  /** What a discriminator or energy says of samples, one number each: see the table, `score`. */
  score?(samples: Samples<K>): Promise<Float64Array>;
  /**
   * Log weights [count, draws] in nats a sample: see the family table, `log_weight`. Conditional
   * models are told `labels` where they are given.
   */
  logWeights?(
    samples: Samples<K>,
    draws: number,
    labels?: Readonly<Record<string, ArrayLike<number>>>,
  ): Promise<Features>;
  /** Of what reads and writes text. */
  readonly language?: LanguageModel;
  /**
   * Of what answers dialogues and is no language model: its answers in the order of the questions. Language
   * models answer by their chat template: see `answersTo`.
   */
  answers?(questions: readonly Question[], how: Answering): Promise<readonly Answer[]>;
  /** Of what judges texts. */
  readonly judge?: Judge;
  /** Timed thunks; each call is one synchronised piece of work of `batch` samples. */
  timed?: {
    /** Parts of a sample that rates count, such as tokens; default 1, the sample itself. */
    readonly parts?: number;
    /** How much of a sample one of a training batch is, such as a ray of a view; default 1. */
    readonly trainShare?: number;
    /** Left out: it does. */
    readonly trains?: false;
    /** The kinds of training step that a run takes, with the share of its steps that each has. */
    trainSteps(batch: number): Promise<{ share: number; work: () => Promise<void> }[]>;
    sampleBatch(batch: number): Promise<() => Promise<void>>;
    /** Why there is no number of FLOPs; left out where there is. */
    readonly uncounted?: string;
    /** FLOPs of one training step and one sampling call at this batch. */
    flops(batch: number): Promise<{ train: number; sample: number }>;
    peakBytes(): number;
  };
}
