"""Tiny random checkpoints of each form, and transformers' logits of fixed tokens on them.

    pip install -r requirements.txt && python make_checkpoints.py

Writes files/NAME/: config.json, safetensors, expected.safetensors (tokens I32 [T], logits F32 [T, V]),
and files/words/: a tokenizer with all that stands beside one.
"""
import json
import os
import shutil

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM,
    PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM,
)

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
V, T = 272, 24
common = dict(
    vocab_size=V, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=64, bos_token_id=None, eos_token_id=None, pad_token_id=None,
)
rope = lambda base, **more: dict(rope_theta=base, rope_type="default") | more

made = {
    "llama": (LlamaForCausalLM, LlamaConfig(
        **common, num_key_value_heads=2, rope_parameters=rope(10000.0)), torch.float32, "1GB"),
    "llama_tied": (LlamaForCausalLM, LlamaConfig(
        **common, num_key_value_heads=1, head_dim=6, tie_word_embeddings=True, rms_norm_eps=1e-5,
        rope_parameters=rope(500000.0)), torch.bfloat16, "1GB"),
    "llama_llama3": (LlamaForCausalLM, LlamaConfig(
        **common, num_key_value_heads=2, head_dim=16, rope_parameters=rope(
            10000.0, rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
            original_max_position_embeddings=16)), torch.float32, "1GB"),
    "llama_linear": (LlamaForCausalLM, LlamaConfig(
        **common, num_key_value_heads=4, attention_bias=True, mlp_bias=True, rope_parameters=rope(
            10000.0, rope_type="linear", factor=4.0)), torch.float32, "1GB"),
    "mistral": (MistralForCausalLM, MistralConfig(
        **common, num_key_value_heads=2, sliding_window=None,
        rope_parameters=rope(1000000.0)), torch.bfloat16, "1GB"),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(
        **common, num_key_value_heads=2, rope_parameters=rope(1000000.0)), torch.float16, "1GB"),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(
        **common, num_key_value_heads=2, head_dim=8, tie_word_embeddings=True,
        rope_parameters=rope(1000000.0)), torch.float32, "20KB"),
    "gpt2": (GPT2LMHeadModel, GPT2Config(
        vocab_size=V, n_positions=32, n_embd=16, n_layer=2, n_head=4, bos_token_id=None,
        eos_token_id=None), torch.float32, "1GB"),
    "gpt2_untied": (GPT2LMHeadModel, GPT2Config(
        vocab_size=V, n_positions=32, n_embd=16, n_layer=2, n_head=2, n_inner=24,
        bos_token_id=None, eos_token_id=None, tie_word_embeddings=False), torch.float16, "1GB"),
}


def randomise(model):
    """Weights large enough that attention is far from even, and that every bias and gain counts."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            gain = name.endswith("norm.weight") or ".ln_" in name and name.endswith("weight")
            p.copy_(1 + 0.2 * noise if gain or "layernorm.weight" in name else 0.4 * noise)


def tokens():
    return torch.randint(0, V, (1, T), generator=torch.Generator().manual_seed(7))


def checkpoints():
    for name, (Model, config, dtype, shard) in made.items():
        folder = os.path.join(here, name)
        shutil.rmtree(folder, ignore_errors=True)
        torch.manual_seed(0)
        model = Model(config).eval()
        randomise(model)
        model.to(dtype).save_pretrained(folder, max_shard_size=shard)
        os.path.exists(f := os.path.join(folder, "generation_config.json")) and os.remove(f)
        # Logits in float32 of the weights as they were written.
        read = Model.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            logits = read(tokens()).logits[0]
        save_file({"tokens": tokens()[0].to(torch.int32), "logits": logits.contiguous()},
                  os.path.join(folder, "expected.safetensors"))
        print(name, sum(p.numel() for p in model.parameters()), float(logits.std()))


def words():
    folder = os.path.join(here, "words")
    shutil.rmtree(folder, ignore_errors=True)
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("t", "h"), ("th", "e"), ("Ġ", "the"), ("i", "n")]
    vocab = {t: i for i, t in enumerate(alphabet + [a + b for a, b in merges])}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in special])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>",
        unk_token=None, model_max_length=64)
    fast.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
        "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
    fast.save_pretrained(folder)
    ids = {t: tokenizer.token_to_id(t) for t in special}
    with open(os.path.join(folder, "generation_config.json"), "w") as file:
        json.dump({"bos_token_id": ids["<|im_start|>"],
                   "eos_token_id": [ids["<|im_end|>"], ids["<|endoftext|>"]]}, file)


if __name__ == "__main__":
    checkpoints()
    words()
