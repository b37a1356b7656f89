/**
 * A batch as the programs of a training step are given it.
 * @module
 */
import type { Batch, Dataset } from "../../data/mod.ts";
import type * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine/mod.ts";
import type { TensorRecord } from "../../families/mod.ts";
import { kindOf } from "../../kinds/mod.ts";

/** Inputs of the step's programs; the caller disposes them. */
export function trainInputs(
  engine: Engine,
  batch: Batch,
  { sample, factors, given = {} }: Pick<Dataset, "sample" | "factors" | "given">,
): TensorRecord {
  const labels = Object.fromEntries(factors.map((factor) => {
    const values = batch.labels[factor.name];
    return [
      factor.name,
      factor.kind === "class"
        ? engine.tensor(Int32Array.from(values), [values.length], "int32")
        : engine.tensor(Float32Array.from(values), [values.length]),
    ];
  }));
  const told = Object.entries(given).map(([name, spec]) => [
    name,
    kindOf(spec).upload(engine, batch.given![name]),
  ]);
  return {
    ...kindOf(sample).upload(engine, batch.samples),
    rows_B: rowNumbers(engine, batch.samples.count),
    labels,
    ...(told.length > 0 && { given: Object.fromEntries(told) }),
  };
}

/** 0, 1, …, count − 1 from `first`, int32 [count]. */
export function rowNumbers(engine: Engine, count: number, first = 0): tf.Tensor {
  return engine.tensor(Int32Array.from({ length: count }, (_, i) => first + i), [count], "int32");
}
