/**
 * The user's own file of weights: read, checked and asked by name.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { sha256 } from "../../base/digest/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import { MetricUnavailable, UsageError } from "../../base/mod.ts";
import {
  decodeSafetensors,
  decodeTorch,
  type HostTensor,
  SafetensorsError,
  TorchFileError,
} from "../../nn/files/mod.ts";

/** Where a user's weights lie. */
export interface WeightsOption {
  readonly path: string;
  /** Of the file's bytes, in hexadecimal; checked where it is given. */
  readonly sha256?: string;
}

/** Which names one way of writing an architecture's weights uses. */
export interface Naming {
  /** What the way is called: "Hugging Face". */
  readonly name: string;
  /** A tensor that it always has, by its full name below any prefix. */
  readonly anchor: string;
}

/** Tensors of a file below a prefix that wrappers may have put before them ("module."). */
export class StateDict<N extends Naming = Naming> {
  readonly #tensors: Readonly<Record<string, HostTensor>>;
  readonly #prefix: string;
  readonly #path: string;

  constructor(
    tensors: Readonly<Record<string, HostTensor>>,
    { prefix, path, naming, digest }: {
      prefix: string;
      path: string;
      naming: N;
      digest: string;
    },
  ) {
    this.#tensors = tensors;
    this.#prefix = prefix;
    this.#path = path;
    this.naming = naming;
    this.digest = digest;
  }

  readonly naming: N;
  /** sha256 of the file. */
  readonly digest: string;

  has(name: string): boolean {
    return Object.hasOwn(this.#tensors, this.#prefix + name);
  }

  /** @throws UsageError where there is no such tensor, or its shape isn't the one that is wanted */
  take(name: string, shape?: readonly (number | null)[]): HostTensor {
    const found = this.#tensors[this.#prefix + name];
    if (found === undefined) {
      throw new UsageError(`${this.#path} has no tensor ${this.#prefix}${name}`);
    }
    const fits = shape === undefined || shape.length === found.shape.length &&
        shape.every((d, i) => d === null || d === found.shape[i]);
    if (fits) return found;
    throw new UsageError(
      `${this.#path}: ${name} is [${found.shape}], and [${shape.map((d) => d ?? "any")}] is wanted`,
    );
  }

  /** A matrix of PyTorch's linear layer, [out, in], as products here take it: [in, out]. */
  takeLinear(name: string): HostTensor {
    const { shape: [out, width], data, dtype } = this.take(name, [null, null]);
    return { dtype, shape: [width, out], data: transposed(data as Float32Array, [out, width]) };
  }
}

/** The transpose of a row-major matrix. */
export function transposed(
  data: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c];
  }
  return out;
}

/** A convolution's filter from PyTorch's [out, in, height, width] to [height, width, in, out]. */
export function filterOf({ shape, data }: HostTensor): { shape: number[]; data: Float64Array } {
  const [out, inner, height, width] = shape;
  const turned = new Float64Array(data.length);
  let at = 0;
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < inner; i++) {
      for (let p = 0; p < height * width; p++) turned[(p * inner + i) * out + o] = data[at++];
    }
  }
  return { shape: [height, width, inner, out], data: turned };
}

/** The longest prefixes that wrappers put before names are found by the anchor alone. */
function prefixOf(names: readonly string[], anchor: string): string | undefined {
  const found = names.filter((name) => name === anchor || name.endsWith(`.${anchor}`));
  found.sort((a, b) => a.length - b.length);
  return found[0]?.slice(0, found[0].length - anchor.length);
}

/**
 * A file's bytes and their sha256.
 * @throws UsageError where it isn't there, or has another sha256 than the one that is wanted
 */
export async function readWeightsFile(
  { path, sha256: expected }: WeightsOption,
  extractor: string,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; digest: string }> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new UsageError(
      `weights of ${extractor}: ${path} can't be read: ${(error as Error).message}`,
    );
  }
  const digest = await sha256(bytes);
  if (expected === undefined || expected.toLowerCase() === digest) return { bytes, digest };
  throw new UsageError(
    `weights of ${extractor}: ${path} has sha256 ${digest}, and ${expected.toLowerCase()} is ` +
      "wanted: it is another file, or broken",
  );
}

/**
 * Reads a file of weights and finds which of the namings it has.
 * @param wanted whether a tensor's name, below any prefix, is of use; others are not read
 * @throws UsageError where the file isn't there, has another sha256, is broken, or holds another
 * network's weights
 */
export async function readStateDict<N extends Naming>(
  option: WeightsOption,
  { extractor, namings, wanted = () => true }: {
    extractor: string;
    namings: readonly N[];
    wanted?: (name: string) => boolean;
  },
): Promise<StateDict<N>> {
  const { bytes, digest } = await readWeightsFile(option, extractor);
  const { path } = option;
  let tensors: Readonly<Record<string, HostTensor>>;
  try {
    // A safetensors file starts with the length of its header, far below 2³²: byte 4 on are 0.
    const safe = bytes.length > 9 && bytes.subarray(4, 8).every((b) => b === 0) &&
      bytes[8] === 0x7b;
    tensors = safe
      ? decodeSafetensors(bytes, { wanted }).tensors
      : await decodeTorch(bytes, { wanted });
  } catch (error) {
    if (!(error instanceof SafetensorsError || error instanceof TorchFileError)) throw error;
    throw new UsageError(`weights of ${extractor}: ${path}: ${error.message}`);
  }
  const names = Object.keys(tensors);
  for (const naming of namings) {
    const prefix = prefixOf(names, naming.anchor);
    if (prefix !== undefined) return new StateDict(tensors, { prefix, path, naming, digest });
  }
  throw new UsageError(
    `weights of ${extractor}: ${path} holds ${names.length} tensors (${
      names.slice(0, 3).join(", ")
    }, …) and none that ends with ${
      namings.map(({ name, anchor }) => `${anchor} (${name})`).join(" or ")
    }: another network's weights?`,
  );
}

/** The user's weights, or what to do to have them. @throws MetricUnavailable without any */
export function requireWeights(
  weights: WeightsOption | undefined,
  { extractor, source }: { extractor: string; source: string },
): WeightsOption {
  if (weights !== undefined) return weights;
  throw new MetricUnavailable(
    "not-measured",
    `${extractor} needs a weights file, which no package has: ${source}; then name it with ` +
      `--weights FILE, or in a suite with extractors: { ${extractor}: { weights: FILE, sha256: … } }`,
  );
}

/** A host tensor on the engine. */
export function upload(engine: Engine, t: { shape: readonly number[]; data: ArrayLike<number> }) {
  const data = t.data instanceof Float32Array ? t.data : Float32Array.from(t.data);
  return engine.tensor(data, t.shape) as tf.Tensor;
}
