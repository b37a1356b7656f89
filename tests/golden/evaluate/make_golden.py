"""Writes what numpy, pytorch-fid, clean-fid and PIL make of fixed inputs, for tests that have no Python.

Pinned: numpy==2.3.5 scipy==1.16.3 pytorch-fid==0.3.0 pillow==13.0.0 (torch and torchvision only as
pytorch-fid imports them). Run in this folder after `deno run -A make_inputs.ts`, which writes ours.npz.
"""

import contextlib
import io
import json
import pathlib

import numpy as np
from PIL import Image
from pytorch_fid.fid_score import calculate_frechet_distance, compute_statistics_of_path

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(7)

# Files of numpy's own: kinds, orders, versions.
mean = rng.standard_normal(5)
rows = rng.standard_normal((40, 5))
sigma = np.cov(rows, rowvar=False)
np.savez(here / "numpy_plain.npz", mu=mean, sigma=sigma)
np.savez_compressed(here / "numpy_compressed.npz", mu=mean.astype(np.float32), sigma=sigma.astype(np.float32), extra=np.arange(3))
np.savez_compressed(here / "numpy_fortran.npz", mu=mean, sigma=np.asfortranarray(sigma))
np.savez(here / "numpy_big_endian.npz", mu=mean.astype(">f8"), sigma=sigma.astype(">f8"))
np.savez(here / "numpy_objects.npz", mu=np.array([{}], dtype=object), sigma=sigma)
np.savez_compressed(here / "numpy_feats.npz", feats=rows)
grid = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
with open(here / "fortran.npy", "wb") as file:
    np.lib.format.write_array(file, np.asfortranarray(grid), version=(2, 0))
with open(here / "version3.npy", "wb") as file:
    np.lib.format.write_array(file, rows.astype(np.float32), version=(3, 0))

# What pytorch-fid's own reader makes of the file that this project wrote.
ours = str(here / "ours.npz")
m, s = compute_statistics_of_path(ours, None, 50, 2048, "cpu")
other = rng.standard_normal((200, m.shape[0])) @ np.diag(np.linspace(0.5, 2, m.shape[0])) + 0.3
mo, so = np.mean(other, axis=0), np.cov(other, rowvar=False)
np.savez(here / "theirs.npz", mu=mo, sigma=so)
with contextlib.redirect_stdout(io.StringIO()):
    distance = float(calculate_frechet_distance(m, s, mo, so))

# What PIL, and so pytorch-fid, clean-fid and torch-fidelity, see of awkward pictures.
pictures = {}
for path in sorted((here / "pictures").iterdir()):
    with Image.open(path) as image:
        colours = np.asarray(image.convert("RGB"))
    pictures[path.name] = {"shape": colours.shape, "bytes": colours.reshape(-1).tolist()}

json.dump(
    {
        "numpy": np.__version__,
        "mean": mean.tolist(),
        "sigma": sigma.reshape(-1).tolist(),
        "rows": rows.reshape(-1).tolist(),
        "distance": distance,
        "ours": {"mean": m.tolist(), "sigma": s.reshape(-1).tolist()},
        "pictures": pictures,
    },
    open(here / "golden.json", "w"),
)
