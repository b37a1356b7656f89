"""TRL's side of the speed of fine-tuning: trains on the rows of a job as it is asked to, line by line.

    python trl_peer.py JOB.json asked|kept

`asked`: the reference is asked in each step, TRL's default; `kept`: what it says is computed first.
Each command {"do": "train", "steps": n} is answered by {"seconds", "losses"}. The job is written by
src/proof/figures/lifecycle/training.ts. Needs tests/peers/requirements_lifecycle.txt.
"""

import json
import os
import sys
import tempfile
import time
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", TQDM_DISABLE="1")
warnings.filterwarnings("ignore")

import torch
import transformers
import trl
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, TrainerCallback

# What libraries print goes to stderr: stdout is for answers.
ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


def tell(answer):
    print(json.dumps(answer), file=ANSWERS, flush=True)


def tokenizer(job):
    size = job["model"]["vocabulary"]
    words = {f"w{i}": i for i in range(size)}
    inner = Tokenizer(models.WordLevel(words, unk_token="w0"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, eos_token=f"w{job['end']}", pad_token=f"w{job['none']}")


def said(tokens):
    return " ".join(f"w{i}" for i in tokens)


def rows(job):
    for prompt, answers in zip(job["prompts"], job["answers"]):
        sides = [" " + said(answer) for answer in answers]
        if job["objective"] == "sft":
            yield dict(prompt=said(prompt), completion=sides[0])
        else:
            yield dict(prompt=said(prompt), chosen=sides[0], rejected=sides[1])


class Turns(TrainerCallback):
    """Waits for the next command between steps."""

    def __init__(self, losses, begin, parameters):
        self.losses, self.begin, self.parameters = losses, begin, parameters
        self.left = self.start = None

    def on_step_begin(self, args, state, control, **more):
        if self.left is None:
            versions = {m.__name__: m.__version__ for m in (trl, transformers, torch)}
            tell(dict(ready=True, parameters=self.parameters, versions=versions, begin=self.begin))
            self.left = 0
        if self.left == 0:
            line = sys.stdin.readline()
            command = json.loads(line) if line else {"do": "quit"}
            if command["do"] == "quit":
                ANSWERS.flush()
                os._exit(0)
            self.left = command["steps"]
            self.losses.clear()
            self.start = time.perf_counter()

    def on_step_end(self, args, state, control, **more):
        self.left -= 1
        if self.left == 0:
            seconds = time.perf_counter() - self.start
            tell(dict(seconds=seconds, losses=[float(loss) for loss in self.losses]))


def in_order(base, losses):
    """A trainer that takes rows in their order and keeps its losses, and the time of asking the reference ahead."""

    class InOrder(base):
        def _get_train_sampler(self, *arguments, **named):
            return torch.utils.data.SequentialSampler(self.train_dataset)

        seconds = 0.0

        def _precompute_ref_logps(self, *arguments, **named):
            start = time.perf_counter()
            found = super()._precompute_ref_logps(*arguments, **named)
            self.seconds += time.perf_counter() - start
            return found

        def compute_loss(self, *arguments, **named):
            found = super().compute_loss(*arguments, **named)
            losses.append((found[0] if isinstance(found, tuple) else found).detach())
            return found

    return InOrder


def main(path, reference):
    with open(path) as file:
        job = json.load(file)
    torch.set_num_threads(job["threads"])
    model = AutoModelForCausalLM.from_pretrained(job["weights"], dtype=torch.float32)
    optimiser, losses = job["optimiser"], []
    with tempfile.TemporaryDirectory() as out:
        common = dict(
            output_dir=out, report_to=[], use_cpu=True, bf16=False, gradient_checkpointing=False,
            per_device_train_batch_size=job["batch"], max_steps=10**6, logging_steps=10**6,
            save_strategy="no", disable_tqdm=True, max_length=None,
            learning_rate=optimiser["rate"], lr_scheduler_type="constant",
            adam_beta2=optimiser["beta2"], weight_decay=optimiser["decay"],
            max_grad_norm=optimiser["clip"])
        data = Dataset.from_list(list(rows(job)))
        if job["objective"] == "sft":
            trainer = in_order(trl.SFTTrainer, losses)(
                model=model, args=trl.SFTConfig(**common), train_dataset=data,
                processing_class=tokenizer(job))
        else:
            trainer = in_order(trl.DPOTrainer, losses)(
                model=model, processing_class=tokenizer(job), train_dataset=data,
                args=trl.DPOConfig(
                    **common, beta=0.1, precompute_ref_log_probs=reference == "kept",
                    precompute_ref_batch_size=job["batch"]))
        parameters = sum(p.numel() for p in model.parameters())
        trainer.add_callback(Turns(losses, trainer.seconds, parameters))
        trainer.train()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
