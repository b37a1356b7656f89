/**
 * A trained model as metrics see it: 8-bit images in, 8-bit images and float64 codes out.
 *
 * Everything runs in batches of one fixed size, the last one padded and cut, so that a row's bits
 * don't depend on how many rows were asked for.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine/engine.ts";
import { disposeTree, leaves } from "../../engine/tree.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { ImageSet, ImageSpec } from "../../kinds/image/image_set.ts";
import { sliceImages, toImageSet, toTensorImages } from "../../kinds/image/images.ts";
import {
  ContractError,
  requireCodes,
  requireFiniteValues,
  requirePictures,
  requireShape,
} from "../../families/contract.ts";
import type { Model, TensorRecord } from "../../families/family.ts";
import { MetricUnavailable } from "../../base/errors.ts";
import type { SampleOptions, Subject } from "../../subject/subject.ts";
import type { Features } from "../../algebra/features.ts";
import type { HostKey } from "../../random/host.ts";
import { keyTensor } from "../../random/key.ts";
import type { Run } from "../job.ts";
import type { RunKeys } from "../keys.ts";
import { type Programs, rowNumbers } from "./programs.ts";
import { evaluationRows } from "./rows.ts";
import { conditionsOf, decoded, decodes, draw, labelSources, labelTensors } from "./sampling.ts";

/** What a subject is made of. */
export interface SubjectParts {
  readonly label: string;
  readonly engine: Engine;
  readonly model: Model;
  readonly programs: Programs;
  readonly state: TensorRecord;
  readonly sample: ImageSpec;
  readonly keys: RunKeys;
  readonly trainSize: number;
  /** Labels of training pictures, for the conditions of samples. */
  readonly trainLabels: (
    indices: ArrayLike<number>,
  ) => Promise<Readonly<Record<string, ArrayLike<number>>>>;
}

/** `batch` rows of a set from `from` on, the last one repeated where it ends. */
function paddedRows<T extends Uint8Array | Float32Array | Int32Array>(
  data: T,
  { size, from, batch }: { size: number; from: number; batch: number },
): T {
  const rows = data.length / size;
  const padded = new (data.constructor as new (n: number) => T)(batch * size);
  for (let i = 0; i < batch; i++) {
    const row = Math.min(from + i, rows - 1);
    padded.set(data.subarray(row * size, (row + 1) * size), i * size);
  }
  return padded;
}

/** What a computation gives: its name for messages, and the shape of one row; −1: any number. */
interface Row {
  readonly what: string;
  readonly row: readonly number[];
}

/** Runs a subject's programs over any number of rows. */
class Batches {
  /** Rows of each batch. */
  readonly batch: number;

  constructor(readonly parts: SubjectParts) {
    this.batch = evaluationRows(parts.sample);
  }

  /**
   * Calls `compute` on rows 0 … count − 1, a batch at a time, and returns what it gives, row-major.
   * @param options.inputs makes the inputs of a batch that starts at row `from`; disposed after it.
   * @throws ContractError where it gives another shape than it should
   */
  async over<I extends TensorRecord>(
    compute: (inputs: I, key: tf.Tensor1D) => tf.Tensor,
    options: { count: number; key: HostKey; inputs: (from: number) => I; gives: Row },
  ): Promise<{ data: Float32Array; size: number }> {
    const { what, row } = options.gives;
    const promised = { where: `${this.parts.label}: ${what}`, shape: [this.batch, ...row] };
    let data: Float32Array | null = null;
    let size = 0;
    for (let from = 0; from < options.count; from += this.batch) {
      const inputs = options.inputs(from);
      const key = keyTensor(options.key);
      const found = compute(inputs, key);
      requireShape(found.shape, promised);
      const values = await this.parts.engine.read(found);
      found.dispose();
      disposeTree(inputs);
      key.dispose();
      size = values.length / this.batch;
      data ??= new Float32Array(options.count * size);
      const rows = Math.min(this.batch, options.count - from);
      data.set(values.subarray(0, rows * size), from * size);
    }
    return { data: data ?? new Float32Array(0), size };
  }

  /** Calls `program` on rows 0 … count − 1 and returns the named output, row-major. */
  async rows(
    program: string,
    output: string,
    options: {
      count: number;
      key: HostKey;
      inputs: (from: number) => TensorRecord;
      row: readonly number[];
    },
  ): Promise<{ data: Float32Array; size: number }> {
    const { programs, state, label } = this.parts;
    const gives = { what: `${program}'s ${output}`, row: options.row };
    return await this.over((inputs: TensorRecord, key) => {
      const outputs = programs.run(program, state, { inputs, key });
      const found = outputs[output] as tf.Tensor | undefined;
      if (found === undefined) {
        throw new ContractError(
          `${label}: ${program} gives ${leaves(outputs).map(([p]) => p).join(", ")}, no ${output}`,
        );
      }
      disposeTree(outputs, new Set([found]));
      return found;
    }, { ...options, gives });
  }

  images(images: ImageSet): (from: number) => { x_BHWC: tf.Tensor } {
    const { engine } = this.parts;
    const size = images.height * images.width * images.channels;
    return (from) => ({
      x_BHWC: toTensorImages(engine, {
        ...images,
        count: this.batch,
        data: paddedRows(images.data, { size, from, batch: this.batch }),
      }),
    });
  }
}

type Asked = { rows_B: tf.Tensor1D; labels: Record<string, tf.Tensor1D> };

/** Samples from any latents: rows 0 … count − 1 under `key`, or the `rows` named, one a sample. */
export async function sampleImages(
  parts: SubjectParts,
  key: HostKey,
  { count, rows, ...options }: SampleOptions & { count: number; rows?: Int32Array },
): Promise<ImageSet> {
  const { engine, model } = parts;
  const conditions = conditionsOf(model);
  const given = await labelsOfSamples(parts, { key, count, labels: options.labels });
  const { evaluations, guidance } = options;
  const batches = new Batches(parts);
  const { batch } = batches;
  const { data } = await batches.over(
    (asked: Asked, key) => draw(parts, { ...asked, key, evaluations, guidance }),
    {
      count,
      key,
      inputs: (from) => ({
        rows_B: (rows === undefined ? rowNumbers(engine, batch, from) : engine.tensor(
          paddedRows(rows, { size: 1, from, batch }),
          [batch],
          "int32",
        )) as tf.Tensor1D,
        labels: labelTensors(engine, given, { conditions, from, count: batch }),
      }),
      gives: { what: "sample", row: pictureRow(parts) },
    },
  );
  return asImages(parts, data, { count, what: "sample" });
}

/** The labels asked for, or those of training pictures. */
async function labelsOfSamples(
  parts: SubjectParts,
  { key, count, labels }: { key: HostKey; count: number; labels?: SampleOptions["labels"] },
): Promise<Readonly<Record<string, ArrayLike<number>>>> {
  const conditions = conditionsOf(parts.model);
  if (conditions.length === 0) return {};
  if (labels === undefined) {
    return await parts.trainLabels(labelSources(key, count, parts.trainSize));
  }
  for (const name of conditions) {
    if (labels[name]?.length === count) continue;
    throw new RangeError(
      `${parts.label}: ${count} samples need ${count} labels of ${name}, found ` +
        `${labels[name]?.length ?? "none"}`,
    );
  }
  return labels;
}

const pictureRow = ({ sample: { height, width, channels } }: SubjectParts) =>
  [height, width, channels] as const;

function asImages(
  { sample, label }: SubjectParts,
  data: Float32Array,
  { count, what }: { readonly count: number; readonly what: string },
): ImageSet {
  const { height, width, channels } = sample;
  requirePictures(data, `${label}: ${what}`);
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
  const { batch } = batches;
  const { engine, keys } = parts;
  /** Samples kept by what they were asked with; those of given labels aren't. */
  const kept = new Map<string, ImageSet>();
  const subject: Subject = {
    label: parts.label,
    capabilities,
    async sample(count, options = {}) {
      if (!capabilities.samples) {
        throw new MetricUnavailable("not-defined", `${parts.label} gives no samples`);
      }
      if (options.evaluations !== undefined && !capabilities.anyEvaluations) {
        throw new MetricUnavailable(
          "not-defined",
          `${parts.label} takes ${
            capabilities.evaluations ?? 1
          } evaluations a sample and no other number`,
        );
      }
      if (options.guidance !== undefined && !capabilities.guidance) {
        throw new MetricUnavailable("not-defined", `${parts.label} takes no guidance`);
      }
      if (options.labels !== undefined) {
        return await sampleImages(parts, keys.sample, { count, ...options });
      }
      const asked = JSON.stringify([options.evaluations, options.guidance]);
      let samples = kept.get(asked);
      if (samples === undefined || samples.count < count) {
        samples = await sampleImages(parts, keys.sample, { count, ...options });
        kept.set(asked, samples);
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
        row: [-1],
      });
      requireFiniteValues(data, `${parts.label}: encode's mean_BZ`);
      return float64(images.count, data);
    };
  }
  if (capabilities.posterior) {
    subject.logVariances = async (images) => {
      const { data } = await batches.rows("encode", "logVariance_BZ", {
        count: images.count,
        key: keys.metric("encode"),
        inputs: batches.images(images),
        row: [-1],
      });
      requireFiniteValues(data, `${parts.label}: encode's logVariance_BZ`);
      return float64(images.count, data);
    };
  }
  if (decodes(parts)) {
    subject.decode = async (codes) => {
      const values = Float32Array.from(codes.data);
      const { data } = await batches.over(
        ({ z_BZ }: { z_BZ: tf.Tensor2D }, key) => decoded(parts, z_BZ, key),
        {
          count: codes.count,
          key: keys.metric("decode"),
          inputs: (from) => ({
            z_BZ: engine.tensor(paddedRows(values, { size: codes.dimension, from, batch }), [
              batch,
              codes.dimension,
            ]) as tf.Tensor2D,
          }),
          gives: { what: "decode", row: pictureRow(parts) },
        },
      );
      return asImages(parts, data, { count: codes.count, what: "decode" });
    };
  }
  const { codes } = capabilities;
  if (codes !== undefined) {
    subject.codes = async (images) => {
      const { data } = await batches.rows("codes", "codes_BT", {
        count: images.count,
        key: keys.metric("codes"),
        inputs: batches.images(images),
        row: [codes.count],
      });
      const { size, count: perPicture } = codes;
      requireCodes(data, { where: `${parts.label}: codes`, size });
      return { count: images.count, perPicture, size, data: Int32Array.from(data) };
    };
  }
  if (capabilities.critic) {
    subject.score = async (images) => {
      const { data } = await batches.rows("score", "logit_B", {
        count: images.count,
        key: keys.metric("score"),
        inputs: batches.images(images),
        row: [],
      });
      return Float64Array.from(data);
    };
  }
  if (capabilities.reconstructs) {
    subject.reconstruct = async (images) => {
      const { data } = await batches.rows("reconstruct", "x_BHWC", {
        count: images.count,
        key: keys.metric("reconstruct"),
        inputs: batches.images(images),
        row: pictureRow(parts),
      });
      return asImages(parts, data, { count: images.count, what: "reconstruct" });
    };
  }
  if (capabilities.likelihood !== "none") {
    subject.logWeights = async (images, draws, labels) => {
      const weights = new Float64Array(images.count * draws);
      const input = batches.images(images);
      const conditions = conditionsOf(parts.model);
      const told = labels ??
        Object.fromEntries(conditions.map((name) => [name, new Int32Array([-1])]));
      for (let draw = 0; draw < draws; draw++) {
        const { data } = await batches.rows("log_weight", "logWeight_B", {
          count: images.count,
          key: keys.weight(draw),
          inputs: (from) => ({
            ...input(from),
            rows_B: rowNumbers(engine, batch, from),
            ...(conditions.length === 0 ? {} : {
              labels: labelTensors(engine, told, { conditions, from, count: batch }),
            }),
          }),
          row: [],
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
  return {
    label: planned.label,
    engine: host.engine,
    sample: dataset.sample,
    keys,
    trainSize: dataset.size("train"),
    trainLabels: async (indices) => (await dataset.read("train", indices)).labels,
    ...rest,
  };
}
