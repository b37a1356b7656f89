"""PEFT's side of LoRA on a named checkpoint: trains a job's rows and prints one JSON line.

    python lora_peer.py JOB.json

The job is written by src/proof/figures/lifecycle/lora.ts. Lines of stderr that begin with "note: " tell
how far it is. Needs tests/peers/requirements_lifecycle.txt, and gguf.
"""

import ctypes
import gc
import json
import os
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model


def note(text):
    print(f"note: {text}", file=sys.stderr, flush=True)


def memory(name="VmHWM:"):
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith(name))


def forget():
    """What loading left behind goes back to the system, and the count of the most bytes begins anew."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def main(path):
    with open(path) as file:
        job = json.load(file)
    torch.set_num_threads(job["threads"])
    torch.manual_seed(0)
    folder, name = os.path.split(job["gguf"])
    note("transformers reads the file")
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=name, dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(
        task_type="CAUSAL_LM", r=job["rank"], lora_alpha=job["rank"],
        target_modules=["q_proj", "v_proj"]))
    model.config.use_cache = False
    model.train()
    moving = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(moving, lr=job["rate"], betas=(0.9, 0.999), weight_decay=0.0)
    whole = memory()
    forget()
    before = memory("VmRSS:")
    rows, batch, losses = job["rows"], job["batch"], []
    start = time.perf_counter()
    for step in range(job["steps"]):
        own = [rows[(step * batch + i) % len(rows)] for i in range(batch)]
        ids = torch.tensor(own)
        # As many inputs as there: the last token is only a target.
        logits = model(input_ids=ids[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), ids[:, 1:].reshape(-1))
        del logits
        loss.backward()
        torch.nn.utils.clip_grad_norm_(moving, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        losses.append(float(loss.detach()))
        note(f"step {step + 1} of {job['steps']}")
    found = memory()
    print(json.dumps(dict(
        before=before, peak=found, whole=max(whole, found), seconds=time.perf_counter() - start, losses=losses,
        trained=sum(p.numel() for p in moving),
        versions={m.__name__: m.__version__ for m in (peft, transformers, torch)})))


if __name__ == "__main__":
    main(sys.argv[1])
