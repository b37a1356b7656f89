"""A GGUF model in transformers, scored by lm-evaluation-harness: one JSON line.

    python smollm2_peer.py JOB.json

The job has `gguf`, `context`, `texts`, `tasks` and `folder`, where the tasks' YAML lies, and `limit`.
"""

import json
import os
import sys

import lm_eval
import torch
import transformers
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager


def main(path):
    with open(path) as file:
        job = json.load(file)
    folder, name = os.path.split(job["gguf"])
    load = dict(gguf_file=name, dtype=torch.float32)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, gguf_file=name)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, **load).eval()
    language = HFLM(
        pretrained=model,
        tokenizer=tokenizer,
        max_length=job["context"],
        batch_size=1,
        # What stands before a text, as the harness has it: the file's separator.
        prefix_token_id=tokenizer.bos_token_id,
    )
    asked = [
        Instance("loglikelihood_rolling", {}, (text,), i) for i, text in enumerate(job["texts"])
    ]
    rolling = language.loglikelihood_rolling(asked)
    os.chdir(job["folder"])
    found = lm_eval.simple_evaluate(
        model=language,
        tasks=job["tasks"],
        limit=job["limit"],
        task_manager=TaskManager(include_path=".", include_defaults=False),
        log_samples=False,
    )
    versions = {
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "lm_eval": lm_eval.__version__,
    }
    print(json.dumps(dict(rolling=rolling, tasks=found["results"], versions=versions), default=str))


if __name__ == "__main__":
    main(sys.argv[1])
