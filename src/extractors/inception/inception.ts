/**
 * `inception-fid`: the network of FID with the user's weights, fed as the tool that is to be matched
 * feeds it.
 * @module
 */
import type { Engine } from "../../engine/mod.ts";
import { UsageError } from "../../base/mod.ts";
import type { Extractor } from "../extractor.ts";
import { inceptionForward, inceptionWeights, spatialDimension } from "./inception_net.ts";
import { networkExtractor } from "../network/network.ts";
import { even, type InputSpec } from "../prepare/prepare.ts";
import { readStateDict } from "../weights/state_dict.ts";
import type { OpenOptions } from "../row.ts";

/**
 * How the network is fed, by mode. TensorFlow's graph takes 128 off and divides by 128; pytorch-fid
 * brings [0, 1] to [−1, 1].
 */
export const inceptionInputs: Readonly<Record<string, InputSpec>> = {
  "clean": { side: 299, resize: "clean", ...even(128, 128) },
  "tf1": { side: 299, resize: "tf1", ...even(128, 128) },
  "pytorch-fid": { side: 299, resize: "torch-bilinear", ...even(127.5, 127.5) },
  "pil-bicubic": { side: 299, resize: "pil-bicubic", ...even(128, 128) },
};

/** Start of the sha256 that the published file carries in its name. */
const PUBLISHED = "6726825d";

const namings = [{ name: "PyTorch", anchor: "Conv2d_1a_3x3.conv.weight" }];

/** Opens it. @throws UsageError where the file is none of these weights */
export async function openInception(
  engine: Engine,
  { name, weights, mode, batch }: OpenOptions,
): Promise<Extractor> {
  const file = await readStateDict(weights, { extractor: "inception-fid", namings });
  if (file.has("fc.weight") && file.take("fc.weight").shape[0] !== 1008) {
    throw new UsageError(
      `weights of inception-fid: ${weights.path} classifies ${file.take("fc.weight").shape[0]} ` +
        "classes: torchvision's own InceptionV3, not the network of FID, which has 1008",
    );
  }
  return networkExtractor({
    engine,
    name,
    digest: file.digest,
    weights: inceptionWeights(file, engine),
    forward: inceptionForward,
    input: inceptionInputs[mode],
    batch,
    dimension: 2048,
    spatialDimension,
    ...(file.has("fc.weight") ? { factor: "inception-2015" } : {}),
    notes: [
      file.digest.startsWith(PUBLISHED)
        ? "weights: the published pt_inception-2015-12-05"
        : `weights: sha256 ${file.digest}, not the published pt_inception-2015-12-05 ` +
          "as pytorch-fid has it, whose sha256 starts with " + PUBLISHED,
    ],
  });
}
