"""transformers' side of the exchange of checkpoints: loads the folders of the arguments, and prints
for each, as a line of JSON, the logits of fixed tokens and the tokens of some texts.

    python checkpoint_peer.py TOKENS FOLDER…    (TOKENS: how many)
"""
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

texts = ["the king in the thing", "  two spaces, ñ and 🙂\n", "<|endoftext|>"]
for folder in sys.argv[2:]:
    model, said = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokens = [(7 * i + i * i) % 257 for i in range(int(sys.argv[1]))]
    with torch.no_grad():
        logits = model.eval()(torch.tensor([tokens])).logits[0]
    print(json.dumps({
        "model": type(model).__name__,
        "missing": sorted(said["missing_keys"]),
        "unexpected": sorted(said["unexpected_keys"]),
        "tokens": tokens,
        "logits": logits.flatten().tolist(),
        "words": [tokenizer(text, add_special_tokens=False).input_ids for text in texts],
        "texts": texts,
        "bos": tokenizer.bos_token_id,
        "eos": tokenizer.eos_token_id,
        "chat": tokenizer.chat_template,
    }), flush=True)
