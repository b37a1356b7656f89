/**
 * `judge-heads-v1`: the in-domain judge of the heads. Its features are PCA-whitened on its own
 * training pictures; it also classifies.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type ImageSet, resizeArea } from "../../kinds/image/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import type { Extractor } from "../extractor.ts";
import { type Features, whiten, type Whitening } from "../../algebra/mod.ts";
import { inBatches } from "../prepare/batches.ts";
import { judgeFeatures, type JudgeParams, judgeSide, judgeWidth } from "./judge_net.ts";
import { softmaxRows } from "../softmax.ts";
import { readWeights } from "../weights/weights.ts";
import type { HostTensor } from "../../nn/files/mod.ts";

/** A committed judge: its network's weights, whitening and what it was trained on. */
export interface JudgeFile {
  readonly name: string;
  /** sha256 of the file. */
  readonly digest: string;
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly whitening: Whitening;
  /** Class factors and their class names, in the order of its answers. */
  readonly factors: Readonly<Record<string, readonly string[]>>;
  /** Balanced accuracies on pictures of persons that it did not see, as its training measured them. */
  readonly accuracy: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads a committed judge. @throws MetricUnavailable where the file isn't there. */
export async function readJudge(file = "judge/judge_heads_v1.safetensors"): Promise<JudgeFile> {
  const { tensors, metadata, digest } = await readWeights(file);
  const components = tensors["whitening/components"];
  return {
    name: metadata.name,
    digest,
    tensors,
    whitening: {
      mean: Float64Array.from(tensors["whitening/mean"].data),
      components: Float64Array.from(components.data),
      count: components.shape[0],
    },
    factors: JSON.parse(metadata.factors),
    accuracy: JSON.parse(metadata.balanced_accuracy),
    metadata,
  };
}

/** The network's body, which runs on the engine. Heads run on the host in float64. */
function bodyOf({ tensors }: JudgeFile, engine: Engine): JudgeParams["body"] {
  const at = (path: string) => engine.tensor(tensors[path].data, tensors[path].shape);
  const body: JudgeParams["body"][number][] = [];
  for (let i = 0; `body/${i}/conv/weight` in tensors; i++) {
    body.push({
      conv: {
        weight: at(`body/${i}/conv/weight`) as tf.Tensor4D,
        bias: at(`body/${i}/conv/bias`) as tf.Tensor1D,
      },
      norm: {
        gain: at(`body/${i}/norm/gain`) as tf.Tensor1D,
        bias: at(`body/${i}/norm/bias`) as tf.Tensor1D,
      },
    });
  }
  return body;
}

/** Class probabilities by factor from pooled features: softmax(f · weight + bias), in float64. */
function probabilities(judge: JudgeFile, pooled: Features): Record<string, Float32Array> {
  const out: Record<string, Float32Array> = {};
  for (const [factor, names] of Object.entries(judge.factors)) {
    const weight = judge.tensors[`classes/${factor}/weight`].data;
    const bias = judge.tensors[`classes/${factor}/bias`].data;
    const classes = names.length;
    const logits = new Float64Array(pooled.count * classes);
    for (let i = 0; i < pooled.count; i++) {
      for (let c = 0; c < classes; c++) {
        let s = bias[c];
        for (let j = 0; j < judgeWidth; j++) {
          s += pooled.data[i * judgeWidth + j] * weight[j * classes + c];
        }
        logits[i * classes + c] = s;
      }
    }
    out[factor] = softmaxRows(logits, pooled.count);
  }
  return out;
}

/** Opens the judge on an engine. Pictures of other sizes are averaged down (or up) to 32×32. */
export async function openJudge(
  engine: Engine,
  options: { file?: string } = {},
): Promise<Extractor> {
  const judge = await readJudge(options.file);
  const params = { body: bodyOf(judge, engine) } as JudgeParams;
  const pooled = (images: ImageSet): Promise<Features> => {
    const sized = images.height === judgeSide && images.width === judgeSide
      ? images
      : resizeArea(images, judgeSide);
    return inBatches(sized, { batch: 64, dimension: judgeWidth }, async (part) => {
      const x_BHWC = engine.tensor(
        colour(part),
        [part.count, judgeSide, judgeSide, 3],
      ) as tf.Tensor4D;
      const features_BD = tf.tidy(() => judgeFeatures(params, x_BHWC));
      const values = await engine.read(features_BD);
      x_BHWC.dispose();
      features_BD.dispose();
      return values;
    });
  };
  return {
    name: judge.name,
    digest: judge.digest,
    dimension: judge.whitening.count,
    whitened: true,
    extract: async (images) => whiten(await pooled(images), judge.whitening),
    classify: async (images) => probabilities(judge, await pooled(images)),
  };
}

/** k/255 in float32, three channels. */
function colour({ channels, data }: ImageSet): Float32Array {
  if (channels === 3) return Float32Array.from(data, (v) => v / 255);
  return Float32Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)] / 255);
}
