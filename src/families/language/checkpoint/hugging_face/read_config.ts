/**
 * A `config.json` of transformers as a decoder's shape. Keys that are left out have transformers'
 * defaults. What would change the computation and isn't computed here is an error that names the key.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import {
  decoderFault,
  type DecoderShape,
  type Rotary,
  type RotaryScaling,
} from "../../../../backbones/decoder/mod.ts";
import { type Form, forms } from "../form.ts";
import { ConfigKeys } from "./config_keys.ts";

/** What a config says. */
export interface ReadConfig {
  readonly form: Form;
  readonly shape: DecoderShape;
  /** Its tokens before and after texts. */
  readonly bos?: number;
  readonly ends: readonly number[];
  /** Keys that were not looked at and may matter. */
  readonly unread: readonly string[];
}

/** Keys that fix nothing of what is computed: training, bookkeeping, and how texts are written. */
const harmless = new Set([
  ..."_name_or_path transformers_version torch_dtype dtype use_cache initializer_range".split(" "),
  ..."attention_dropout resid_pdrop embd_pdrop attn_pdrop pad_token_id pretraining_tp".split(" "),
  ..."gradient_checkpointing n_ctx task_specific_params summary_activation summary_type".split(" "),
  ..."summary_first_dropout summary_proj_to_labels summary_use_proj max_window_layers".split(" "),
  ..."_attn_implementation reorder_and_upcast_attn id2label label2id is_decoder".split(" "),
]);

const scalingKinds = ["default", "linear", "llama3"];

function scalingOf(keys: ConfigKeys): RotaryScaling | undefined {
  const key = keys.value("rope_type") !== undefined ? "rope_type" : "type";
  const type = keys.value(key) ?? "default";
  keys.only(key, scalingKinds, "other ways of stretching positions are not computed");
  keys.only("partial_rotary_factor", [1], "heads are turned whole");
  if (type === "linear") return { kind: "linear", factor: keys.positive("factor") };
  if (type !== "llama3") return undefined;
  return {
    kind: "llama3",
    factor: keys.positive("factor"),
    lowFrequency: keys.positive("low_freq_factor"),
    highFrequency: keys.positive("high_freq_factor"),
    original: keys.count("original_max_position_embeddings"),
  };
}

/** transformers 5 has `rope_parameters`, earlier versions `rope_theta` and `rope_scaling`. */
function rotaryOf(keys: ConfigKeys): Rotary {
  const parameters = keys.within("rope_parameters"), scaled = keys.within("rope_scaling");
  const within = parameters ?? scaled;
  keys.only("partial_rotary_factor", [1], "heads are turned whole");
  keys.only("rope_interleaved", [false], "pairs are the two halves of a head");
  const outer = keys.positive("rope_theta", 10000);
  const base = within?.positive("rope_theta", outer) ?? outer;
  const scaling = within && scalingOf(within);
  return { base, ...(scaling && { scaling }) };
}

/** What Llama, Mistral and both Qwens share. */
function rotaryForm(
  keys: ConfigKeys,
  standard: { readonly keyValueHeads?: number; readonly headWidth?: number },
): Omit<DecoderShape, "bias" | "queryKeyNorm"> {
  keys.only("hidden_act", ["silu", "swish"], "the perceptron is SwiGLU");
  const layerTypes = keys.value("layer_types");
  const whole = layerTypes === undefined ||
    Array.isArray(layerTypes) && layerTypes.every((type) => type === "full_attention");
  if (!whole) {
    throw keys.fault("layer_types", "only full_attention is computed, in every layer");
  }
  const width = keys.count("hidden_size"), heads = keys.count("num_attention_heads");
  return {
    vocabulary: keys.count("vocab_size"),
    layers: keys.count("num_hidden_layers"),
    width,
    heads,
    keyValueHeads: keys.count("num_key_value_heads", standard.keyValueHeads ?? heads),
    headWidth: keys.count("head_dim", standard.headWidth ?? Math.floor(width / heads)),
    hidden: keys.count("intermediate_size"),
    context: keys.count("max_position_embeddings"),
    norm: "rms",
    epsilon: keys.positive("rms_norm_eps", 1e-6),
    positions: "rotary",
    rotary: rotaryOf(keys),
    mlp: "swiglu",
    tied: keys.flag("tie_word_embeddings", false),
  };
}

const noWindow = "attention over a sliding window is not computed";

function llamaBias(keys: ConfigKeys): "none" | "all" {
  const attention = keys.flag("attention_bias", false), mlp = keys.flag("mlp_bias", false);
  if (attention === mlp) return attention ? "all" : "none";
  throw keys.fault(
    attention ? "attention_bias" : "mlp_bias",
    `biases of ${attention ? "attention" : "the perceptron"} alone are not computed: ` +
      "attention_bias and mlp_bias have to be alike",
  );
}

/** The shape by architecture. */
const shapes: Readonly<Record<string, (keys: ConfigKeys) => DecoderShape>> = {
  LlamaForCausalLM: (keys) => ({
    ...rotaryForm(keys, {}),
    bias: llamaBias(keys),
    queryKeyNorm: false,
  }),
  MistralForCausalLM(keys) {
    // Left out, it is a window of 4,096.
    if (keys.value("sliding_window") !== undefined) throw keys.fault("sliding_window", noWindow);
    return { ...rotaryForm(keys, { keyValueHeads: 8 }), bias: "none", queryKeyNorm: false };
  },
  Qwen2ForCausalLM(keys) {
    keys.only("use_sliding_window", [false], noWindow);
    keys.value("sliding_window");
    return { ...rotaryForm(keys, { keyValueHeads: 32 }), bias: "qkv", queryKeyNorm: false };
  },
  Qwen3ForCausalLM(keys) {
    keys.only("use_sliding_window", [false], noWindow);
    keys.only("attention_bias", [false], "Qwen 3's biases are not computed");
    keys.value("sliding_window");
    return {
      ...rotaryForm(keys, { keyValueHeads: 32, headWidth: 128 }),
      bias: "none",
      queryKeyNorm: true,
    };
  },
  GPT2LMHeadModel(keys) {
    keys.only("activation_function", ["gelu_new", "gelu_pytorch_tanh"], "GELU is its tanh form");
    keys.only("scale_attn_weights", [true], "attention is scaled by √D");
    keys.only("scale_attn_by_inverse_layer_idx", [false], "attention is scaled by √D alone");
    keys.only("add_cross_attention", [false], "a decoder alone is computed");
    const width = keys.count("n_embd"), heads = keys.count("n_head");
    if (width % heads !== 0) throw keys.fault("n_head", `it has to divide n_embd, ${width}`);
    return {
      vocabulary: keys.count("vocab_size"),
      layers: keys.count("n_layer"),
      width,
      heads,
      keyValueHeads: heads,
      headWidth: width / heads,
      hidden: keys.count("n_inner", 4 * width),
      context: keys.count("n_positions", 1024),
      norm: "layer",
      epsilon: keys.positive("layer_norm_epsilon", 1e-5),
      positions: "learnt",
      bias: "all",
      queryKeyNorm: false,
      mlp: "gelu",
      tied: keys.flag("tie_word_embeddings", true),
    };
  },
};

function architectureOf(keys: ConfigKeys): string {
  const listed = keys.value("architectures"), type = keys.value("model_type");
  const [first] = Array.isArray(listed) ? listed : [];
  if (typeof first === "string" && Object.hasOwn(shapes, first)) return first;
  // Files of the bare model have another architecture, or none.
  const bare = Object.values(forms).find(({ modelType, architecture }) =>
    modelType === type && (first === undefined || first === bareName(architecture))
  );
  if (bare !== undefined) return bare.architecture;
  const key = listed === undefined ? "model_type" : "architectures";
  throw keys.fault(key, `read here: ${Object.keys(shapes).join(", ")}`);
}

const bareName = (architecture: string) =>
  architecture.replace(/(ForCausalLM|LMHeadModel)$/, "Model");

/** A token's number, or several; left out where there is none. */
export function tokensOf(value: unknown): number[] {
  return (Array.isArray(value) ? value : [value]).filter((id) =>
    Number.isInteger(id) && id >= 0
  ) as number[];
}

/**
 * Reads a config.
 * @param what the file, for messages
 * @throws DataError that names the key and the value of what can't be read
 */
export function readConfig(json: unknown, what: string): ReadConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new DataError(`${what}: an object was expected`);
  }
  const keys = new ConfigKeys(json as Record<string, unknown>, what);
  const architecture = architectureOf(keys);
  if (keys.value("quantization_config") !== undefined) {
    throw keys.fault("quantization_config", "weights in F32, F16 or BF16 are read");
  }
  keys.value("model_type");
  const shape = shapes[architecture](keys);
  const fault = decoderFault(shape);
  if (fault !== null) throw new DataError(`${what}: ${fault}`);
  const [bos] = tokensOf(keys.value("bos_token_id")), ends = tokensOf(keys.value("eos_token_id"));
  return {
    form: forms[architecture],
    shape,
    ...(bos !== undefined && { bos }),
    ends,
    unread: keys.unread().filter((key) => !harmless.has(key)),
  };
}
