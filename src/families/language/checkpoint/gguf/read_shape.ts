/**
 * A decoder's shape out of a GGUF file's metadata. Names of keys: ggml's docs/gguf.md.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import {
  decoderFault,
  type DecoderShape,
  type Rotary,
  type RotaryScaling,
} from "../../../../backbones/decoder/mod.ts";
import { type GgufFile, metadataOf } from "../../../../nn/files/mod.ts";
import { ggufNaming, type Naming } from "../names.ts";
import { llama3Scaling } from "./rope_factors.ts";

/** What a file's model is. */
export interface GgufModel {
  readonly architecture: string;
  readonly shape: DecoderShape;
  readonly naming: Naming;
}

/** Asks for keys of the file's architecture. */
class Keys {
  readonly #ask;

  constructor(
    { metadata }: Pick<GgufFile, "metadata">,
    readonly architecture: string,
    readonly what: string,
  ) {
    this.#ask = metadataOf(metadata);
  }

  #key = (key: string) => `${this.architecture}.${key}`;

  number(key: string, standard?: number): number {
    const value = this.#ask(this.#key(key), "number") ?? standard;
    if (value === undefined) throw new DataError(`${this.what}: ${this.#key(key)} is missing`);
    return value;
  }

  text = (key: string) => this.#ask(this.#key(key), "string");

  /** Requires a number, where it is there, to be this one. */
  only(key: string, right: number, reason: string): void {
    const value = this.#ask(this.#key(key), "number") ?? right;
    if (value === right) return;
    throw new DataError(
      `${this.what}: ${this.#key(key)} is ${value}; ${right} is read here: ${reason}`,
    );
  }
}

/** float32 numbers of files as the decimal numbers that they were: 1e-5, not 9.99999974…e-6. */
function decimal(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === Math.fround(value)) return rounded;
  }
  return value;
}

async function rotaryOf(keys: Keys, file: GgufFile, headWidth: number): Promise<Rotary> {
  const base = decimal(keys.number("rope.freq_base", 10000));
  keys.only("rope.dimension_count", headWidth, "heads are turned whole");
  const type = keys.text("rope.scaling.type") ?? "none";
  if (type !== "none" && type !== "linear") {
    throw new DataError(
      `${keys.what}: ${keys.architecture}.rope.scaling.type is "${type}"; none and linear are ` +
        "computed",
    );
  }
  const factor = decimal(keys.number("rope.scaling.factor", 1));
  const factors = file.tensors.has("rope_freqs.weight")
    ? await file.read("rope_freqs.weight")
    : undefined;
  const scaling: RotaryScaling | undefined = factors !== undefined
    ? llama3Scaling(factors, { base, headWidth, what: keys.what })
    : type === "linear" && factor !== 1
    ? { kind: "linear", factor }
    : undefined;
  return { base, ...(scaling && { scaling }) };
}

/** How the architectures that are read differ. */
const differences: Readonly<
  Record<string, Pick<DecoderShape, "bias" | "queryKeyNorm"> & { paired?: true }>
> = {
  llama: { bias: "none", queryKeyNorm: false, paired: true },
  qwen2: { bias: "qkv", queryKeyNorm: false },
  qwen3: { bias: "none", queryKeyNorm: true },
};

/** What all architectures say alike. */
function common(keys: Keys, vocabulary: number, tied: boolean) {
  keys.only("expert_count", 0, "there are no experts");
  return {
    vocabulary,
    layers: keys.number("block_count"),
    width: keys.number("embedding_length"),
    heads: keys.number("attention.head_count"),
    hidden: keys.number("feed_forward_length"),
    context: keys.number("context_length"),
    tied,
  };
}

async function rotaryModel(
  keys: Keys,
  file: GgufFile,
  vocabulary: number,
): Promise<GgufModel> {
  const { architecture } = keys, { paired, ...difference } = differences[architecture];
  const shared = common(keys, vocabulary, !file.tensors.has("output.weight"));
  const { width, heads } = shared;
  keys.only("attention.sliding_window", 0, "attention over a sliding window is not computed");
  const headWidth = keys.number("attention.key_length", width / heads);
  keys.only("attention.value_length", headWidth, "values are as wide as keys");
  const keyValueHeads = keys.number("attention.head_count_kv", heads);
  // A Llama with biases has them in every map.
  const biased = architecture === "llama" && file.tensors.has("blk.0.attn_q.bias");
  return {
    architecture,
    shape: {
      ...shared,
      keyValueHeads,
      headWidth,
      norm: "rms",
      epsilon: decimal(keys.number("attention.layer_norm_rms_epsilon")),
      positions: "rotary",
      rotary: await rotaryOf(keys, file, headWidth),
      mlp: "swiglu",
      ...difference,
      ...(biased && { bias: "all" as const }),
    },
    naming: ggufNaming(paired ? { paired: { query: heads, key: keyValueHeads } } : {}),
  };
}

function gpt2Model(keys: Keys, file: GgufFile, vocabulary: number): GgufModel {
  const shared = common(keys, vocabulary, !file.tensors.has("output.weight"));
  const { width, heads } = shared;
  return {
    architecture: "gpt2",
    shape: {
      ...shared,
      keyValueHeads: heads,
      headWidth: width / heads,
      norm: "layer",
      epsilon: decimal(keys.number("attention.layer_norm_epsilon")),
      positions: "learnt",
      bias: "all",
      queryKeyNorm: false,
      mlp: "gelu",
    },
    naming: ggufNaming({ joined: true }),
  };
}

/**
 * The model of a file.
 * @param what the file, for messages
 * @throws DataError that names the key of what can't be read
 */
export async function readModel(file: GgufFile, what: string): Promise<GgufModel> {
  const architecture = metadataOf(file.metadata)("general.architecture", "string");
  const known = [...Object.keys(differences), "gpt2"];
  if (architecture === undefined || !known.includes(architecture)) {
    throw new DataError(
      `${what}: general.architecture is ${architecture ?? "missing"}; read here: ${
        known.join(", ")
      }`,
    );
  }
  const vocabulary = file.tensors.get("token_embd.weight")?.shape[0];
  if (vocabulary === undefined) throw new DataError(`${what} has no tensor token_embd.weight`);
  const keys = new Keys(file, architecture, what);
  const model = architecture === "gpt2"
    ? gpt2Model(keys, file, vocabulary)
    : await rotaryModel(keys, file, vocabulary);
  const { heads, keyValueHeads, headWidth } = model.shape;
  const fault = Number.isInteger(headWidth) && Number.isInteger(heads / keyValueHeads)
    ? decoderFault(model.shape)
    : `${heads} heads of ${headWidth}, ${keyValueHeads} of keys and values`;
  if (fault !== null) throw new DataError(`${what}: ${fault}`);
  return model;
}
