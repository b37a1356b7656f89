/**
 * A trained model as metrics see it: samples in, samples and float64 codes out.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../../data/mod.ts";
import { requireCodes, requireFiniteValues, type TensorRecord } from "../../families/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { judgeOf, languageOf, type SampleOptions, type Subject } from "../../subject/mod.ts";
import type { Features } from "../../algebra/mod.ts";
import type { HostKey } from "../../random/host/mod.ts";
import { keyTensor } from "../../random/mod.ts";
import { kindOf, type Samples } from "../../kinds/mod.ts";
import type { Run } from "../job.ts";
import type { RunKeys } from "../keys.ts";
import { Batches, paddedRows } from "./batches.ts";
import { checkedSplats, renderedMaps } from "./maps.ts";
import { rowNumbers } from "./inputs.ts";
import { sampleContext } from "./programs.ts";
import {
  conditionsOf,
  decoded,
  decodes,
  draw,
  type Drawable,
  labelSources,
  labelTensors,
  reconstructed,
} from "./sampling.ts";

/** What a subject is made of. */
export interface SubjectParts extends Drawable {
  readonly keys: RunKeys;
  readonly trainSize: number;
  /** Labels of training samples, for the conditions of samples. */
  readonly trainLabels: (
    indices: ArrayLike<number>,
  ) => Promise<Readonly<Record<string, ArrayLike<number>>>>;
}

type Asked = { rows_B: tf.Tensor1D; labels: Record<string, tf.Tensor1D> };

/** Samples from any latents: rows 0 … count − 1 under `key`, or the `rows` named, one a sample. */
export async function samplesOf(
  parts: SubjectParts,
  key: HostKey,
  { count, rows, ...options }: SampleOptions & { count: number; rows?: Int32Array },
): Promise<Samples> {
  const { engine, model } = parts;
  const conditions = conditionsOf(model);
  const given = await labelsOfSamples(parts, { key, count, labels: options.labels });
  const { evaluations, guidance } = options;
  const batches = new Batches(parts);
  const { batch } = batches;
  return await batches.drawn(
    "sample",
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
    },
  );
}

/** The labels asked for, or those of training samples. */
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

const float64 = (count: number, data: ArrayLike<number>): Features => ({
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
  const kind = kindOf(parts.sample);
  /** Samples kept by what they were asked with; those of given labels aren't. */
  const kept = new Map<string, Samples>();
  const asking = {
    ...sampleContext(engine, parts.programs),
    read: (tensor: tf.Tensor) => engine.read(tensor),
    key: () => keyTensor(keys.sample),
  };
  const { language, judge } = parts.model.driver;
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
        return await samplesOf(parts, keys.sample, { count, ...options });
      }
      const asked = JSON.stringify([options.evaluations, options.guidance]);
      let samples = kept.get(asked);
      if (samples === undefined || samples.count < count) {
        samples = await samplesOf(parts, keys.sample, { count, ...options });
        kept.set(asked, samples);
      }
      return kind.slice(samples, { to: count });
    },
    ...(language && { language: languageOf(language(parts.state, asking)) }),
    ...(judge && { judge: judgeOf(judge(parts.state, asking)) }),
  };
  if (parts.programs.has("encode")) {
    subject.encode = async (samples) => {
      const data = await batches.rows("encode", "mean_BZ", {
        count: samples.count,
        key: keys.metric("encode"),
        inputs: batches.samples(samples),
        row: [-1],
      });
      requireFiniteValues(data, `${parts.label}: encode's mean_BZ`);
      return float64(samples.count, data);
    };
  }
  if (capabilities.posterior) {
    subject.logVariances = async (samples) => {
      const data = await batches.rows("encode", "logVariance_BZ", {
        count: samples.count,
        key: keys.metric("encode"),
        inputs: batches.samples(samples),
        row: [-1],
      });
      requireFiniteValues(data, `${parts.label}: encode's logVariance_BZ`);
      return float64(samples.count, data);
    };
  }
  if (decodes(parts)) {
    subject.decode = async (codes) => {
      const values = Float32Array.from(codes.data);
      return await batches.drawn(
        "decode",
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
        },
      );
    };
  }
  const { codes } = capabilities;
  if (codes !== undefined) {
    subject.codes = async (samples) => {
      const data = await batches.rows("codes", "codes_BT", {
        count: samples.count,
        key: keys.metric("codes"),
        inputs: batches.samples(samples),
        row: [codes.count],
      });
      const { size, count: perPicture } = codes;
      requireCodes(data, { where: `${parts.label}: codes`, size });
      return { count: samples.count, perPicture, size, data: Int32Array.from(data) };
    };
  }
  if (capabilities.critic) {
    subject.score = async (samples) => {
      const data = await batches.rows("score", "logit_B", {
        count: samples.count,
        key: keys.metric("score"),
        inputs: batches.samples(samples),
        row: [],
      });
      return Float64Array.from(data);
    };
  }
  if (capabilities.reconstructs) {
    /** Several metrics ask for the same set of samples, and to render views takes long. */
    const rebuilt = new WeakMap<Samples, Promise<Samples>>();
    subject.reconstruct = async (samples) => {
      const known = rebuilt.get(samples) ?? batches.drawn(
        "reconstruct",
        (inputs: TensorRecord, key) => reconstructed(parts, inputs, key),
        {
          count: samples.count,
          key: keys.metric("reconstruct"),
          inputs: batches.samples(samples),
        },
      );
      rebuilt.set(samples, known);
      return await known;
    };
  }
  const { driver } = parts.model;
  if (driver.splats !== undefined) {
    subject.splats = async () =>
      checkedSplats(
        await driver.splats!(parts.state, { read: (tensor) => engine.read(tensor) }),
        parts.label,
      );
  }
  const { sample: spec } = parts;
  if (spec.kind === "view" && parts.programs.has("maps")) {
    subject.maps = (samples) => renderedMaps(parts, batches, { spec, samples });
  }
  if (capabilities.likelihood !== "none") {
    subject.logWeights = async (samples, draws, labels) => {
      const weights = new Float64Array(samples.count * draws);
      const input = batches.samples(samples);
      const conditions = conditionsOf(parts.model);
      const told = labels ??
        Object.fromEntries(conditions.map((name) => [name, new Int32Array([-1])]));
      for (let draw = 0; draw < draws; draw++) {
        const data = await batches.rows("log_weight", "logWeight_B", {
          count: samples.count,
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
        for (let i = 0; i < samples.count; i++) weights[i * draws + draw] = data[i];
      }
      return { count: samples.count, dimension: draws, data: weights };
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
