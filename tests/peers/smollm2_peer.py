"""A GGUF model in transformers, scored by lm-evaluation-harness: one JSON line.

    python smollm2_peer.py JOB.json

The job has `gguf`, `context`, `texts`, `tasks` and `folder`, where the tasks' YAML lies, and `limit`.
Lines of stderr that begin with "note: " tell how far it is.
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


def note(text):
    print(f"note: {text}", file=sys.stderr, flush=True)


def opened(gguf, context):
    folder, name = os.path.split(gguf)
    note("transformers reads the file")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, gguf_file=name)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=name, dtype=torch.float32
    ).eval()
    return HFLM(
        pretrained=model,
        tokenizer=tokenizer,
        max_length=context,
        batch_size=1,
        # PyTorch's float32 softmax over 49,152 tokens loses 1.7e-5 nats of each, always the same way.
        softmax_dtype="float64",
    )


def main(path):
    with open(path) as file:
        job = json.load(file)
    language = opened(job["gguf"], job["context"])
    rolling = []
    for i, text in enumerate(job["texts"]):
        asked = [Instance("loglikelihood_rolling", {}, (text,), i)]
        rolling += language.loglikelihood_rolling(asked, disable_tqdm=True)
        note(f"{len(rolling)} of {len(job['texts'])} texts are scored")
    os.chdir(job["folder"])
    tasks = {}
    for task in job["tasks"]:
        note(f"task {task}")
        found = lm_eval.simple_evaluate(
            model=language,
            tasks=[task],
            limit=job["limit"],
            task_manager=TaskManager(include_path=".", include_defaults=False),
            log_samples=False,
        )
        tasks.update(found["results"])
    versions = {
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "lm_eval": lm_eval.__version__,
    }
    found = dict(rolling=rolling, tasks=tasks, prefix=language.prefix_token_id, versions=versions)
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main(sys.argv[1])
