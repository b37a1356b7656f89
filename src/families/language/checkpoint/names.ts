/**
 * Names of a decoder's parameters in other programs' files. Parameters are named by their paths in
 * the tree, `layers/0/query/weight`.
 *
 * | parameter | Hugging Face, Llama and Qwen    | Hugging Face, GPT-2      | GGUF           |
 * | --------- | ------------------------------- | ------------------------ | -------------- |
 * | tokens    | model.embed_tokens              | transformer.wte          | token_embd     |
 * | positions |                                 | transformer.wpe          | position_embd  |
 * | norm1     | model.layers.N.input_layernorm  | transformer.h.N.ln_1     | blk.N.attn_norm |
 * | query …   | … self_attn.q_proj              | a third of attn.c_attn   | … attn_q, or a third of attn_qkv |
 * | out       | … self_attn.o_proj              | … attn.c_proj            | … attn_output  |
 * | queryNorm | … self_attn.q_norm              |                          | … attn_q_norm  |
 * | norm2     | … post_attention_layernorm      | … ln_2                   | … ffn_norm     |
 * | gate      | … mlp.gate_proj                 |                          | … ffn_gate     |
 * | up, down  | … mlp.up_proj, … mlp.down_proj  | … mlp.c_fc, … mlp.c_proj | … ffn_up, … ffn_down |
 * | norm      | model.norm                      | transformer.ln_f         | output_norm    |
 * | head      | lm_head                         | lm_head                  | output         |
 * @module
 */
import type { DecoderShape } from "../../../backbones/decoder/mod.ts";
import type { Place } from "./layout.ts";

/** Shapes of all parameters by path. */
export function parameterShapes(shape: DecoderShape): ReadonlyMap<string, readonly number[]> {
  const { vocabulary, layers, width, heads, keyValueHeads, headWidth, hidden, context } = shape;
  const found = new Map<string, readonly number[]>();
  const norm = (path: string, size: number) => {
    found.set(`${path}/gain`, [size]);
    if (shape.norm === "layer") found.set(`${path}/bias`, [size]);
  };
  const linear = (path: string, size: readonly [number, number], biased: boolean) => {
    found.set(`${path}/weight`, size);
    if (biased) found.set(`${path}/bias`, [size[1]]);
  };
  found.set("tokens/weight", [vocabulary, width]);
  if (shape.positions === "learnt") found.set("positions/weight", [context, width]);
  const all = shape.bias === "all", attention = all || shape.bias === "qkv";
  for (let i = 0; i < layers; i++) {
    const at = (name: string) => `layers/${i}/${name}`;
    norm(at("norm1"), width);
    linear(at("query"), [width, heads * headWidth], attention);
    linear(at("key"), [width, keyValueHeads * headWidth], attention);
    linear(at("value"), [width, keyValueHeads * headWidth], attention);
    linear(at("out"), [heads * headWidth, width], all);
    if (shape.queryKeyNorm) {
      norm(at("queryNorm"), headWidth);
      norm(at("keyNorm"), headWidth);
    }
    norm(at("norm2"), width);
    if (shape.mlp === "swiglu") linear(at("gate"), [width, hidden], all);
    linear(at("up"), [width, hidden], all);
    linear(at("down"), [hidden, width], all);
  }
  norm("norm", width);
  if (!shape.tied) found.set("head/weight", [width, vocabulary]);
  return found;
}

/** How a kind of file names things. */
export interface Naming {
  /** What the kind is called, for messages. */
  readonly name: string;
  /** Where a parameter is. */
  place(path: string): Place;
  /** A tensor that a tied model's file may hold beside, equal to the embeddings. */
  readonly head: string;
  /** Tensors that files hold and models don't need. */
  readonly needless: RegExp;
  /** What files of the bare model leave out before names. */
  readonly prefix: string;
}

/** Name of a tensor by the parts of a parameter's path. */
type Stems = Readonly<Record<string, string>>;

const llamaStems: Stems = {
  norm1: "input_layernorm",
  query: "self_attn.q_proj",
  key: "self_attn.k_proj",
  value: "self_attn.v_proj",
  out: "self_attn.o_proj",
  queryNorm: "self_attn.q_norm",
  keyNorm: "self_attn.k_norm",
  norm2: "post_attention_layernorm",
  gate: "mlp.gate_proj",
  up: "mlp.up_proj",
  down: "mlp.down_proj",
};

const gpt2Stems: Stems = {
  norm1: "ln_1",
  query: "attn.c_attn",
  key: "attn.c_attn",
  value: "attn.c_attn",
  out: "attn.c_proj",
  norm2: "ln_2",
  up: "mlp.c_fc",
  down: "mlp.c_proj",
};

const ggufStems: Stems = {
  norm1: "attn_norm",
  query: "attn_q",
  key: "attn_k",
  value: "attn_v",
  out: "attn_output",
  queryNorm: "attn_q_norm",
  keyNorm: "attn_k_norm",
  norm2: "ffn_norm",
  gate: "ffn_gate",
  up: "ffn_up",
  down: "ffn_down",
};

/** The thirds of a tensor that holds queries, keys and values. */
const thirds = ["query", "key", "value"];

/** A path in its parts: `layers/0/query/weight` is of layer 0, `query` and `weight`. */
function partsOf(path: string): { layer?: string; name: string; what: string } {
  const parts = path.split("/");
  if (parts[0] === "layers") return { layer: parts[1], name: parts[2], what: parts[3] };
  return { name: parts[0], what: parts[1] };
}

const suffix = (what: string) => what === "bias" ? "bias" : "weight";
const isMap = (name: string) => name !== "tokens" && name !== "positions" && !/norm/i.test(name);

/** Names of Llama, Qwen 2 and Qwen 3 in Hugging Face's files. */
export const llamaNaming: Naming = {
  name: "Hugging Face's Llama",
  place(path) {
    const { layer, name, what } = partsOf(path);
    const stem = layer !== undefined
      ? `model.layers.${layer}.${llamaStems[name]}`
      : { tokens: "model.embed_tokens", norm: "model.norm", head: "lm_head" }[name];
    return { name: `${stem}.${suffix(what)}`, ...(isMap(name) && { turned: true as const }) };
  },
  head: "lm_head.weight",
  needless: /\.rotary_emb\.inv_freq$/,
  prefix: "model.",
};

/** Names of GPT-2 in Hugging Face's files. Its linear maps are [in, out]. */
export const gpt2Naming: Naming = {
  name: "Hugging Face's GPT-2",
  place(path) {
    const { layer, name, what } = partsOf(path);
    const stem = layer !== undefined ? `transformer.h.${layer}.${gpt2Stems[name]}` : {
      tokens: "transformer.wte",
      positions: "transformer.wpe",
      norm: "transformer.ln_f",
      head: "lm_head",
    }[name];
    const third = thirds.indexOf(name);
    return {
      name: `${stem}.${suffix(what)}`,
      ...(third >= 0 && { part: { index: third, of: 3 } }),
      ...(name === "head" && { turned: true as const }),
    };
  },
  head: "lm_head.weight",
  needless: /\.attn\.(bias|masked_bias)$/,
  prefix: "transformer.",
};

/**
 * Names in GGUF files.
 * @param options `paired`: heads of queries and keys whose rows stand in pairs, as of the
 * architecture `llama`; `joined`: whether queries, keys and values are one tensor, as of `gpt2`
 */
export function ggufNaming(
  { paired, joined = false }: {
    readonly paired?: { readonly query: number; readonly key: number };
    readonly joined?: boolean;
  },
): Naming {
  return {
    name: "GGUF's",
    place(path) {
      const { layer, name, what } = partsOf(path);
      const third = joined ? thirds.indexOf(name) : -1;
      const stem = layer !== undefined
        ? `blk.${layer}.${third >= 0 ? "attn_qkv" : ggufStems[name]}`
        : {
          tokens: "token_embd",
          positions: "position_embd",
          norm: "output_norm",
          head: "output",
        }[name];
      const heads = name === "query" || name === "key" ? paired?.[name] : undefined;
      return {
        name: `${stem}.${suffix(what)}`,
        ...(isMap(name) && { turned: true as const }),
        ...(third >= 0 && { part: { index: third, of: 3 } }),
        ...(heads !== undefined && { pairedHeads: heads }),
      };
    },
    head: "output.weight",
    needless: /^rope_freqs\.weight$/,
    prefix: "",
  };
}
