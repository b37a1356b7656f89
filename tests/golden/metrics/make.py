"""Makes golden.json: what other programs say of small seeded inputs.

    pip install -r requirements.txt
    (checkouts of nicolassalvy/ClippedDensityCoverage and marcojira/fld at the commits below)
    python make.py --clipped ClippedDensityCoverage --fld fld > golden.json

Inputs are rebuilt in TypeScript from the same recurrence, x' = (75 x + 74) mod 65537, which both sides
compute exactly: see ../../metrics/make_golden.py, whose functions are used here. The code of the two
papers that are in no package is read from checkouts, at the commits below.
"""
import argparse
import contextlib
import importlib.metadata
import importlib.util
import io
import json
import os
import sys

import numpy as np
import ot
import prdc
import scipy.linalg
import scipy.sparse
import scipy.stats
import torch
import torch_fidelity.metric_isc
import torch_fidelity.metric_kid
from cleanfid import fid as cleanfid
from pytorch_fid import fid_score
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch_fidelity import metric_fid
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure
from vendi_score import vendi

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "metrics"))
from make_golden import features, noisy, picture, uniforms  # noqa: E402

COMMITS = {
    "clipped": "9920dae001b04a63485ef1ff3ab002203ce5f939",
    "fld": "ffbbf2041115814fd1074f0117bcb96c5af840b7",
}
PACKAGES = [
    "numpy", "scipy", "scikit-learn", "scikit-image", "torch", "torchmetrics", "torch-fidelity", "clean-fid",
    "pytorch-fid", "prdc", "vendi-score", "pot",
]
BETAS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def grid(seed, count, dimension, levels):
    """Whole numbers: distances are exact and many are equal."""
    return np.floor(levels * uniforms(seed, count * dimension)).reshape(count, dimension)


def moments(x):
    return x.mean(0), np.cov(x, rowvar=False)


def distances(a, b):
    (m, s), (n, t) = moments(a), moments(b)
    stats = [{"mu": mu, "sigma": sigma} for mu, sigma in [(m, s), (n, t)]]
    return dict(
        pytorch_fid=float(fid_score.calculate_frechet_distance(m, s, n, t)),
        clean_fid=float(cleanfid.frechet_distance(m, s, n, t)),
        torch_fidelity=float(
            metric_fid.fid_statistics_to_metric(*stats, False)["frechet_inception_distance"]),
    )


def kid(a, b, subsets, size, seed):
    """torch-fidelity's value, and the subsets that it drew: the same stream asked the same way."""
    out = torch_fidelity.metric_kid.kid_features_to_metric(
        torch.tensor(a), torch.tensor(b), kid_subsets=subsets, kid_subset_size=size, rng_seed=seed,
        kid_kernel="poly", kid_kernel_poly_degree=3, kid_kernel_poly_gamma=None,
        kid_kernel_poly_coef0=1, verbose=False)
    rng = np.random.RandomState(seed)
    rows = [
        dict(a=rng.choice(len(a), size, replace=False).tolist(),
             b=rng.choice(len(b), size, replace=False).tolist())
        for _ in range(subsets)
    ]
    return dict(
        mean=out["kernel_inception_distance_mean"], deviation=out["kernel_inception_distance_std"],
        subsets=rows)


def neighbours(a, b, k, clipped):
    with contextlib.redirect_stdout(io.StringIO()):
        found = {name: float(v) for name, v in prdc.compute_prdc(a, b, nearest_k=k).items()}
    theirs = clipped.ClippedDensityCoverage(a, K=k, n_jobs=1)
    found["clippedDensity"] = float(theirs.ClippedDensity(b))
    found["clippedCoverage"] = float(theirs.ClippedCoverage(b))
    return found


def likelihood(samples, train, held_out, fld):
    """The mixture's losses in float64. The authors shuffle rows only beyond one batch of 10,000."""
    train_t, held_t, samples_t = fld.MoG.preprocess_feat(
        *(torch.tensor(x) for x in (train, held_out, samples)))
    mixture = fld.MoG.MoG(samples_t)
    mixture.fit(train_t)
    return dict(
        train=float(mixture.get_dim_adjusted_nlls(train_t).mean()),
        heldOut=float(mixture.get_dim_adjusted_nlls(held_t).mean()))


def multiscale(a, b, scales):
    weights = np.array(BETAS[:scales])
    weights = weights if scales == 5 else weights / weights.sum() * sum(BETAS)
    as_tensor = lambda x: torch.tensor(x.astype(np.float64)).permute(2, 0, 1)[None]
    return float(multiscale_structural_similarity_index_measure(
        as_tensor(a), as_tensor(b), data_range=255.0, betas=tuple(weights.tolist())))


def module(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def main():
    parser = argparse.ArgumentParser()
    for name in COMMITS:
        parser.add_argument(f"--{name}", required=True, help=f"checkout of commit {COMMITS[name]}")
    given = parser.parse_args()
    torch.set_default_dtype(torch.float64)
    clipped = module("clipped", os.path.join(
        given.clipped, "ClippedDensityCoverage", "metrics", "Clipped_Density_Coverage.py"))
    sys.path.insert(0, given.fld)
    import fld.MoG
    import fld.metrics.AuthPct

    out = dict(made=", ".join(f"{p} {importlib.metadata.version(p)}" for p in PACKAGES), commits=COMMITS)

    out["sets"] = []
    for m, n, d, shift in [(200, 150, 64, 0.2), (40, 60, 48, 0.0), (300, 300, 5, 0.05)]:
        a, b = features(7, m, d, 0.0), features(11, n, d, shift)
        line = scipy.stats.linregress(1 / np.arange(2, 2 + len(a[:20])), a[:20, 0])
        out["sets"].append(dict(
            a=m, b=n, dimension=d, shift=shift, frechet=distances(a, b), kid=kid(a, b, 5, 30, 2020),
            neighbours=neighbours(a, b, 5, clipped),
            vendi=float(vendi.score_X(b)), vendiDual=float(vendi.score_dual(b)),
            authenticity=(fld.metrics.AuthPct.AuthPct().compute_metric(
                torch.tensor(a), None, torch.tensor(b)) + 50) / 100,
            line=dict(intercept=line.intercept, slope=line.slope, error=line.intercept_stderr),
            transport=[
                float(ot.emd2_1d(a[:, j].copy(), b[:, j].copy(), metric="sqeuclidean")) for j in range(3)],
        ))

    out["ties"] = []
    for m, n, d, levels, k in [(120, 100, 2, 8, 3), (90, 140, 3, 3, 5), (60, 60, 1, 12, 2)]:
        a, b = grid(3, m, d, levels), grid(5, n, d, levels)
        out["ties"].append(dict(
            a=m, b=n, dimension=d, levels=levels, k=k, neighbours=neighbours(a, b, k, clipped)))

    out["likelihood"] = []
    for samples, train, held, d, shift in [(40, 120, 80, 6, 0.1), (150, 90, 60, 12, 0.0)]:
        sets = (features(21, samples, d, shift), features(23, train, d, 0.0), features(29, held, d, 0.0))
        out["likelihood"].append(dict(
            samples=samples, train=train, heldOut=held, dimension=d, shift=shift,
            loss=likelihood(*sets, fld)))

    out["classScores"] = []
    for count, classes, splits in [(60, 4, 1), (101, 7, 5)]:
        logits = 6 * uniforms(31, count * classes).reshape(count, classes)
        found = torch_fidelity.metric_isc.isc_features_to_metric(
            torch.tensor(logits), splits=splits, shuffle=False)
        out["classScores"].append(dict(
            count=count, classes=classes, splits=splits, mean=found["inception_score_mean"],
            deviation=found["inception_score_std"]))

    out["images"] = []
    for seed, height, width, channels, strength, scales in [
        (1, 180, 177, 3, 40, 5), (2, 99, 110, 1, 120, 4), (3, 48, 64, 3, 250, 3), (4, 12, 13, 3, 60, 2),
        (5, 11, 30, 1, 20, 1), (6, 33, 32, 3, 255, 2),
    ]:
        a = picture(seed, height, width, channels)
        b = noisy(a, seed + 100, strength)
        out["images"].append(dict(
            seed=seed, height=height, width=width, channels=channels, strength=strength, scales=scales,
            msSsim=multiscale(a, b, scales),
            psnr=float(peak_signal_noise_ratio(a, b, data_range=255)),
            ssim=float(structural_similarity(
                a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255,
                channel_axis=2))))
    json.dump(out, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
