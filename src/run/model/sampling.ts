/**
 * Samples of a model, whichever way its family draws them: by the program `sample`, or by a driver
 * that calls programs again and again; and the labels that a conditional model is given.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine/engine.ts";
import { disposeTree } from "../../engine/tree.ts";
import { ContractError } from "../../families/contract.ts";
import type { Model, SampleRequest, TensorRecord } from "../../families/family.ts";
import { hostFold, hostIntegers, type HostKey } from "../../random/host.ts";
import { type Programs, sampleContext } from "./programs.ts";

/** A trained model that can be drawn from. */
export interface Drawable {
  readonly label: string;
  readonly engine: Engine;
  readonly model: Model;
  readonly programs: Programs;
  readonly state: TensorRecord;
}

/** The output `x_BHWC` of a program's outputs; the others are freed. */
function pictures(outputs: TensorRecord, where: string): tf.Tensor4D {
  const { x_BHWC, ...others } = outputs;
  disposeTree(others);
  if (x_BHWC === undefined) {
    throw new ContractError(`${where} gives ${Object.keys(outputs).join(", ")}, no x_BHWC`);
  }
  return x_BHWC as tf.Tensor4D;
}

/** Samples [B, H, W, C] in [0, 1]. The caller disposes them and what it asked with. */
export function draw(from: Drawable, request: SampleRequest): tf.Tensor4D {
  const { model, programs, engine, state, label } = from;
  if (model.driver.sample) {
    return model.driver.sample(state, request, sampleContext(engine, programs));
  }
  const { rows_B, labels, key } = request;
  const inputs: TensorRecord = conditionsOf(model).length === 0 ? { rows_B } : { rows_B, labels };
  return pictures(programs.run("sample", state, { inputs, key }), `${label}: sample`);
}

/** Codes or noise [B, Z] to samples [B, H, W, C] in [0, 1]. */
export function decoded(from: Drawable, z_BZ: tf.Tensor2D, key: tf.Tensor1D): tf.Tensor4D {
  const { model, programs, engine, state, label } = from;
  if (model.driver.decode) {
    return model.driver.decode(state, z_BZ, sampleContext(engine, programs));
  }
  return pictures(programs.run("decode", state, { inputs: { z_BZ }, key }), `${label}: decode`);
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
 * Which training pictures lend their labels to samples 0 … count − 1 where none are asked for: drawn
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
