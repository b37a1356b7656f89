"""Writes resize.json: pictures resized by PIL, PyTorch and torch-fidelity. python make_resize.py"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from cleanfid.resize import make_resizer
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x

from fill import digits, picture

SIDE = 12
CASES = [(1, 13, 20), (2, 40, 28), (3, 5, 7), (4, 12, 31), (5, 37, 12)]


def tensor(image):
    return torch.from_numpy(image.astype(np.float32).transpose(2, 0, 1))[None]


def back(x):
    return x[0].numpy().transpose(1, 2, 0)


MODES = {
    "clean": make_resizer("PIL", False, "bicubic", (SIDE, SIDE)),
    "pil-bicubic": make_resizer("PIL", True, "bicubic", (SIDE, SIDE)),
    "torch-bilinear": lambda x: back(
        F.interpolate(tensor(x), size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    ),
    "tf1": lambda x: back(
        interpolate_bilinear_2d_like_tensorflow1x(tensor(x), (SIDE, SIDE), align_corners=False)
    ),
}

cases = [
    dict(seed=seed, height=h, width=w, side=SIDE, mode=mode, values=digits(f(picture(seed, h, w)), 8))
    for seed, h, w in CASES
    for mode, f in MODES.items()
]
with open(os.path.join(os.path.dirname(__file__), "resize.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
