/**
 * A trained model as metrics see it: 8-bit images in, 8-bit images and float64 codes out.
 *
 * Everything runs in batches of one fixed size, the last one padded and cut, so that a row's bits
 * don't depend on how many rows were asked for.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Engine } from "../engine/engine.ts";
import { disposeTree, leaves } from "../engine/tree.ts";
import type { Dataset, ImageSet, ImageSpec } from "../data/dataset.ts";
import { sliceImages, toImageSet, toTensorImages } from "../data/images.ts";
import type { Model, TensorRecord } from "../families/family.ts";
import { type Features, MetricUnavailable, type Subject } from "../metrics/metric.ts";
import type { HostKey } from "../random/host.ts";
import { keyTensor } from "../random/key.ts";
import type { Run } from "./job.ts";
import type { RunKeys } from "./keys.ts";
import { type Programs, rowNumbers } from "./programs.ts";
import { evaluationBatch } from "./rows.ts";

/** What a subject is made of. */
export interface SubjectParts {
  readonly label: string;
  readonly engine: Engine;
  readonly model: Model;
  readonly programs: Programs;
  readonly state: TensorRecord;
  readonly sample: ImageSpec;
  readonly keys: RunKeys;
}

/** Rows `from` … of a set, the last one repeated to fill `evaluationBatch`. */
function paddedRows<T extends Uint8Array | Float32Array>(
  data: T,
  size: number,
  from: number,
): T {
  const rows = data.length / size;
  const padded = new (data.constructor as new (n: number) => T)(evaluationBatch * size);
  for (let i = 0; i < evaluationBatch; i++) {
    const row = Math.min(from + i, rows - 1);
    padded.set(data.subarray(row * size, (row + 1) * size), i * size);
  }
  return padded;
}

/** Runs a subject's programs over any number of rows. */
class Batches {
  constructor(readonly parts: SubjectParts) {}

  /**
   * Calls `program` on rows 0 … count − 1 and returns the named output, row-major.
   * @param options.inputs makes the inputs of a batch that starts at row `from`; disposed after it.
   */
  async rows(
    program: string,
    output: string,
    options: { count: number; key: HostKey; inputs: (from: number) => TensorRecord },
  ): Promise<{ data: Float32Array; size: number }> {
    const { engine, programs, state, label } = this.parts;
    let data: Float32Array | null = null;
    let size = 0;
    for (let from = 0; from < options.count; from += evaluationBatch) {
      const inputs = options.inputs(from);
      const key = keyTensor(options.key);
      const outputs = programs.run(program, state, { inputs, key });
      const found = outputs[output] as tf.Tensor | undefined;
      if (found === undefined) {
        throw new TypeError(
          `${label}: ${program} gives ${leaves(outputs).map(([p]) => p).join(", ")}, no ${output}`,
        );
      }
      const values = await engine.read(found);
      disposeTree(outputs);
      disposeTree(inputs);
      key.dispose();
      size = values.length / evaluationBatch;
      data ??= new Float32Array(options.count * size);
      const rows = Math.min(evaluationBatch, options.count - from);
      data.set(values.subarray(0, rows * size), from * size);
    }
    return { data: data ?? new Float32Array(0), size };
  }

  images(images: ImageSet): (from: number) => { x_BHWC: tf.Tensor } {
    const { engine } = this.parts;
    const size = images.height * images.width * images.channels;
    return (from) => ({
      x_BHWC: toTensorImages(engine, {
        ...images,
        count: evaluationBatch,
        data: paddedRows(images.data, size, from),
      }),
    });
  }
}

/** Samples from any latents: rows 0 … count − 1 under `key`. */
export async function sampleImages(
  parts: SubjectParts,
  key: HostKey,
  count: number,
): Promise<ImageSet> {
  const { data } = await new Batches(parts).rows("sample", "x_BHWC", {
    count,
    key,
    inputs: (from) => ({ rows_B: rowNumbers(parts.engine, evaluationBatch, from) }),
  });
  return asImages(parts, data, count);
}

function asImages({ sample }: SubjectParts, data: Float32Array, count: number): ImageSet {
  const { height, width, channels } = sample;
  return toImageSet(data, { height, width, channels, count });
}

const float64 = (count: number, data: Float32Array): Features => ({
  count,
  dimension: count === 0 ? 0 : data.length / count,
  data: Float64Array.from(data),
});

/** The subject of a trained model. Samples are kept: asking for fewer costs nothing. */
export function modelSubject(parts: SubjectParts): Subject {
  const { capabilities } = parts.model;
  const batches = new Batches(parts);
  const { engine, keys } = parts;
  let samples: ImageSet | null = null;
  const subject: Subject = {
    label: parts.label,
    capabilities,
    async sample(count) {
      if (!capabilities.samples) {
        throw new MetricUnavailable("not-defined", `${parts.label} gives no samples`);
      }
      if (samples === null || samples.count < count) {
        samples = await sampleImages(parts, keys.sample, count);
      }
      return sliceImages(samples, { to: count });
    },
  };
  if (parts.programs.has("encode")) {
    subject.encode = async (images) => {
      const { data } = await batches.rows("encode", "mean_BZ", {
        count: images.count,
        key: keys.metric("encode"),
        inputs: batches.images(images),
      });
      return float64(images.count, data);
    };
  }
  if (parts.programs.has("decode")) {
    subject.decode = async (codes) => {
      const values = Float32Array.from(codes.data);
      const { data } = await batches.rows("decode", "x_BHWC", {
        count: codes.count,
        key: keys.metric("decode"),
        inputs: (from) => ({
          z_BZ: engine.tensor(paddedRows(values, codes.dimension, from), [
            evaluationBatch,
            codes.dimension,
          ]),
        }),
      });
      return asImages(parts, data, codes.count);
    };
  }
  if (capabilities.reconstructs) {
    subject.reconstruct = async (images) => {
      const { data } = await batches.rows("reconstruct", "x_BHWC", {
        count: images.count,
        key: keys.metric("reconstruct"),
        inputs: batches.images(images),
      });
      return asImages(parts, data, images.count);
    };
  }
  if (capabilities.likelihood !== "none") {
    subject.logWeights = async (images, draws) => {
      const weights = new Float64Array(images.count * draws);
      const input = batches.images(images);
      for (let draw = 0; draw < draws; draw++) {
        const { data } = await batches.rows("log_weight", "logWeight_B", {
          count: images.count,
          key: keys.weight(draw),
          inputs: (from) => ({
            ...input(from),
            rows_B: rowNumbers(engine, evaluationBatch, from),
          }),
        });
        for (let i = 0; i < images.count; i++) weights[i * draws + draw] = data[i];
      }
      return { count: images.count, dimension: draws, data: weights };
    };
  }
  return subject;
}

/** A run's parts, as a subject wants them. */
export function subjectParts(
  { planned, host, keys }: Run,
  parts: Pick<SubjectParts, "model" | "programs" | "state"> & { dataset: Dataset },
): SubjectParts {
  const { dataset, ...rest } = parts;
  return { label: planned.label, engine: host.engine, sample: dataset.sample, keys, ...rest };
}
