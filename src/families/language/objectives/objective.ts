/**
 * What a language model is trained for, as one object an objective: how it sees the data, what it
 * minimises, and what it trains or holds beside the decoder.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Batch } from "../../../kinds/batch/mod.ts";
import type { Key } from "../../../random/mod.ts";
import type { TokenJudge } from "../../../subject/mod.ts";
import type { FamilyProgram } from "../../common/programs.ts";
import type { CollectContext, HostContext, LanguageContext, TensorRecord } from "../../family.ts";
import type { Setting, State, Trained } from "../model.ts";

/**
 * How training data are seen. `windows`: tokens of documents, all of them targets. `dialogues`: whole
 * dialogues packed into rows, answers as targets. `pairs`: a prompt with the better answer, and the
 * worse one given with it. `judged`: a dialogue a row, with numbers of what it is worth. `prompts`:
 * dialogues up to where an answer begins.
 */
export type View = "windows" | "dialogues" | "pairs" | "judged" | "prompts";

/** What is minimised and told, summed over the rows of some inputs. */
export interface ObjectiveSums {
  readonly loss: tf.Scalar;
  /** By the names of `tells`. */
  readonly aux?: Readonly<Record<string, tf.Scalar>>;
}

/** What sums may use beside the trained parts and the inputs. */
export interface SumsContext {
  /** As it was before the step, with what is held and not trained. */
  readonly state: State;
  /** Inputs of the whole batch, of which those that are summed over may be a part. */
  readonly whole: TensorRecord;
  readonly setting: Setting;
  readonly key: Key;
}

/** What names of scalars may hang on. */
export type Told = Pick<Setting, "config" | "attributes">;

/** See the module. Inputs are tensors of one number of rows, so that a batch can be seen in parts. */
export interface Objective {
  readonly view: View;
  /** What `count` counts, as series call it: "tokens", "pairs". */
  readonly counts: string;
  /** Scalars that are told each step beside the loss: means over what is counted. Default: none. */
  readonly tells?: readonly string[] | ((setting: Told) => readonly string[]);
  /** Parts that are trained beside the decoder: a head of rewards, of values. */
  head?(key: Key, setting: Setting): TensorRecord;
  /** Parts that are held and not trained, of the right shapes from the first on. */
  frozen?(setting: Setting, data: { readonly trainSize: number }): TensorRecord;
  /** Before the first step, once the weights are there: fills what is held. Takes the state over. */
  begin?(state: State, context: HostContext, setting: Setting): Promise<State>;
  /** See `ObjectiveSums`; gradients are taken of `trained`. */
  sums(trained: Trained, inputs: TensorRecord, context: SumsContext): ObjectiveSums;
  /** What sums are divided by, over the whole batch: a float32 scalar of at least 1. */
  count(inputs: TensorRecord): tf.Scalar;
  /** Of what is trained on texts that the model writes itself: see `Driver.collect`. */
  collect?(
    state: State,
    batch: Batch,
    context: CollectContext & { readonly setting: Setting },
  ): Promise<TensorRecord>;
  /** Times that a step trains on its inputs. Default: once. */
  passes?(setting: Setting): number;
  /** What is held after a step, by the inputs that it trained on. Called after each pass. */
  renewed?(frozen: TensorRecord, inputs: TensorRecord): TensorRecord;
  /** What is wrong with settings for a model that sees so many samples a step; null: nothing. */
  fault?(setting: Setting, data: { readonly batch: number }): string | null;
  /** Programs that its `begin`, `collect` or `judge` call. */
  programs?(setting: Setting): Readonly<Record<string, FamilyProgram>>;
  /** Of what judges texts in place of writing them: see `Driver.judge`. */
  judge?(state: State, context: LanguageContext, setting: Setting): TokenJudge;
}

/** Scalars that an objective tells each step beside the loss. */
export function toldBy({ tells = [] }: Pick<Objective, "tells">, setting: Told): readonly string[] {
  return typeof tells === "function" ? tells(setting) : tells;
}
