"""The network of FID in PyTorch, timed on request: `python extract_peer.py THREADS BATCH`.

For each line `NAME REPEATS` on standard input (NAME: eager or channels-last) it runs that many
batches and writes the seconds of each as a JSON list. Weights are random: time doesn't depend on them.
The architecture is that of TensorFlow's InceptionV3 of 2015-12-05, written out from its shapes.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Conv(nn.Module):
    def __init__(self, inner, out, kernel, stride=1, pad=0):
        super().__init__()
        self.conv = nn.Conv2d(inner, out, kernel, stride, pad, bias=False)
        self.norm = nn.BatchNorm2d(out, eps=1e-3)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)), inplace=True)


def one(inner, out):
    return Conv(inner, out, 1)


def row(inner, out):
    return Conv(inner, out, (1, 7), 1, (0, 3))


def column(inner, out):
    return Conv(inner, out, (7, 1), 1, (3, 0))


class Mixed(nn.Module):
    """Branches side by side; `pool` feeds the last of them, which may be None."""

    def __init__(self, branches, pool, last):
        super().__init__()
        self.branches, self.pool, self.last = nn.ModuleList(branches), pool, last

    def forward(self, x):
        pooled = self.pool(x)
        parts = [branch(x) for branch in self.branches]
        return torch.cat(parts + [pooled if self.last is None else self.last(pooled)], 1)


class Fork(nn.Module):
    def __init__(self, stem, inner):
        super().__init__()
        self.stem = stem
        self.a = Conv(inner, 384, (1, 3), 1, (0, 1))
        self.b = Conv(inner, 384, (3, 1), 1, (1, 0))

    def forward(self, x):
        h = self.stem(x)
        return torch.cat([self.a(h), self.b(h)], 1)


def average(x):
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


def largest(x):
    return F.max_pool2d(x, 3, 1, 1)


def halved(x):
    return F.max_pool2d(x, 3, 2)


def a(inner, pooled):
    five = nn.Sequential(one(inner, 48), Conv(48, 64, 5, 1, 2))
    three = nn.Sequential(one(inner, 64), Conv(64, 96, 3, 1, 1), Conv(96, 96, 3, 1, 1))
    return Mixed([one(inner, 64), five, three], average, one(inner, pooled))


def b():
    three = nn.Sequential(one(288, 64), Conv(64, 96, 3, 1, 1), Conv(96, 96, 3, 2))
    return Mixed([Conv(288, 384, 3, 2), three], halved, None)


def c(mid):
    seven = nn.Sequential(one(768, mid), row(mid, mid), column(mid, 192))
    double = nn.Sequential(one(768, mid), column(mid, mid), row(mid, mid), column(mid, mid), row(mid, 192))
    return Mixed([one(768, 192), seven, double], average, one(768, 192))


def d():
    three = nn.Sequential(one(768, 192), Conv(192, 320, 3, 2))
    seven = nn.Sequential(one(768, 192), row(192, 192), column(192, 192), Conv(192, 192, 3, 2))
    return Mixed([three, seven], halved, None)


def e(inner, pool):
    three = Fork(one(inner, 384), 384)
    double = Fork(nn.Sequential(one(inner, 448), Conv(448, 384, 3, 1, 1)), 384)
    return Mixed([one(inner, 320), three, double], pool, one(inner, 192))


def network():
    return nn.Sequential(
        Conv(3, 32, 3, 2), Conv(32, 32, 3), Conv(32, 64, 3, 1, 1), nn.MaxPool2d(3, 2),
        one(64, 80), Conv(80, 192, 3), nn.MaxPool2d(3, 2),
        a(192, 32), a(256, 64), a(288, 64), b(), c(128), c(160), c(160), c(192), d(),
        e(1280, average), e(2048, largest), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    ).eval()


def main(threads, batch):
    torch.set_num_threads(threads)
    formats = {"eager": torch.contiguous_format, "channels-last": torch.channels_last}
    model = network()
    x = torch.rand(batch, 3, 299, 299) * 2 - 1
    print(json.dumps({"torch": torch.__version__, "features": list(model(x[:1]).shape)}), flush=True)
    for line in sys.stdin:
        name, repeats = line.split()
        ours, given = (t.to(memory_format=formats[name]) for t in (model, x))
        seconds = []
        with torch.inference_mode():
            for _ in range(int(repeats)):
                start = time.perf_counter()
                ours(given).numpy()
                seconds.append(time.perf_counter() - start)
        print(json.dumps(seconds), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
