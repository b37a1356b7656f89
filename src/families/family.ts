/**
 * What a generative family is: a config, a tree of tensors, and named pure programs.
 *
 * Programs with these names have these shapes (B is the batch; images float32 in [0, 1], being
 * k/255 for whole k; `rows_B` int32: the number of each row, so that draws don't depend on how
 * samples are split into batches):
 *
 * | program      | inputs                  | outputs                                             |
 * | ------------ | ----------------------- | --------------------------------------------------- |
 * | train        | x_BHWC, rows_B, labels? | scalars by name; `loss` is the one minimised         |
 * | sample       | rows_B                  | x_BHWC                                              |
 * | encode       | x_BHWC                  | mean_BZ (posterior mean, or the code), logVariance_BZ? |
 * | decode       | z_BZ                    | x_BHWC                                              |
 * | reconstruct  | x_BHWC                  | x_BHWC                                              |
 * | log_weight   | x_BHWC, rows_B          | logWeight_B: nats; log p(x|z)p(z)/q(z|x), z ~ q. Exact families: log p(x) |
 *
 * A family has the programs that its capabilities name, and any others its driver calls.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { z } from "zod";
import type { Engine, Key, Program } from "../engine/engine.ts";
import type { TensorTree } from "../engine/tree.ts";
import type { SampleSpec } from "../data/dataset.ts";

/** A record of trees: what states, inputs and outputs are. */
export type TensorRecord = { readonly [name: string]: TensorTree };

/** What a trained family can do; metrics ask this before they ask for a program. */
export interface Capabilities {
  /** `none`: no number; `bound`: ELBO and IW-K; `exact`. */
  readonly likelihood: "exact" | "bound" | "none";
  /** Over which measure a likelihood is, so that only like is compared with like. */
  readonly measure?: "discrete-256" | "density" | "bernoulli";
  readonly latent: "continuous" | "discrete" | "none";
  readonly reconstructs: boolean;
  readonly samples: boolean;
}

/** What a driver may call on the host side of training. */
export interface HostContext {
  readonly engine: Engine;
  /** Runs a compiled program without changing the state. */
  run(program: string, state: TensorRecord, inputs: TensorRecord, key: Key): Promise<TensorRecord>;
  /** Training images as float32 in [0, 1], by index: [indices.length, H, W, C]. */
  trainImages(indices: ArrayLike<number>): Promise<tf.Tensor4D>;
  readonly trainSize: number;
  /** A key for this purpose. The caller disposes it. */
  key(purpose: string): Key;
}

/** Which programs run when, on the host. Everything here must be a function of its arguments. */
export interface Driver {
  /** Names of the programs that step `step` (from 0) runs in order; default: ["train"]. */
  schedule?(step: number): readonly string[];
  /** After the last step: fits what sampling needs (a mixture, a prior) and returns the final state. */
  finish?(state: TensorRecord, context: HostContext): Promise<TensorRecord>;
}

/** A family with its config fixed, for samples of one shape. */
export interface Model {
  readonly capabilities: Capabilities;
  /** A fresh state. Called inside the engine's worker; the same key gives the same bits. */
  init(key: Key): TensorRecord;
  readonly programs: Readonly<Record<string, Program<TensorRecord, TensorRecord, TensorRecord>>>;
  readonly driver: Driver;
}

/** What fixes a model's shapes, beside its config. */
export interface BuildContext {
  readonly sample: SampleSpec;
  /** Total optimiser steps, for learning-rate schedules. */
  readonly steps: number;
  /** Number of training samples, for objectives that weigh a batch against the data (β-TCVAE). */
  readonly trainSize: number;
}

/** A family that a suite can name. */
export interface Family<C = unknown> {
  readonly name: string;
  /** Raised by hand whenever the same config would give other numbers. */
  readonly version: number;
  /** One line for `list`. */
  readonly about: string;
  /** Sources, e.g. ["arXiv:1312.6114"]. */
  readonly papers: readonly string[];
  /** Every field has a default, so that `{}` is a valid config. */
  readonly config: z.ZodType<C>;
  build(config: C, context: BuildContext): Model;
}

/** Declares a family; only fixes the type. */
export function defineFamily<C>(family: Family<C>): Family<C> {
  return family;
}
