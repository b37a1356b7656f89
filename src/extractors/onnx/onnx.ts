/**
 * `onnx`: any network of the user's as an ONNX file, run by ONNX Runtime and not by the engine.
 * @module
 */
import { sha256 } from "../../base/digest/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import { UsageError } from "../../base/mod.ts";
import { canonicalJson } from "../../base/text/mod.ts";
import type { Extractor } from "../extractor.ts";
import { inBatches } from "../prepare/batches.ts";
import { onnxRuntime, type OrtSession, type OrtValueInfo } from "./onnx_runtime.ts";
import { type InputSpec, ofUnit, prepare } from "../prepare/prepare.ts";
import type { ResizeMode } from "../prepare/resize.ts";
import { readWeightsFile } from "../weights/state_dict.ts";
import type { OpenOptions } from "../row.ts";
import type { InputOptions } from "../input/input_options.ts";

/** Means and deviations of ImageNet, on which most published networks are trained. */
const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

/** How pictures go in. */
interface Entry {
  readonly name: string;
  readonly layout: "nchw" | "nhwc";
  readonly side: number;
  /** The model's own, where it is fixed. */
  readonly batch: number | null;
}

function entryOf(session: OrtSession, { side, layout }: InputOptions, path: string): Entry {
  const inputs = session.inputMetadata;
  const describe = ({ name, type, shape }: OrtValueInfo) => `${name}: ${type} [${shape}]`;
  const [first] = inputs, shape = first?.shape ?? [];
  const refuse = (why: string) =>
    new UsageError(`${path}: ${why}; its inputs: ${inputs.map(describe).join("; ") || "none"}`);
  if (inputs.length !== 1 || shape.length !== 4 || first.type !== "float32") {
    throw refuse("it must have one float32 input of four axes");
  }
  const found = layout ?? (shape[1] === 3 ? "nchw" : shape[3] === 3 ? "nhwc" : undefined);
  if (found === undefined) throw refuse("neither axis 1 nor 3 has 3 channels: say `layout`");
  const sides = found === "nchw" ? shape.slice(2) : shape.slice(1, 3);
  const fixed = sides.filter((s) => typeof s === "number" && s > 0) as number[];
  const own = side ?? fixed[0];
  if (own === undefined) throw refuse("its pictures may have any size: give `side`");
  if (fixed.some((s) => s !== own)) throw refuse(`its pictures are not ${own}×${own}`);
  const batch = typeof shape[0] === "number" && shape[0] > 0 ? shape[0] : null;
  return { name: first.name, layout: found, side: own, batch };
}

/** [B, H, W, 3] as [B, 3, H, W]. */
function channelsFirst(x_BHWC: Float32Array, side: number): Float32Array {
  const out = new Float32Array(x_BHWC.length), plane = side * side;
  for (let i = 0; i < x_BHWC.length; i += 3) {
    const pixel = i / 3, n = Math.floor(pixel / plane), at = 3 * n * plane + pixel % plane;
    for (let c = 0; c < 3; c++) out[at + c * plane] = x_BHWC[i + c];
  }
  return out;
}

/**
 * Opens it.
 * @throws MetricUnavailable without ONNX Runtime
 * @throws UsageError where the file is no model of one picture input and one row of features
 */
export async function openOnnx(
  engine: Engine,
  { name, weights, mode, batch: wanted, cache, input: options = {} }: OpenOptions,
): Promise<Extractor> {
  const { ort, name: runtime } = await onnxRuntime(cache);
  const { bytes, digest } = await readWeightsFile(weights, "onnx");
  let session: OrtSession;
  try {
    session = await ort.InferenceSession.create(bytes, {
      intraOpNumThreads: engine.identity.threads,
    });
  } catch (error) {
    throw new UsageError(`${weights.path} is no ONNX model for ${runtime}: ${error}`);
  }
  const { path } = weights;
  const entry = entryOf(session, options, path), { side, layout } = entry;
  const batch = entry.batch ?? wanted;
  const output = options.output ?? session.outputNames[0];
  if (!session.outputNames.includes(output)) {
    throw new UsageError(`${path} has no output ${output}: ${session.outputNames.join(", ")}`);
  }
  const { mean = imageNet.mean, deviation = imageNet.deviation } = options;
  const input: InputSpec = { side, resize: mode as ResizeMode, ...ofUnit(mean, deviation) };
  const run = async (x_BHWC: Float32Array): Promise<ArrayLike<number>> => {
    const nhwc = layout === "nhwc";
    const dims = nhwc ? [batch, side, side, 3] : [batch, 3, side, side];
    const x = new ort.Tensor("float32", nhwc ? x_BHWC : channelsFirst(x_BHWC, side), dims);
    const found = (await session.run({ [entry.name]: x }))[output];
    if (found.dims[0] === batch && found.data.length === batch * (found.dims[1] ?? 1)) {
      return found.data;
    }
    throw new UsageError(
      `${path}: output ${output} is [${found.dims}], and must be one row of features for each picture, ` +
        `[${batch}, n]: pool it in the model, or name another of ${session.outputNames.join(", ")}`,
    );
  };
  const dimension = (await run(new Float32Array(batch * side * side * 3))).length / batch;
  return {
    name,
    digest: await sha256(canonicalJson({ digest, runtime, layout, output, mean, deviation })),
    dimension,
    network: { batch, input, run: async (x) => ({ features: await run(x) }) },
    notes: [
      `model: sha256 ${digest}, by ${runtime}; input ${entry.name} ${layout} ${side}×${side}, mean ` +
      `${mean.join(" ")} and deviation ${deviation.join(" ")} of [0, 1]; output ${output}`,
    ],
    extract: (images) =>
      inBatches(images, { batch, dimension }, (part) => run(prepare(part, input))),
  };
}
