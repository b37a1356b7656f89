/**
 * A decoder's shape as a `config.json` that transformers reads, version 4 or 5.
 * @module
 */
import type { DecoderShape, Rotary } from "../../../../backbones/decoder/mod.ts";
import { type Form, formOf } from "../form.ts";

/** Tokens that a config names. */
export interface ConfigTokens {
  readonly bos?: number;
  readonly ends: readonly number[];
}

/** One token bare, several as a list, none as null. */
export function oneOrMore(ids: readonly number[]): number | readonly number[] | null {
  return ids.length > 1 ? ids : ids[0] ?? null;
}

function scaling({ scaling }: Rotary): unknown {
  if (scaling === undefined) return null;
  if (scaling.kind === "linear") return { rope_type: "linear", factor: scaling.factor };
  return {
    rope_type: "llama3",
    factor: scaling.factor,
    low_freq_factor: scaling.lowFrequency,
    high_freq_factor: scaling.highFrequency,
    original_max_position_embeddings: scaling.original,
  };
}

function gpt2Keys(shape: DecoderShape): Record<string, unknown> {
  return {
    vocab_size: shape.vocabulary,
    n_positions: shape.context,
    n_embd: shape.width,
    n_layer: shape.layers,
    n_head: shape.heads,
    n_inner: shape.hidden,
    activation_function: "gelu_new",
    layer_norm_epsilon: shape.epsilon,
    scale_attn_weights: true,
    scale_attn_by_inverse_layer_idx: false,
  };
}

function rotaryKeys(shape: DecoderShape, { modelType }: Form): Record<string, unknown> {
  const bias = modelType === "llama" && shape.bias === "all";
  return {
    vocab_size: shape.vocabulary,
    hidden_size: shape.width,
    intermediate_size: shape.hidden,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.keyValueHeads,
    // Qwen 2 has none: there it is the width by the heads.
    ...(modelType !== "qwen2" && { head_dim: shape.headWidth }),
    hidden_act: "silu",
    max_position_embeddings: shape.context,
    rms_norm_eps: shape.epsilon,
    rope_theta: shape.rotary!.base,
    rope_scaling: scaling(shape.rotary!),
    ...(modelType === "llama" && { attention_bias: bias, mlp_bias: bias }),
    ...(modelType === "qwen3" && { attention_bias: false }),
    ...(modelType.startsWith("qwen") && { use_sliding_window: false }),
  };
}

/**
 * The config's keys.
 * @throws UsageError for a shape that is of no form
 */
export function writeConfig(
  shape: DecoderShape,
  { bos, ends }: ConfigTokens,
): Readonly<Record<string, unknown>> {
  const form = formOf(shape);
  return {
    architectures: [form.architecture],
    model_type: form.modelType,
    ...(form.modelType === "gpt2" ? gpt2Keys(shape) : rotaryKeys(shape, form)),
    tie_word_embeddings: shape.tied,
    bos_token_id: bos ?? null,
    eos_token_id: oneOrMore(ends),
    torch_dtype: "float32",
  };
}
