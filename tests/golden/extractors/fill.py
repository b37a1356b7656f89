"""Weights by a formula that TypeScript repeats bit for bit (fill.ts), so that none need be kept.

Number i of the tensor NAME is a hash of both in 24 bits, u in [0, 1), brought to a scale that keeps
activations of the size of 1: see `scaled`.
"""
import math

import numpy as np
import torch


def uniforms(name, count):
    seed = 2166136261
    for byte in name.encode():
        seed = ((seed ^ byte) * 16777619) & 0xFFFFFFFF
    with np.errstate(over="ignore"):
        x = (np.arange(count, dtype=np.uint32) + np.uint32(seed)) * np.uint32(0x9E3779B1)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
    return (x >> np.uint32(8)).astype(np.float64) / 2**24


def scaled(name, shape):
    count = math.prod(shape)
    u = uniforms(name, count)
    last = name.split(".")[-1]
    if last in ("running_var", "gamma", "lambda1") or (last == "weight" and len(shape) == 1):
        values = 0.75 + 0.5 * u
    elif last in ("weight", "in_proj_weight", "proj") and len(shape) > 1:
        fan = count // (shape[1] if last == "proj" else shape[0])
        values = (u - 0.5) * math.sqrt(24 / fan)
    else:
        values = (u - 0.5) * 0.2
    return values.astype(np.float32).reshape(shape)


def fill(module):
    """Fills all floating-point entries of a module's state in place."""
    state = module.state_dict()
    for name, tensor in state.items():
        if tensor.is_floating_point():
            tensor.copy_(torch.from_numpy(scaled(name, tuple(tensor.shape))))
    return module.eval()


def picture(seed, height, width, channels=3):
    """The same pictures as tests/metrics/golden_inputs.ts."""
    x, out = seed, []
    for i in range(height * width * channels):
        x = (75 * x + 74) % 65537
        pixel = i // channels
        out.append(int(((pixel % width) * 5 + (pixel // width) * 3) % 200 + 55 * (x / 65537)))
    return np.array(out, np.uint8).reshape(height, width, channels)


def digits(values, count=7):
    return [float(f"{float(v):.{count}g}") for v in np.asarray(values).ravel()]


def shapes(state):
    """Names and shapes of what `fill` fills."""
    return {name: list(t.shape) for name, t in state.items() if t.is_floating_point()}


def write(name, content):
    """One line a shape and a case, so that differences can be read."""
    import json
    import os

    def line(value):
        return json.dumps(value, separators=(",", ":"))

    with open(os.path.join(os.path.dirname(__file__), name), "w") as file:
        names = ",\n".join(f"{line(k)}:{line(v)}" for k, v in content["shapes"].items())
        rows = ",\n".join(line(case) for case in content["cases"])
        file.write(f'{{"shapes":{{\n{names}\n}},\n"cases":[\n{rows}\n]}}\n')
