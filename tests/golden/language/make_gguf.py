"""Tiny GGUF files, written by the `gguf` package, with what gguf.quants and transformers make of them.

    pip install -r requirements.txt && python make_gguf.py

Writes files/gguf/: NAME.gguf, and NAME.safetensors with tokens I32 [T] and transformers' logits F32
[T, V] on the dequantised weights. types.gguf holds a tensor of each type that is read and metadata of
each type; types.safetensors its values.
"""
import os

os.environ["HF_HUB_OFFLINE"] = "1"
import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Q
from safetensors.torch import save_file
from transformers import (
    GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM,
    Qwen3Config, Qwen3ForCausalLM,
)
from tokenizers import pre_tokenizers

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files", "gguf")
alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
merges = ["t h", "th e", "Ġ the", "i n"]
control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
pieces = alphabet + [m.replace(" ", "") for m in merges] + control
V, T = len(pieces), 16
START, END = V - 2, V - 1
template = "{% for m in messages %}<|im_start|>{{ m['content'] }}<|im_end|>{% endfor %}"

llama = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
gpt2 = {
    "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down", "ln_1": "attn_norm", "ln_2": "ffn_norm",
}
top = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "transformer.wte": "token_embd", "transformer.wpe": "position_embd",
    "transformer.ln_f": "output_norm",
}


def name_of(name):
    stem, kind = name.rsplit(".", 1)
    if stem in top:
        return f"{top[stem]}.{kind}"
    _, _, layer, rest = stem.split(".", 3)
    return f"blk.{layer}.{(llama | gpt2)[rest]}.{kind}"


def paired(x, heads):
    """llama.cpp's order of rotary rows."""
    return x.reshape(heads, 2, x.shape[0] // heads // 2, *x.shape[1:]).swapaxes(1, 2).reshape(x.shape)


def unpaired(x, heads):
    return x.reshape(heads, x.shape[0] // heads // 2, 2, *x.shape[1:]).swapaxes(1, 2).reshape(x.shape)


def randomise(model):
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            gain = "norm" in name or ".ln_" in name
            p.copy_(1 + 0.2 * noise if gain and name.endswith("weight") else 0.3 * noise)


def vocabulary(writer, pre):
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(pieces)
    writer.add_token_types([1] * (V - len(control)) + [3] * len(control))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(START)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(False)
    writer.add_chat_template(template)


def write(name, arch, Model, config, quants, *, pre="smollm", freqs=None):
    """quants: the type of a two-dimensional tensor by the last part of its GGUF name."""
    torch.manual_seed(0)
    model = Model(config).float().eval()
    randomise(model)
    writer = gguf.GGUFWriter(os.path.join(here, f"{name}.gguf"), arch)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(config.num_attention_heads)
    if arch == "gpt2":
        writer.add_feed_forward_length(4 * config.hidden_size)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    else:
        writer.add_feed_forward_length(config.intermediate_size)
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
        writer.add_rope_dimension_count(config.head_dim if arch != "qwen2" else 8)
        if arch == "qwen3":
            writer.add_key_length(config.head_dim)
            writer.add_value_length(config.head_dim)
    vocabulary(writer, pre)
    if freqs is not None:
        writer.add_tensor("rope_freqs.weight", freqs)
    state, back = model.state_dict(), {}
    for key, value in state.items():
        own, x = name_of(key), value.numpy().astype(np.float32)
        if config.tie_word_embeddings and key == "lm_head.weight":
            continue
        conv1d = arch == "gpt2" and x.ndim == 2 and ".h." in key
        heads = {"attn_q": config.num_attention_heads,
                 "attn_k": getattr(config, "num_key_value_heads", 0)}.get(own.split(".")[-2])
        heads = heads if arch == "llama" else None
        x = np.ascontiguousarray(x.T) if conv1d else paired(x, heads) if heads else x
        kind = quants.get(own.split(".")[-2], quants["*"]) if x.ndim == 2 else Q.F32
        data = gguf.quants.quantize(x, kind)
        writer.add_tensor(own, data, raw_dtype=kind)
        y = gguf.quants.dequantize(data, kind).astype(np.float32)
        y = y.T if conv1d else unpaired(y, heads) if heads else y
        back[key] = torch.from_numpy(np.ascontiguousarray(y))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(name, model.load_state_dict(back, strict=False))
    model.tie_weights()
    tokens = torch.randint(0, V, (1, T), generator=torch.Generator().manual_seed(7))
    with torch.no_grad():
        logits = model(tokens).logits[0]
    save_file({"tokens": tokens[0].to(torch.int32), "logits": logits.contiguous()},
              os.path.join(here, f"{name}.safetensors"))


def types():
    """A tensor of each type, and metadata of each type."""
    writer = gguf.GGUFWriter(os.path.join(here, "types.gguf"), "llama")
    add = writer.add_key_value
    K = gguf.GGUFValueType
    numbers = {
        "uint8": (255, K.UINT8), "int8": (-128, K.INT8), "uint16": (65535, K.UINT16),
        "int16": (-32768, K.INT16), "uint32": (4294967295, K.UINT32),
        "int32": (-2147483648, K.INT32), "float32": (1.5, K.FLOAT32), "bool": (True, K.BOOL),
        "string": ("grüß", K.STRING), "uint64": (2**53 - 1, K.UINT64),
        "int64": (-2**53 + 1, K.INT64), "float64": (0.1, K.FLOAT64), "large": (2**63, K.UINT64),
    }
    for key, (value, kind) in numbers.items():
        add(f"test.{key}", value, kind)
    writer.add_array("test.strings", ["a", "", "ñ"])
    writer.add_array("test.integers", [1, -2, 3])
    writer.add_array("test.empty", [])
    rng, expected = np.random.default_rng(1), {}
    for kind in [Q.F32, Q.F16, Q.BF16, Q.Q8_0, Q.Q4_0, Q.Q4_1]:
        x = (rng.standard_normal((3, 64)) * np.array([[1], [1e-3], [30]])).astype(np.float32)
        x[0, :32] = 0
        data = gguf.quants.quantize(x, kind)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        expected[kind.name] = torch.from_numpy(
            gguf.quants.dequantize(data, kind).astype(np.float32).copy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(expected, os.path.join(here, "types.safetensors"))


def main():
    os.makedirs(here, exist_ok=True)
    types()
    common = dict(vocab_size=V, hidden_size=32, intermediate_size=64, num_hidden_layers=1,
                  num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
                  bos_token_id=None, eos_token_id=None)
    rope = lambda base, **more: dict(rope_theta=base, rope_type="default") | more
    mixed = {"token_embd": Q.Q8_0, "attn_q": Q.Q4_1, "attn_k": Q.Q4_0, "ffn_down": Q.BF16,
             "ffn_up": Q.F16, "*": Q.Q4_1}
    write("llama", "llama", LlamaForCausalLM, LlamaConfig(
        **common, rms_norm_eps=1e-5, tie_word_embeddings=True, rope_parameters=rope(10000.0)), mixed)
    llama3 = LlamaConfig(**common, rope_parameters=rope(
        500000.0, rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=8192))
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
    plain = 1.0 / 500000.0 ** (torch.arange(0, 8, 2).float() / 8)
    freqs = (plain / ROPE_INIT_FUNCTIONS["llama3"](llama3, "cpu")[0]).numpy()
    half = {"token_embd": Q.Q8_0, "output": Q.Q8_0, "*": Q.F16}
    write("llama3", "llama", LlamaForCausalLM, llama3, half, pre="llama-bpe", freqs=freqs)
    write("qwen2", "qwen2", Qwen2ForCausalLM, Qwen2Config(
        **common, tie_word_embeddings=True, rope_parameters=rope(1000000.0)), half, pre="qwen2")
    write("qwen3", "qwen3", Qwen3ForCausalLM, Qwen3Config(
        **common, head_dim=16, tie_word_embeddings=True, rope_parameters=rope(1000000.0)), half,
        pre="qwen2")
    write("gpt2", "gpt2", GPT2LMHeadModel, GPT2Config(
        vocab_size=V, n_positions=32, n_embd=32, n_layer=1, n_head=4, bos_token_id=None,
        eos_token_id=None), half | {"position_embd": Q.F32}, pre="gpt-2")


if __name__ == "__main__":
    main()
