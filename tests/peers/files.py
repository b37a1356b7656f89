"""What the harness hands over: a model's settings, parameters and inputs, as numpy arrays."""

import json
import re
from pathlib import Path

import numpy as np
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


def rotary_tables(settings):
    """Cosines and sines of rotary positions [context, D], the angles of both halves alike."""
    width = settings["headWidth"]
    frequency = settings["rotary"]["base"] ** (-np.arange(0, width, 2) / width)
    angle = np.tile(np.arange(settings["context"])[:, None] * frequency, 2)
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


class Windows:
    """Windows of tokens [N, T + 1], and the numbers of those that each step sees [steps, B]."""

    def __init__(self, windows, order):
        self.windows, self.order = windows, order

    def rows(self, step):
        return self.windows[self.order[step]]


class Exchange:
    """One model's folder: `settings`, flat `params` by path, and `inputs`, a list of dicts by step.

    Instead of inputs there may be `windows` of tokens and the order in which steps see them.
    """

    def __init__(self, folder):
        folder = Path(folder)
        self.settings = json.loads((folder / "model.json").read_text())
        self.params = load_file(folder / "params.safetensors")
        inputs = load_file(folder / "inputs.safetensors")
        self.windows = Windows(**inputs) if "windows" in inputs else None
        self.inputs = [] if self.windows else nested(inputs)
