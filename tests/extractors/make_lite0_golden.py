"""Makes lite0_golden.json: features of seeded pictures by a second implementation of `lite0`.

    python make_lite0_golden.py PACKAGE_FOLDER lite0_golden.json   # numpy, scipy

It runs the package's own float32 weights with their batch norms, unfolded and unrounded, in float64
numpy; blur by scipy.ndimage, cubic resampling written out pixel by pixel.
"""
import glob
import json
import os
import sys

import numpy as np
import scipy.ndimage

from make_golden import picture

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../src/extractors/lite0"))
from make_lite0 import read_legacy_torch  # noqa: E402


def cubic(t):
    t = abs(t)
    if t < 1:
        return 1.5 * t**3 - 2.5 * t**2 + 1
    return -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2 if t < 2 else 0.0


def resize_line(line, target):  # enlarging only
    n = line.shape[0]
    out = []
    for y in range(target):
        centre = (y + 0.5) * n / target - 0.5
        weights = np.array([cubic(x - centre) for x in range(n)])
        out.append(np.tensordot(weights / weights.sum(), line, 1))
    return np.stack(out)


def prepare(image):
    x = image.astype(np.float64)
    if x.shape[2] == 1:
        x = np.repeat(x, 3, 2)
    sy, sx = 0.7 * x.shape[0] / 32, 0.7 * x.shape[1] / 32
    for axis, s in ((0, sy), (1, sx)):
        x = scipy.ndimage.gaussian_filter1d(x, s, axis, mode="reflect", radius=int(np.ceil(3.5 * s)))
    x = resize_line(x, 96)
    x = resize_line(x.transpose(1, 0, 2), 96).transpose(1, 0, 2)
    return (x - 127) / 128


def same(size, kernel, stride):
    out = -(-size // stride)
    pad = max(0, (out - 1) * stride + kernel - size)
    return pad // 2, pad - pad // 2, out


def conv(x, w, stride, depthwise=False):  # x [H, W, C], w [out, in, k, k]
    k = w.shape[2]
    (t, b, h), (l, r, v) = same(x.shape[0], k, stride), same(x.shape[1], k, stride)
    x = np.pad(x, ((t, b), (l, r), (0, 0)))
    out = 0.0
    for i in range(k):
        for j in range(k):
            part = x[i : i + (h - 1) * stride + 1 : stride, j : j + (v - 1) * stride + 1 : stride]
            out = out + (part * w[:, 0, i, j] if depthwise else part @ w[:, :, i, j].T)
    return out


def features(state, image):
    def norm(x, name):
        s = {k: state[f"{name}.{k}"].astype(np.float64) for k in ("weight", "bias", "running_mean", "running_var")}
        return (x - s["running_mean"]) / np.sqrt(s["running_var"] + 1e-3) * s["weight"] + s["bias"]

    def relu6(x):
        return np.clip(x, 0, 6)

    def weight(name):
        return state[f"{name}.weight"].astype(np.float64)

    x = relu6(norm(conv(prepare(image), weight("_conv_stem"), 2), "_bn0"))
    first = {0: 1, 1: 2, 3: 2, 5: 2, 8: 1, 11: 2, 15: 1}
    for i in range(16):
        p, y, stride = f"_blocks.{i}.", x, first.get(i, 1)
        if f"{p}_expand_conv.weight" in state:
            y = relu6(norm(conv(y, weight(p + "_expand_conv"), 1), p + "_bn0"))
        y = relu6(norm(conv(y, weight(p + "_depthwise_conv"), stride, True), p + "_bn1"))
        y = norm(conv(y, weight(p + "_project_conv"), 1), p + "_bn2")
        x = x + y if stride == 1 and x.shape == y.shape else y
    return relu6(norm(conv(x, weight("_conv_head"), 1), "_bn1")).mean((0, 1))


def main(package, out):
    (path,) = glob.glob(f"{package}/**/efficientnet-lite0-*.pth", recursive=True)
    state = read_legacy_torch(path)
    cases = []
    for seed, height, width, channels in [(1, 32, 32, 3), (3, 28, 28, 1), (5, 40, 64, 3)]:
        f = features(state, picture(seed, height, width, channels))
        cases.append(dict(seed=seed, height=height, width=width, channels=channels,
                          features=[round(float(v), 6) for v in f]))
        print(seed, f[:4], (f > 0).mean())
    with open(out, "w") as file:
        json.dump(cases, file)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
