"""Writes torch_files.json: small files of torch.save in base64. python make_torch_files.py"""
import base64
import collections
import io
import json
import os

import torch

numbers = torch.arange(24, dtype=torch.float32)
state = collections.OrderedDict(
    cube=numbers.view(2, 3, 4),
    turned=numbers.view(4, 6).t(),
    part=numbers[5:9],
    half=torch.tensor([1.5, -2.0, 0.1]).half(),
    brain=torch.tensor([1.5, -2.0, 0.1]).bfloat16(),
    count=torch.tensor(7),
    empty=torch.zeros(0, 3),
    double=torch.tensor([0.1], dtype=torch.float64),
)
nested = {"state_dict": state, "epoch": 3, "name": "ü", "p": torch.nn.Parameter(numbers[:2])}


def saved(value, **options):
    out = io.BytesIO()
    torch.save(value, out, **options)
    return base64.b64encode(out.getvalue()).decode()


class Evil:
    def __reduce__(self):
        return (os.system, ("true",))


script = io.BytesIO()
torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), script)
files = dict(
    zip=saved(nested),
    legacy=saved(nested, _use_new_zipfile_serialization=False),
    module=saved(torch.nn.Linear(2, 2)),
    evil=saved({"w": numbers, "x": Evil()}),
    evil_legacy=saved({"w": numbers, "x": Evil()}, _use_new_zipfile_serialization=False),
    script=base64.b64encode(script.getvalue()).decode(),
)
with open(os.path.join(os.path.dirname(__file__), "torch_files.json"), "w") as file:
    json.dump(files, file, indent=1)
    file.write("\n")
