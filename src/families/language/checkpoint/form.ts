/**
 * Which of the published forms a decoder's shape is.
 * @module
 */
import type { DecoderShape } from "../../../backbones/decoder/mod.ts";
import { UsageError } from "../../../base/mod.ts";
import { gpt2Naming, llamaNaming, type Naming } from "./names.ts";

/** A form by its `architectures` in Hugging Face's config.json. */
export interface Form {
  readonly architecture: string;
  readonly modelType: string;
  readonly naming: Naming;
}

const llama: Form = {
  architecture: "LlamaForCausalLM",
  modelType: "llama",
  naming: llamaNaming,
};

/** All forms by `architectures`. */
export const forms: Readonly<Record<string, Form>> = {
  LlamaForCausalLM: llama,
  MistralForCausalLM: {
    architecture: "MistralForCausalLM",
    modelType: "mistral",
    naming: llamaNaming,
  },
  Qwen2ForCausalLM: { architecture: "Qwen2ForCausalLM", modelType: "qwen2", naming: llamaNaming },
  Qwen3ForCausalLM: { architecture: "Qwen3ForCausalLM", modelType: "qwen3", naming: llamaNaming },
  GPT2LMHeadModel: { architecture: "GPT2LMHeadModel", modelType: "gpt2", naming: gpt2Naming },
};

/** Why GPT-2's form doesn't hold a shape; null: it does. */
function unlikeGpt2(shape: DecoderShape): string | null {
  const { heads, keyValueHeads, headWidth, width, bias, queryKeyNorm, positions } = shape;
  if (keyValueHeads !== heads) return "queries that share keys";
  if (heads * headWidth !== width) return `${heads} heads of ${headWidth} in a width of ${width}`;
  if (bias !== "all") return "maps without a bias";
  if (queryKeyNorm) return "normalised queries and keys";
  return positions === "learnt" ? null : "rotary positions";
}

/**
 * The form of a shape.
 * @throws UsageError for a mixture of parts that no form has
 */
export function formOf(shape: DecoderShape): Form {
  const { norm, mlp, positions, bias, queryKeyNorm, width, heads, headWidth } = shape;
  const none = (why: string) =>
    new UsageError(
      `no form of transformers has ${why} with ${norm} norm, ${positions} positions and ${mlp}; ` +
        `${Object.keys(forms).join(", ")} can be written`,
    );
  if (norm === "layer" || mlp === "gelu" || positions === "learnt") {
    const why = norm === "layer" && mlp === "gelu" ? unlikeGpt2(shape) : "that mixture of parts";
    if (why !== null) throw none(why);
    return forms.GPT2LMHeadModel;
  }
  if (queryKeyNorm) {
    if (bias !== "none") throw none("normalised queries and keys, and biases,");
    return forms.Qwen3ForCausalLM;
  }
  if (width % heads !== 0) throw none(`a width of ${width} that ${heads} heads don't divide,`);
  if (bias !== "qkv") return llama;
  if (heads * headWidth !== width) throw none(`heads of ${headWidth} and biases of queries alone`);
  return forms.Qwen2ForCausalLM;
}
