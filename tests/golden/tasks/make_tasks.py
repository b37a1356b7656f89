"""Numbers of lm-evaluation-harness 0.4.13 on the tasks of files/, with a model that answers by the
sha256 of what it is asked, so that ours can be the same one. Run: python make_tasks.py, with
lm_eval==0.4.13. Writes golden.json, or the file that is named. tests/peers/tasks.ts runs it too."""

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

here = Path(__file__).resolve().parent
out = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else here / "golden.json"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_CACHE", tempfile.mkdtemp())
os.environ.setdefault("DISABLE_MULTIPROC", "1")
os.chdir(here / "files")

import lm_eval  # noqa: E402
from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: E402
from lm_eval.api.model import LM, TemplateLM  # noqa: E402
from lm_eval.tasks import TaskManager  # noqa: E402
from lm_eval.utils import get_rolling_token_windows  # noqa: E402

CHAT = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content']"
    " + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
WORDS = ["happy", "sad", "happy", " Sad.", "The answer is (B).", "42", "#### 1,200", "sad", "no\n\nyes", "Ärger"]


def digest(*texts):
    return hashlib.sha256("\x00".join(texts).encode("utf-8")).digest()


class Hashed(LM):
    """Answers by digests. Log-likelihoods are eighths, of which many are equal."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def loglikelihood(self, requests, disable_tqdm=False):
        found = []
        for request in requests:
            context, continuation = request.args
            self.asked.append([context, continuation])
            bytes_ = digest(context, continuation)
            found.append((-(1 + bytes_[0] % 24) / 8, bytes_[1] % 2 == 0))
        return found

    def loglikelihood_rolling(self, requests, disable_tqdm=False):
        found = []
        for request in requests:
            (text,) = request.args
            self.asked.append([text])
            found.append(-(1 + digest(text)[0] % 24) / 8 * len(text.encode("utf-8")))
        return found

    def generate_until(self, requests, disable_tqdm=False):
        found = []
        for request in requests:
            context, options = request.args
            self.asked.append([context, options])
            text = WORDS[digest(context)[0] % len(WORDS)]
            for end in options["until"]:
                text = text.split(end)[0]
            found.append(text)
        return found

    @property
    def tokenizer_name(self):
        return "hashed"

    def chat_template(self, chat_template=False):
        return CHAT

    def apply_chat_template(self, chat_history, add_generation_prompt=True):
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        text = environment.from_string(CHAT).render(
            messages=chat_history, add_generation_prompt=add_generation_prompt
        )
        if add_generation_prompt:
            return text
        last = chat_history[-1]["content"].strip()
        return text[: text.rindex(last) + len(last)]


def evaluate(task, **options):
    model = Hashed()
    manager = TaskManager(include_path=str(here / "files"), include_defaults=False)
    found = lm_eval.simple_evaluate(
        model=model, tasks=[task], task_manager=manager, log_samples=False, **options
    )
    values = {
        key: value
        for key, value in found["results"][task].items()
        if key not in ("alias", "sample_len", "name", "sample_count")
    }
    return {"task": task, **options, "values": values, "asked": model.asked}


class Bytes(TemplateLM):
    """Tokens of pairs, by a tokenizer of bytes that joins "ab" and " a"."""

    @property
    def eot_token_id(self):
        return 256

    def tok_encode(self, string, add_special_tokens=None, **kwargs):
        tokens, bytes_, at = [], string.encode("utf-8"), 0
        while at < len(bytes_):
            pair = bytes_[at : at + 2]
            joined = {b"ab": 257, b" a": 258}.get(pair)
            tokens.append(bytes_[at] if joined is None else joined)
            at += 1 if joined is None else 2
        return tokens

    def _loglikelihood_tokens(self, requests, **kwargs):
        self.seen = [[context, continuation] for _, context, continuation in requests]
        return [(0.0, True) for _ in requests]

    def loglikelihood_rolling(self, requests, disable_tqdm=False):
        raise NotImplementedError

    def generate_until(self, requests, disable_tqdm=False):
        raise NotImplementedError


class Request:
    def __init__(self, *args):
        self.args = args


def pairs():
    cases = [["", "abc"], ["a ", "b"], ["x a", "b c"], ["x  \n", "y"], ["é\u00a0", "ü"], ["a\x1f", "b"], ["q\ufeff", "r"], [" ", "ab"]]
    model = Bytes()
    model.loglikelihood([Request(*case) for case in cases], disable_tqdm=True)
    return [{"pair": case, "tokens": seen} for case, seen in zip(cases, model.seen)]


def windows():
    found = []
    for context in (1, 3, 4, 8):
        for length in (0, 1, 3, 4, 5, 8, 9, 11):
            rows = list(get_rolling_token_windows(list(range(1, length + 1)), 99, context, 1))
            found.append({"context": context, "length": length, "rows": rows})
    return found


def main():
    tasks = sorted(path.stem for path in (here / "files").glob("*.yaml") if not path.stem.startswith("_"))
    runs = [evaluate(task) for task in tasks]
    runs += [evaluate("choices", limit=3), evaluate("written", limit=1)]
    for task in ("letters", "begun", "written", "several"):
        runs.append(evaluate(task, apply_chat_template=True))
    golden = {
        "versions": {"lm_eval": lm_eval.__version__, "python": sys.version.split()[0]},
        "chat": CHAT,
        "words": WORDS,
        "runs": runs,
        "pairs": pairs(),
        "windows": windows(),
    }
    with open(out, "w", encoding="utf-8") as file:
        json.dump(golden, file, ensure_ascii=False, indent=1)
        file.write("\n")


main()
