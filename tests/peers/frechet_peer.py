"""The Fréchet distance of two files of features as pytorch-fid computes it: numpy's covariances and
scipy's root of their product. Prints one JSON line; only the computation is timed.

    python frechet_peer.py A.f64 B.f64 DIMENSION
"""
import json
import sys
import time

import numpy as np
import scipy
import scipy.linalg


def frechet(a, b):
    start = time.perf_counter()
    mean = a.mean(axis=0) - b.mean(axis=0)
    s, t = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    moments = time.perf_counter() - start
    root = scipy.linalg.sqrtm(s.dot(t))
    value = mean.dot(mean) + np.trace(s) + np.trace(t) - 2 * np.trace(root.real)
    return dict(seconds=time.perf_counter() - start, moments=moments, value=float(value))


def main(first, second, dimension):
    a, b = (np.fromfile(path).reshape(-1, int(dimension)) for path in (first, second))
    frechet(a[:40, :8], b[:40, :8])  # loads what is loaded late
    print(json.dumps(dict(frechet(a, b), versions=f"numpy {np.__version__}, scipy {scipy.__version__}")))


if __name__ == "__main__":
    main(*sys.argv[1:])
