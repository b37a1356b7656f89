"""Writes stats.json: steps by asv's own fit, signed-rank tests by scipy. Run from the repository's root:

    python -m venv v && v/bin/pip install asv==0.6.5 scipy==1.16.3 numpy==2.4.6
    v/bin/python tests/golden/gate/make.py
"""
import json
from pathlib import Path

import numpy as np
from asv.step_detect import solve_potts
from scipy.stats import wilcoxon

rng = np.random.default_rng(7)


def series(n, levels, noise):
    parts = np.array_split(np.zeros(n), len(levels))
    y = np.concatenate([part + level for part, level in zip(parts, levels)])
    return (y + rng.laplace(0, noise, n)).round(4).tolist()


steps = []
for n, levels, noise, price, shortest in [
    (12, [0], 1, 3, 1),
    (24, [0, 4], 1, 4, 1),
    (40, [10, 12, 9], 0.4, 2, 3),
    (40, [10, 12, 9], 0.4, 2, 1),
    (60, [1, 1.1, 1.2, 1.3], 0.02, 0.15, 3),
    (90, [5, 5, 8, 2], 1, 9, 2),
    (7, [0, 50], 0.1, 1, 3),
]:
    y = series(n, levels, noise)
    right, values, dist, *_ = solve_potts(y, [1] * n, price, min_size=shortest)
    # asv's functional counts jumps or levels; what is minimised over the fits is the same.
    total = float(sum(dist)) + price * len(right)
    steps.append({
        "values": y, "price": price, "shortest": shortest,
        "right": [int(r) for r in right], "levels": [float(v) for v in values], "total": total,
    })

signed = []
for n in [3, 5, 8, 13, 20, 41, 50]:
    d = rng.normal(0.4, 1, n).round(6).tolist()
    found = wilcoxon(d, method="exact")
    walsh = sorted((d[i] + d[j]) / 2 for i in range(n) for j in range(i, n))
    signed.append({"differences": d, "p": float(found.pvalue), "estimate": float(np.median(walsh))})
for n in [60, 150]:
    d = rng.normal(0.2, 1, n).round(1)
    d = d[d != 0].tolist()
    found = wilcoxon(d, method="asymptotic", correction=True)
    signed.append({"differences": d, "p": float(found.pvalue), "estimate": None})

text = json.dumps({"steps": steps, "signed": signed})
Path(__file__).with_name("stats.json").write_text(text + "\n")
