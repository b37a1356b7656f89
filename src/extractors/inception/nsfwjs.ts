/**
 * `inception-nsfwjs`: InceptionV3 out of npm's nsfwjs, fine-tuned to sort pictures into drawings,
 * neutral and others. 2048 pooled features; not the network of FID, and its distances are no FID.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine/mod.ts";
import type { Extractor } from "../extractor.ts";
import { networkExtractor } from "../network/network.ts";
import {
  commonJs,
  packageDigest,
  packageFiles,
  type PinnedPackage,
} from "../weights/package_files.ts";
import { even } from "../prepare/prepare.ts";
import type { ResizeMode } from "../prepare/resize.ts";
import type { OpenOptions } from "../row.ts";

const folder = "dist/models/inception_v3";
const shards = [1, 2, 3, 4, 5, 6].map((i) => `${folder}/group1-shard${i}of6.min.js`);

/** The pinned package. */
export const nsfwjs: PinnedPackage = {
  name: "nsfwjs",
  version: "4.3.0",
  files: {
    [`${folder}/model.min.js`]: "8c2b793b9d277840fc757725bf3b135c96d5a54ec020e2b4ab569fc3df6b3848",
    [shards[0]]: "e9316ac20ff634f990e483062050afe9a4826885c3a212d676ce2cfda93a4884",
    [shards[1]]: "467b33d62b4c470edf8acd3da554e331f2d49f3f93ddd718f944f595c516cd82",
    [shards[2]]: "075300e057ca7e9fd2e282afbc3a6596a0404288c94bf781e9b20658cbeee664",
    [shards[3]]: "b51ee46e062e752e81c28761a56369432671bfb3d59f4f062f5bd4dd58ff5303",
    [shards[4]]: "d4149969b3c61e0d4dde1d4f555f5b00f4fc87f6bab1a4cd4967b24f62725de6",
    [shards[5]]: "b684762a7d7c39b80183d260bdab6f072321349300f9f2ff144a085a382acfc4",
  },
};

interface ModelFile {
  readonly modelTopology: Record<string, unknown>;
  readonly weightsManifest: readonly { readonly weights: tf.io.WeightsManifestEntry[] }[];
}

/** All shards, one behind the other. */
function weightData(files: Readonly<Record<string, Uint8Array>>): ArrayBuffer {
  const parts = shards.map((path) => atob(commonJs(files[path]) as string));
  const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) bytes[at++] = part.charCodeAt(i);
  }
  return bytes.buffer;
}

/** Opens it; the package's Keras model runs on the engine. */
export async function openNsfwjs(
  engine: Engine,
  { name, mode, batch, cache }: OpenOptions,
): Promise<Extractor> {
  const files = await packageFiles(nsfwjs, cache);
  const file = commonJs(files[`${folder}/model.min.js`]) as ModelFile;
  const model = await tf.loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology: file.modelTopology,
        weightSpecs: file.weightsManifest.flatMap(({ weights }) => weights),
        weightData: weightData(files),
      }),
  });
  const pooled = model.getLayer("flatten_1").output as tf.SymbolicTensor;
  const network = tf.model({ inputs: model.inputs, outputs: pooled });
  return networkExtractor({
    engine,
    name,
    digest: await packageDigest(nsfwjs),
    weights: {},
    forward: (_, x_BHWC) => ({ features: network.apply(x_BHWC) as tf.Tensor2D }),
    input: { side: 299, resize: mode as ResizeMode, ...even(0, 255) },
    batch,
    dimension: 2048,
    notes: ["weights: npm nsfwjs@4.3.0, fine-tuned; its distances are not FID"],
  });
}
