"""A hash grid's encoding in PyTorch on the CPU, as a process: a JSON command a line on stdin, a JSON
answer a line on stdout.

    load FOLDER       reads grid.json, table.f32, points.f32 and gradient.f32
    run WAY REPEATS   features of the points and the table's gradient as often -> seconds
    values WAY FOLDER writes features.f32 and gradients.f32

Usage: hash_grid_peer.py THREADS, in a Python with requirements.txt. WAY is plain (rows are gathered
by indexing, and autograd goes back) or flat (`Look`: columns by `take`, back by `scatter_add`, which
is some three times as fast).

grid.json is {levels: [{resolution, first, rows, hashed}], features, rowBits}, as in src/nn/hash_levels.ts.
"""

import json
import pathlib
import sys
import time

import numpy as np
import torch

from protocol import serve

PRIMES = (1, 2654435761, 805459861)


class Look(torch.autograd.Function):
    """Weighted rows of a table at indices of any shape; the sum over them is the caller's."""

    @staticmethod
    def forward(context, table, indices, weights):
        context.save_for_backward(indices, weights)
        context.shape = table.shape
        flat = indices.reshape(-1)
        columns = [column.contiguous().take(flat).view_as(weights) for column in table.unbind(1)]
        return torch.stack([column * weights for column in columns], -1)

    @staticmethod
    def backward(context, gradient):
        indices, weights = context.saved_tensors
        flat, rows = indices.reshape(-1), context.shape[0]
        out = torch.empty(context.shape)
        for k, column in enumerate(gradient.unbind(-1)):
            sums = torch.zeros(rows).scatter_add_(0, flat, (column * weights).reshape(-1))
            out[:, k] = sums
        return out, None, None


def plain(table, indices, weights):
    return table[indices] * weights[..., None]


WAYS = {"plain": plain, "flat": Look.apply}


class HashGridPeer:
    def __init__(self, threads):
        torch.set_num_threads(threads)

    def identity(self):
        return {"versions": {"torch": torch.__version__}, "threads": torch.get_num_threads()}

    def load(self, folder):
        folder = pathlib.Path(folder)
        self.grid = json.loads((folder / "grid.json").read_text())
        read = lambda name: torch.from_numpy(np.fromfile(folder / name, dtype=np.float32))
        width = self.grid["features"]
        self.table = read("table.f32").reshape(-1, width).requires_grad_()
        self.points = read("points.f32").reshape(-1, 3)
        self.gradient = read("gradient.f32").reshape(len(self.points), -1)
        return {"points": len(self.points)}

    def sites(self):
        """Rows of the eight vertices around each point and their weights, [N, L, 8]."""
        indices, weights = [], []
        mask = (1 << self.grid["rowBits"]) - 1
        for level in self.grid["levels"]:
            cells = level["resolution"]
            at = self.points.clamp(0, 1) * cells
            low = at.floor().clamp(max=cells - 1)
            share = at - low
            low = low.long()
            for k in range(8):
                corner = (k & 1, k >> 1 & 1, k >> 2)
                x, y, z = (low[:, axis] + corner[axis] for axis in range(3))
                row = (
                    (x * PRIMES[0] ^ y * PRIMES[1] ^ z * PRIMES[2]) & mask
                    if level["hashed"]
                    else x + (cells + 1) * (y + (cells + 1) * z)
                )
                sides = [share[:, a] if corner[a] else 1 - share[:, a] for a in range(3)]
                indices.append(row + level["first"])
                weights.append(sides[0] * sides[1] * sides[2])
        shape = (len(self.points), len(self.grid["levels"]), 8)
        return torch.stack(indices, -1).view(shape), torch.stack(weights, -1).view(shape)

    def once(self, way):
        self.table.grad = None
        start = time.perf_counter()
        indices, weights = self.sites()
        features = WAYS[way](self.table, indices, weights).sum(2).reshape(len(self.points), -1)
        features.backward(self.gradient)
        return time.perf_counter() - start, features

    def run(self, way, repeats):
        return {"seconds": [self.once(way)[0] for _ in range(repeats)]}

    def values(self, way, folder):
        _, features = self.once(way)
        for name, values in (("features", features.detach()), ("gradients", self.table.grad)):
            values.contiguous().numpy().tofile(pathlib.Path(folder) / f"{name}.f32")
        return {"points": len(self.points)}


def answer(peer, command):
    do = command["do"]
    if do == "load":
        return peer.load(command["folder"])
    if do == "run":
        return peer.run(command["way"], command["repeats"])
    if do == "values":
        return peer.values(command["way"], command["folder"])
    raise ValueError(f"no command {do}")


def main():
    serve(lambda: HashGridPeer(int(sys.argv[1])), answer)


main()
