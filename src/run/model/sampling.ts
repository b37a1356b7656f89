/**
 * Samples of a model, whichever way its family draws them: by the program `sample`, or by a driver
 * that calls programs again and again; and the labels that a conditional model is given.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { disposeTree, type Engine, isTensor, leaves } from "../../engine/mod.ts";
import { kindOf, type SampleSpec } from "../../kinds/mod.ts";
import {
  ContractError,
  type Drawn,
  type Model,
  type SampleRequest,
  type TensorRecord,
} from "../../families/mod.ts";
import { hostFold, hostIntegers, type HostKey } from "../../random/host/mod.ts";
import { type Programs, sampleContext } from "./programs.ts";

/** A trained model that can be drawn from. */
export interface Drawable {
  readonly label: string;
  readonly engine: Engine;
  readonly model: Model;
  readonly programs: Programs;
  readonly state: TensorRecord;
  readonly sample: SampleSpec;
}

/** A sampler's or program's outputs: the tensors of the kind, by name; any others are freed. */
function samplesIn({ sample, label }: Drawable, drawn: Drawn, what: string): TensorRecord {
  const names = Object.keys(kindOf(sample).tensors(sample));
  if (isTensor(drawn)) {
    if (names.length === 1) return { [names[0]]: drawn };
    throw new ContractError(
      `${label}: ${what} gives one tensor where ${listed(names)} are expected`,
    );
  }
  const missing = names.find((name) => drawn[name] === undefined);
  if (missing !== undefined) {
    throw new ContractError(
      `${label}: ${what} gives ${Object.keys(drawn).join(", ")}, no ${missing}`,
    );
  }
  const own = Object.fromEntries(names.map((name) => [name, drawn[name]]));
  disposeTree(drawn, new Set(leaves(own).map(([, leaf]) => leaf)));
  return own;
}

const listed = (names: readonly string[]) => names.join(", ");

/** Samples as their kind has them on the engine. The caller disposes them and what it asked with. */
export function draw(from: Drawable, request: SampleRequest): TensorRecord {
  const { model, programs, engine, state } = from;
  if (model.driver.sample) {
    return samplesIn(
      from,
      model.driver.sample(state, request, sampleContext(engine, programs)),
      "sample",
    );
  }
  const { rows_B, labels, key } = request;
  const inputs: TensorRecord = conditionsOf(model).length === 0 ? { rows_B } : { rows_B, labels };
  return samplesIn(from, programs.run("sample", state, { inputs, key }), "sample");
}

/** Codes or noise [B, Z] to samples, likewise. */
export function decoded(from: Drawable, z_BZ: tf.Tensor2D, key: tf.Tensor1D): TensorRecord {
  const { model, programs, engine, state } = from;
  if (model.driver.decode) {
    return samplesIn(
      from,
      model.driver.decode(state, z_BZ, sampleContext(engine, programs)),
      "decode",
    );
  }
  return samplesIn(from, programs.run("decode", state, { inputs: { z_BZ }, key }), "decode");
}

/** Samples as the program `reconstruct` gives them back. */
export function reconstructed(
  from: Drawable,
  inputs: TensorRecord,
  key: tf.Tensor1D,
): TensorRecord {
  const { programs, state } = from;
  return samplesIn(from, programs.run("reconstruct", state, { inputs, key }), "reconstruct");
}

/** Whether a model turns vectors into samples. */
export function decodes({ model, programs }: Drawable): boolean {
  return model.driver.decode !== undefined || programs.has("decode");
}

/** The factors that a model's samples can be asked for. */
export function conditionsOf({ capabilities }: Model): readonly string[] {
  return capabilities.conditions ?? [];
}

/**
 * Which training samples lend their labels to samples 0 … count − 1 where none are asked for: drawn
 * with replacement, so that the labels of samples have the joint law of the data's.
 */
export function labelSources(key: HostKey, count: number, trainSize: number): Uint32Array {
  return hostIntegers(hostFold(key, "labels"), count, trainSize);
}

/** A label's tensor for each condition: rows `from` … of `labels`, the last repeated to `count`. */
export function labelTensors(
  engine: Engine,
  labels: Readonly<Record<string, ArrayLike<number>>>,
  { conditions, from, count }: { conditions: readonly string[]; from: number; count: number },
): Record<string, tf.Tensor1D> {
  return Object.fromEntries(conditions.map((name) => {
    const all = labels[name];
    const part = Int32Array.from(
      { length: count },
      (_, i) => all[Math.min(from + i, all.length - 1)],
    );
    return [name, engine.tensor(part, [count], "int32") as tf.Tensor1D];
  }));
}
