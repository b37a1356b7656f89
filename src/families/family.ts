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
 * | sample       | rows_B, labels?         | x_BHWC; not needed where the driver has `sample`     |
 * | encode       | x_BHWC                  | mean_BZ (posterior mean, or the code), logVariance_BZ? |
 * | decode       | z_BZ                    | x_BHWC                                              |
 * | reconstruct  | x_BHWC                  | x_BHWC                                              |
 * | log_weight   | x_BHWC, rows_B, labels  | logWeight_B: nats; log p(x|z)p(z)/q(z|x), z ~ q. Exact families: log p(x) |
 * | codes        | x_BHWC                  | codes_BT int32 in [0, K): discrete latents           |
 * | score        | x_BHWC                  | logit_B: what a discriminator or energy says of x     |
 *
 * `labels` holds an int32 [B] for each class factor of the data (−1: not told). A family has the
 * programs that its capabilities name, and any others its driver calls.
 * @module
 */
import type { Capabilities } from "../subject/capabilities.ts";
import type * as tf from "@tensorflow/tfjs";
import type { z } from "zod";
import type { CompileMode, Engine, Program } from "../engine/engine.ts";
import type { Key } from "../random/key.ts";
import type { TensorTree } from "../engine/tree.ts";
import type { Factor, SampleSpec } from "../data/dataset.ts";
import type { Given, GivenRun, Roles } from "./needs.ts";

/** A record of trees: what states, inputs and outputs are. */
export type TensorRecord = { readonly [name: string]: TensorTree };

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
  /** What the run takes of others, in the roles of `BuildContext.given`; left out likewise. */
  readonly given?: { readonly [role: string]: Given };
}

/** Samples that are asked for. Its tensors are the caller's. */
export interface SampleRequest {
  /** int32 [B]: sample i depends on rows_B[i], its labels and the key alone. */
  readonly rows_B: tf.Tensor1D;
  readonly key: Key;
  /** int32 [B] for each of the model's conditions; −1: any. Always there for conditional models. */
  readonly labels: { readonly [factor: string]: tf.Tensor1D };
  /** In place of the config's. Only where capabilities say that it may differ. */
  readonly evaluations?: number;
  /** In place of the config's. Only where capabilities say that it may differ. */
  readonly guidance?: number;
}

/** What a sampler may call. */
export interface SampleContext {
  readonly engine: Engine;
  /** Runs a compiled program without changing the state; the caller disposes the outputs. */
  run(program: string, state: TensorRecord, inputs: TensorRecord, key: Key): TensorRecord;
  /**
   * Runs a compiled program that is given its state (a cache): the one passed in may not be used
   * again. To keep a state, pass `shared(state)`.
   */
  step(
    program: string,
    state: TensorRecord,
    inputs: TensorRecord,
    key: Key,
  ): [TensorRecord, TensorRecord];
  /** The same tensors under new handles: nothing is copied. */
  shared<S extends TensorRecord>(state: S): S;
}

/** Which programs run when, on the host. Everything here must be a function of its arguments. */
export interface Driver {
  /** Names of the programs that step `step` (from 0) runs in order; default: ["train"]. */
  schedule?(step: number): readonly string[];
  /** Before the first step: fits what training starts from to the data and returns the first state. */
  begin?(state: TensorRecord, context: HostContext): Promise<TensorRecord>;
  /** After the last step: fits what sampling needs (a mixture, a prior) and returns the final state. */
  finish?(state: TensorRecord, context: HostContext): Promise<TensorRecord>;
  /**
   * Draws samples [B, H, W, C] in [0, 1] by calling programs again and again, without reading
   * values; default: the program `sample`. The caller disposes the result; everything else that it
   * makes, the sampler disposes.
   */
  sample?(state: TensorRecord, request: SampleRequest, context: SampleContext): tf.Tensor4D;
  /** Likewise for `decode` (codes or noise z_BZ to samples); default: the program `decode`. */
  decode?(state: TensorRecord, z_BZ: tf.Tensor2D, context: SampleContext): tf.Tensor4D;
}

/** A family with its config fixed, for samples of one shape. */
export interface Model {
  readonly capabilities: Capabilities;
  /** A fresh state. Called inside the engine's worker; the same key gives the same bits. */
  init(key: Key): TensorRecord;
  readonly programs: Readonly<Record<string, Program<TensorRecord, TensorRecord, TensorRecord>>>;
  readonly driver: Driver;
  /** How a program is compiled, where the family knows better than the default (graph). */
  readonly modes?: Readonly<Record<string, CompileMode>>;
}

/** What fixes a model's shapes, beside its config. */
export interface BuildContext {
  readonly sample: SampleSpec;
  /** Total optimiser steps, for learning-rate schedules. */
  readonly steps: number;
  /** Number of training samples, for objectives that weigh a batch against the data (β-TCVAE). */
  readonly trainSize: number;
  /** Training samples a step. */
  readonly batch: number;
  /** The labelled factors of the data. */
  readonly factors: readonly Factor[];
  /**
   * Runs that something is taken of, by role, so that a model knows what it need not train; the thing
   * itself comes with `HostContext.given` to the driver's `begin`. Left out where there are none.
   */
  readonly given?: { readonly [role: string]: GivenRun };
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
  /** What of finished runs it can take, by role. Default: nothing. */
  readonly takes?: Roles<C>;
  build(config: C, context: BuildContext): Model;
}

/** Declares a family; only fixes the type. */
export function defineFamily<C>(family: Family<C>): Family<C> {
  return family;
}
