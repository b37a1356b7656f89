"""What the harness hands over: a model's settings, parameters and inputs, as numpy arrays."""

import json
import re
from pathlib import Path

from safetensors.numpy import load_file


def nested(flat):
    """A tree from names with slashes; parts that are whole numbers are list indices."""
    root = {}
    for path, value in flat.items():
        *parents, last = path.split("/")
        at = root
        for part in parents:
            at = at.setdefault(part, {})
        at[last] = value
    return _lists(root)


def _lists(node):
    if not isinstance(node, dict):
        return node
    if node and all(re.fullmatch(r"\d+", name) for name in node):
        return [_lists(node[str(i)]) for i in range(len(node))]
    return {name: _lists(child) for name, child in node.items()}


class Exchange:
    """One model's folder: `settings`, flat `params` by path, `inputs` a list of dicts by step."""

    def __init__(self, folder):
        folder = Path(folder)
        self.settings = json.loads((folder / "model.json").read_text())
        self.params = load_file(folder / "params.safetensors")
        self.inputs = nested(load_file(folder / "inputs.safetensors"))
