/**
 * What a generative family is: a config, a tree of tensors, and named pure programs.
 *
 * Programs with these names have these shapes. B is the batch; `x` stands for the tensors of the kind of
 * sample, by the names that it gives them: x_BHWC for images and points, float32 in [0, 1], being k/255
 * for whole k. `rows_B` int32: the number of each row, so that draws don't depend on how samples are
 * split into batches. `given`: what the data give with samples, by name, each the tensors of its kind.
 *
 * | program      | inputs                  | outputs                                             |
 * | ------------ | ----------------------- | --------------------------------------------------- |
 * | train        | x, rows_B, labels, given? | scalars by name; `loss` is the one minimised      |
 * | sample       | rows_B, labels?         | x; not needed where the driver has `sample`         |
 * | encode       | x                       | mean_BZ (posterior mean, or the code), logVariance_BZ? |
 * | decode       | z_BZ                    | x                                                   |
 * | reconstruct  | x                       | x                                                   |
 * | log_weight   | x, rows_B, labels       | logWeight_B: nats; log p(x|z)p(z)/q(z|x), z ~ q. Exact families: log p(x) |
 * | codes        | x                       | codes_BT int32 in [0, K): discrete latents           |
 * | score        | x                       | logit_B: what a discriminator or energy says of x     |
 * | maps         | x                       | alpha_BHW in [0, 1], depth_BHW, normal_BHWC?          |
 *
 * Views are reconstructed by being rendered at their cameras: `reconstruct` gives camera_BC as it was.
 * `maps`, of views alone, gives what is seen there beside colours, float32: the share of a pixel that the
 * scene covers; the distance of what is seen along the camera's axis, not along the ray; and, where the
 * family can, its normals in the world, of any length.
 *
 * `labels` holds an int32 [B] for each class factor of the data (−1: not told). A family has the
 * programs that its capabilities name, and any others its driver calls.
 * @module
 */
import type { Capabilities, TokenJudge, TokenModel } from "../subject/mod.ts";
import type * as tf from "@tensorflow/tfjs";
import type { z } from "zod";
import type { CompileMode, Engine, Program, TensorRecord } from "../engine/mod.ts";
import type { TensorFile } from "../nn/files/mod.ts";
import type { Key } from "../random/mod.ts";
import type { Pointing } from "../content/mod.ts";
import type { Batch, Dataset, Factor } from "../data/mod.ts";
import type { KindName, SampleSpec, SpecOf } from "../kinds/mod.ts";
import type { Given, GivenRun, Roles } from "./needs.ts";

export type { TensorRecord } from "../engine/mod.ts";

/** What a driver may call on the host side of training. */
export interface HostContext {
  readonly engine: Engine;
  /** Runs a compiled program without changing the state. */
  run(program: string, state: TensorRecord, inputs: TensorRecord, key: Key): Promise<TensorRecord>;
  /** Training samples by index, as their kind gives them to programs. The caller disposes them. */
  trainSamples(indices: ArrayLike<number>): Promise<TensorRecord>;
  /** Likewise with all that a step is given with them: labels, and what the data give. */
  trainRows(indices: ArrayLike<number>): Promise<TensorRecord>;
  readonly trainSize: number;
  /** A key for this purpose. The caller disposes it. */
  key(purpose: string): Key;
  /** What the run takes of others, in the roles of `BuildContext.needed`; left out likewise. */
  readonly needed?: { readonly [role: string]: Given };
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

/** Samples on the engine: the tensors of their kind by name, or the tensor where it has but one. */
export type Drawn = tf.Tensor | TensorRecord;

/** What a driver may call to read and write text. */
export interface LanguageContext extends SampleContext {
  /** Values of a tensor on the host; it stays the caller's. */
  read(tensor: tf.Tensor): Promise<Float32Array | Int32Array>;
  /** The run's key of samples. The caller disposes it. */
  key(): Key;
}

/** What a driver may call to make what a step trains on. Its `key` is the step's own. */
export interface CollectContext extends LanguageContext {
  /** The number of the step that is collected for, from 0; `step` runs a program. */
  readonly at: number;
  /** A key of this step for a purpose. The caller disposes it. */
  stepKey(purpose: string): Key;
}

/** What a driver may call to give its scene away. */
export type SceneContext = Pick<LanguageContext, "read">;

/** Which programs run when, on the host. Everything here must be a function of its arguments. */
export interface Driver {
  /**
   * Names of the programs that step `step` (from 0) runs in order, each on the step's inputs; one may
   * stand there several times. Default: ["train"].
   */
  schedule?(step: number): readonly string[];
  /**
   * Makes the inputs of a step's programs of its batch, by the state before the step: texts that the
   * model itself writes, with what they are worth. It must be a function of its arguments and of the
   * step's keys, so that a resumed training goes on alike. The state stays the caller's, who disposes
   * the inputs. Default: the batch, uploaded.
   */
  collect?(
    state: TensorRecord,
    batch: Batch,
    context: CollectContext,
  ): Promise<TensorRecord>;
  /** Before the first step: fits what training starts from to the data and returns the first state. */
  begin?(state: TensorRecord, context: HostContext): Promise<TensorRecord>;
  /** After the last step: fits what sampling needs (a mixture, a prior) and returns the final state. */
  finish?(state: TensorRecord, context: HostContext): Promise<TensorRecord>;
  /**
   * Draws samples, as their kind has them, by calling programs again and again, without reading
   * values; default: the program `sample`. The caller disposes the result; everything else that it
   * makes, the sampler disposes.
   */
  sample?(state: TensorRecord, request: SampleRequest, context: SampleContext): Drawn;
  /** Likewise for `decode` (codes or noise z_BZ to samples); default: the program `decode`. */
  decode?(state: TensorRecord, z_BZ: tf.Tensor2D, context: SampleContext): Drawn;
  /** Of a model of text: what it says of tokens, and goes on with. The state stays the caller's. */
  language?(state: TensorRecord, context: LanguageContext): TokenModel;
  /** Of a model that judges texts: what it says of them. The state stays the caller's. */
  judge?(state: TensorRecord, context: LanguageContext): TokenJudge;
  /**
   * Of a model of one scene: the scene as a `.splat` file, which viewers in browsers read: 32 bytes a
   * splat, in the scene's units and axes, those that matter most first, so that a part of it from the
   * start on is the scene with fewer. The state stays the caller's.
   */
  splats?(state: TensorRecord, context: SceneContext): Promise<Uint8Array<ArrayBuffer>>;
}

/** A family with its config fixed, for samples of one shape. */
export interface Model {
  readonly capabilities: Capabilities;
  /** A fresh state. Called inside the engine's worker; the same key gives the same bits. */
  init(key: Key): TensorRecord;
  readonly programs: Readonly<Record<string, Program<TensorRecord, TensorRecord, TensorRecord>>>;
  readonly driver: Driver;
  /** How training batches are cut: a batcher of the kind. Default: `samples`, whole ones. */
  readonly batches?: string;
  /** How a program is compiled, where the family knows better than the default (graph). */
  readonly modes?: Readonly<Record<string, CompileMode | "eager">>;
  /**
   * Programs that run eagerly and are never captured: the shapes of their results depend on values
   * (densification), or they use operations that are computed on the host. Default: none.
   */
  readonly reshapes?: readonly string[];
}

/** What fixes a model's shapes, beside its config. */
export interface BuildContext<K extends KindName = KindName> {
  /** What one sample is; `gridOf` gives its grid, where it has one. */
  readonly sample: SpecOf<K>;
  /** What is given with each sample, by name. */
  readonly given?: Readonly<Record<string, SampleSpec>>;
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
   * itself comes with `HostContext.needed` to the driver's `begin`. Left out where there are none.
   */
  readonly needed?: { readonly [role: string]: GivenRun };
  /**
   * What the family's `open` gave; left out where it has none, and where a suite is checked before
   * anything is read.
   */
  readonly opened?: unknown;
}

/** What a family may read before a model is built. */
export interface OpenContext<K extends KindName = KindName> {
  /** As the suite names it. */
  readonly dataset: Dataset<K>;
  /** What the run takes of others, by role; left out where it takes nothing. */
  readonly needed?: { readonly [role: string]: Given };
  /** A path as a suite writes it, as a path on this machine. */
  path(written: string): string;
  /** Folder for what can be made again, shared by runs. */
  readonly cache: string;
  /** Told what takes a while. */
  readonly say?: (note: string) => void;
}

/** What was read. */
export interface Opened<K extends KindName = KindName> {
  /**
   * The data as models of this config see them: windows of tokens of its documents. They train on
   * these samples and give such. Default: the dataset as it is.
   */
  readonly dataset?: Dataset<K>;
  /** Goes to `build`. */
  readonly opened?: unknown;
}

/** What a finished run's weights are written from. */
export interface ExportContext extends Pick<OpenContext, "path" | "cache" | "say"> {
  /** The run's final state, its tensors by path. */
  readonly state: TensorFile;
  /** What the run took of others, by role; left out where it took nothing. */
  readonly needed?: { readonly [role: string]: Pick<Given, "bytes"> };
  /** Where to: a folder that is there and empty. */
  readonly folder: string;
}

/** A family that a suite can name. One whose config points at files gives their digest as `content`. */
export interface Family<C = unknown, K extends KindName = KindName> extends Pointing<C> {
  readonly name: string;
  /** Raised by hand whenever the same config would give other numbers. */
  readonly version: number;
  /** One line for `list`. */
  readonly about: string;
  /** Sources, e.g. ["arXiv:1312.6114"]. */
  readonly papers: readonly string[];
  /** The kinds of sample that it can be built for. Default: pictures alone. */
  readonly takes?: readonly K[] | "any";
  /** Every field has a default, so that `{}` is a valid config. */
  readonly config: z.ZodType<C>;
  /** What of finished runs it can take, by role. Default: nothing. */
  readonly needs?: Roles<C>;
  /** Reads what fixes a model's shapes and how it sees the data: a tokenizer, a checkpoint's config. */
  open?(config: C, context: OpenContext<K>): Promise<Opened<K>>;
  build(config: C, context: BuildContext<K>): Model;
  /** Writes a finished run's weights as files of other programs. */
  export?(config: C, context: ExportContext): Promise<void>;
}

/** Declares a family; only fixes the type. */
export function defineFamily<C, K extends KindName = "image">(family: Family<C, K>): Family<C, K> {
  return family;
}
