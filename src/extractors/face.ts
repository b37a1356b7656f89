/**
 * `face`: the networks of npm's face-api. Features are the 128 numbers of its recognition network
 * (dlib's, Euclidean distances under about 0.6 mean one person) of the whole picture: no detector
 * comes before, so that every picture has features. It also sorts faces by expression and gender, and
 * detects them (SSD MobileNet V1).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { ImageSet } from "../kinds/image/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Extractor } from "./extractor.ts";
import { inBatches } from "./prepare/batches.ts";
import {
  commonJs,
  packageDigest,
  packageFiles,
  type PinnedPackage,
} from "./weights/package_files.ts";
import { resizeTo } from "./prepare/resize.ts";
import type { OpenOptions } from "./row.ts";

const library = "dist/face-api.node-wasm.js";

/** The pinned package. */
export const faceApi: PinnedPackage = {
  name: "@vladmandic/face-api",
  version: "1.7.15",
  files: {
    [library]: "4cc67548193dfd0542da43d722f1cdcd015b7e867083e8f7627d3b36e52b47ce",
    "model/ssd_mobilenetv1_model-weights_manifest.json":
      "888f744dffbc84f5f060d1f8427d9742341943a2dfaaf9205d10029b7e7a2955",
    "model/ssd_mobilenetv1_model.bin":
      "2835640602d53718aa6ae9a42896327eaa21beefed056c218d32ca7d79e1e2f8",
    "model/face_recognition_model-weights_manifest.json":
      "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
    "model/face_recognition_model.bin":
      "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
    "model/face_expression_model-weights_manifest.json":
      "5b349c17c7836da506e03422cd6461c74085d8bb2713ad4114647dc5d28174c8",
    "model/face_expression_model.bin":
      "9a9840f2cf1f4c7eab95f197512569345c00d2426754d4608b92af30e0300f3d",
    "model/age_gender_model-weights_manifest.json":
      "74b60bf3ebf981bf4e661e9cca3a185614e10b25d797118b62e2a68d3ff2569f",
    "model/age_gender_model.bin":
      "49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa",
  },
};

/** A network of the package. */
interface Net<Output> {
  loadFromWeightMap(weights: tf.NamedTensorMap): void;
  forwardInput(input: unknown): Output;
}

/** The part of the package that is used. */
interface FaceApi {
  readonly NetInput: new (inputs: readonly tf.Tensor3D[], batch: boolean) => unknown;
  readonly nets: {
    readonly ssdMobilenetv1: Net<{ boxes: tf.Tensor2D[]; scores: tf.Tensor1D[] }>;
    readonly faceRecognitionNet: Net<tf.Tensor2D>;
    readonly faceExpressionNet: Net<tf.Tensor2D>;
    readonly ageGenderNet: Net<{ age: tf.Tensor1D; gender: tf.Tensor2D }>;
  };
}

/** Classes in the order of the package's outputs. */
const factors = {
  expression: ["neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised"],
  gender: ["male", "female"],
} as const;

/** Sides that the networks resize to themselves; given so, they resize nothing. */
const sides = { identity: 150, classes: 112 };

/**
 * The detector's pictures: 256² in the middle of grey 512². It was trained on faces among other
 * things and hardly finds one that fills its picture (of 8 heads at 64² it is over ½ sure of none so,
 * of 7 with the border).
 */
const detector = { side: 256, border: 128, grey: 128 };

async function load(cache: string): Promise<FaceApi> {
  const files = await packageFiles(faceApi, cache);
  const api = commonJs(files[library], {
    "@tensorflow/tfjs": tf,
    "@tensorflow/tfjs-backend-wasm": {}, // the engine has opened what is to compute
    "fs": {},
  }) as FaceApi;
  const weights = (name: string): tf.NamedTensorMap => {
    const text = new TextDecoder().decode(files[`model/${name}-weights_manifest.json`]);
    const groups = JSON.parse(text) as { weights: tf.io.WeightsManifestEntry[] }[];
    const { buffer, byteOffset, byteLength } = files[`model/${name}.bin`];
    const data = buffer.slice(byteOffset, byteOffset + byteLength);
    return tf.io.decodeWeights(data, groups.flatMap((group) => group.weights));
  };
  api.nets.ssdMobilenetv1.loadFromWeightMap(weights("ssd_mobilenetv1_model"));
  api.nets.faceRecognitionNet.loadFromWeightMap(weights("face_recognition_model"));
  api.nets.faceExpressionNet.loadFromWeightMap(weights("face_expression_model"));
  api.nets.ageGenderNet.loadFromWeightMap(weights("age_gender_model"));
  return api;
}

/** How a picture is framed: at a side, with a border of grey around it. */
interface Frame {
  readonly side: number;
  readonly border?: number;
  readonly grey?: number;
}

/** Opens it. @throws MetricUnavailable where the package can't be had */
export async function openFace(
  engine: Engine,
  { name, batch, cache }: Pick<OpenOptions, "name" | "batch" | "cache">,
): Promise<Extractor> {
  const api = await load(cache), { nets } = api;
  /** One batch at a side, through a network, back on the host. */
  const ask = async (
    part: ImageSet,
    { side, border = 0, grey = 0 }: Frame,
    network: (input: unknown) => tf.Tensor,
  ): Promise<ArrayLike<number>> => {
    const values = resizeTo(part, { side, mode: "clean" });
    const x_BHWC = engine.tensor(values, [part.count, side, side, 3]) as tf.Tensor4D;
    const edge: [number, number] = [border, border];
    const y = tf.tidy(() => {
      const framed = border === 0 ? x_BHWC : tf.pad(x_BHWC, [[0, 0], edge, edge, [0, 0]], grey);
      return network(new api.NetInput(tf.unstack(framed) as tf.Tensor3D[], true));
    });
    const found = await engine.read(y);
    x_BHWC.dispose();
    y.dispose();
    return found;
  };
  const rows = async (
    images: ImageSet,
    { width, ...frame }: Frame & { width: number },
    network: (input: unknown) => tf.Tensor,
  ): Promise<Float32Array> =>
    Float32Array.from(
      (await inBatches(
        images,
        { batch, dimension: width },
        (part) => ask(part, frame, network),
      )).data,
    );
  const classes = (images: ImageSet, width: number, network: (input: unknown) => tf.Tensor) =>
    rows(images, { side: sides.classes, width }, network);
  return {
    name,
    digest: await packageDigest(faceApi),
    dimension: 128,
    factors,
    notes: ["weights: npm @vladmandic/face-api@1.7.15; whole pictures, none aligned"],
    extract: (images) =>
      inBatches(
        images,
        { batch, dimension: 128 },
        (part) =>
          ask(part, { side: sides.identity }, (x) => nets.faceRecognitionNet.forwardInput(x)),
      ),
    classify: async (images) => ({
      expression: await classes(images, 7, (x) => nets.faceExpressionNet.forwardInput(x)),
      gender: await classes(images, 2, (x) => nets.ageGenderNet.forwardInput(x).gender),
    }),
    detect: (images) => {
      const surest = (input: unknown) =>
        tf.stack(nets.ssdMobilenetv1.forwardInput(input).scores.map((s) => tf.max(s)));
      return rows(images, { ...detector, width: 1 }, surest);
    },
  };
}
