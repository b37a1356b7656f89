"""PEFT's adapters of a tiny Llama, and its logits with them; and 4-bit NormalFloat by bitsandbytes.

    python peft_golden.py                     writes tests/golden/lifecycle/{lora,rslora,dora}/, nf4.json
    python peft_golden.py --load BASE FOLDER  PEFT's logits of an adapter that was written here: one JSON line

The base is tests/golden/language/files/llama. Made with torch 2.13.0, transformers 5.24.0, peft 0.21.2,
safetensors and, for nf4.json, bitsandbytes (its version stands in the file; without it the block is
computed from its definition).
"""

import json
import os
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

here = os.path.dirname(os.path.abspath(__file__))
golden = os.path.join(here, "..", "golden")
BASE = os.path.join(golden, "language", "files", "llama")
OUT = os.path.join(golden, "lifecycle")
V, T = 272, 24

ADAPTERS = {
    "lora": dict(r=3, lora_alpha=7, target_modules=["q_proj", "v_proj"], lora_dropout=0.1),
    "rslora": dict(r=4, lora_alpha=6, use_rslora=True, target_modules=["k_proj", "o_proj", "down_proj"]),
    "dora": dict(
        r=2, lora_alpha=4, use_dora=True,
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]),
}


# Dettmers et al. 2023 (arXiv:2305.14314), appendix E.
NF4 = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1.0,
]


def base():
    return AutoModelForCausalLM.from_pretrained(
        BASE, dtype=torch.float32, attn_implementation="eager").eval()


def tokens():
    return torch.randint(0, V, (1, T), generator=torch.Generator().manual_seed(11))


def logits(model):
    with torch.no_grad():
        return model.eval()(tokens()).logits[0].contiguous()


def adapters():
    for name, settings in ADAPTERS.items():
        folder = os.path.join(OUT, name)
        shutil.rmtree(folder, ignore_errors=True)
        torch.manual_seed(0)
        model = get_peft_model(base(), LoraConfig(task_type="CAUSAL_LM", **settings))
        generator = torch.Generator().manual_seed(5)
        with torch.no_grad():
            for path, p in model.named_parameters():
                if "lora_" not in path:
                    continue
                noise = torch.randn(p.shape, generator=generator)
                # Magnitudes stay near the weights' sizes; A and B are large enough to count.
                p.copy_(p * (1 + 0.2 * noise) if "magnitude" in path else 0.3 * noise)
        model.peft_config["default"].base_model_name_or_path = "llama"
        model.save_pretrained(folder)
        readme = os.path.join(folder, "README.md")
        if os.path.exists(readme):
            os.remove(readme)
        save_file(
            {"tokens": tokens()[0].to(torch.int32), "logits": logits(model)},
            os.path.join(folder, "expected.safetensors"))


def block():
    """Two blocks of normals, some of them at the ends and at 0."""
    values = torch.randn(128, generator=torch.Generator().manual_seed(3)) * 0.7
    values[5], values[77] = 0.0, -2.5
    try:
        import bitsandbytes as bnb
        from bitsandbytes.functional import dequantize_4bit, quantize_4bit
        made, state = quantize_4bit(values, blocksize=64, quant_type="nf4")
        # The high half of a byte is the earlier number.
        codes = [c for b in made.flatten().tolist() for c in (b >> 4, b & 15)]
        absmax = state.absmax.tolist()
        whole = dequantize_4bit(made, state).flatten().tolist()
        version = f"bitsandbytes {bnb.__version__}"
    except ImportError:
        code = torch.tensor(NF4)
        blocks = values.reshape(-1, 64)
        absmax = blocks.abs().amax(1)
        near = (blocks / absmax[:, None]).unsqueeze(-1) - code
        codes = near.abs().argmin(-1)
        whole = (code[codes] * absmax[:, None]).flatten().tolist()
        codes, absmax = codes.flatten().tolist(), absmax.tolist()
        version = "definition"
    with open(os.path.join(OUT, "nf4.json"), "w") as file:
        json.dump(dict(by=version, values=values.tolist(), codes=codes, absmax=absmax, whole=whole), file)
        file.write("\n")


def load(base_folder, folder):
    model = AutoModelForCausalLM.from_pretrained(
        base_folder, dtype=torch.float32, attn_implementation="eager").eval()
    model = PeftModel.from_pretrained(model, folder)
    ids = [(7 * i + i * i) % 257 for i in range(T)]
    with torch.no_grad():
        found = model.eval()(torch.tensor([ids])).logits[0]
    merged = model.merge_and_unload()
    with torch.no_grad():
        again = merged(torch.tensor([ids])).logits[0]
    print(json.dumps(dict(
        tokens=ids, logits=found.flatten().tolist(), merged=again.flatten().tolist())))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--load"]:
        load(*sys.argv[2:4])
    else:
        os.makedirs(OUT, exist_ok=True)
        adapters()
        block()
