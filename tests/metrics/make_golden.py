"""Makes golden.json: what scikit-image, scipy and prdc say of small seeded inputs.

    pip install numpy scipy scikit-image prdc && python make_golden.py golden.json

Inputs are rebuilt in TypeScript (golden_inputs.ts) from the same recurrence, x' = (75 x + 74) mod
65537, which both sides compute exactly.
"""
import json
import sys

import numpy as np
import prdc
import scipy
import scipy.linalg
import skimage
from skimage.metrics import peak_signal_noise_ratio, structural_similarity


def uniforms(seed, count):
    out, x = np.empty(count), seed
    for i in range(count):
        x = (75 * x + 74) % 65537
        out[i] = x / 65537
    return out


def picture(seed, height, width, channels):
    u = uniforms(seed, height * width * channels).reshape(height, width, channels)
    y, x = np.mgrid[0:height, 0:width]
    ramp = (x * 5 + y * 3)[..., None] % 200
    return np.floor(ramp + 55 * u).astype(np.uint8)


def noisy(image, seed, strength):
    u = uniforms(seed, image.size).reshape(image.shape)
    return np.clip(np.floor(image + strength * (u - 0.5)), 0, 255).astype(np.uint8)


def features(seed, count, dimension, shift):
    u = uniforms(seed, count * dimension * 3).reshape(count, dimension, 3).sum(2) - 1.5
    mix = u.copy()
    mix[:, 1:] += 0.5 * u[:, :-1]  # correlated columns
    return mix * (1 + np.arange(dimension) / dimension) + shift


def frechet(a, b):
    s, t = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(s @ t)
    mean = a.mean(0) - b.mean(0)
    return float(mean @ mean + np.trace(s) + np.trace(t) - 2 * np.trace(np.real(root)))


def kid(a, b):
    k = lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3
    m, n = len(a), len(b)
    xx, yy = k(a, a), k(b, b)
    return float(
        (xx.sum() - np.trace(xx)) / (m * (m - 1))
        + (yy.sum() - np.trace(yy)) / (n * (n - 1))
        - 2 * k(a, b).mean()
    )


def main(out):
    images = []
    for seed, height, width, channels, strength in [
        (1, 32, 32, 3, 20), (2, 16, 40, 3, 80), (3, 28, 28, 1, 5), (4, 11, 11, 3, 200),
    ]:
        a = picture(seed, height, width, channels)
        b = noisy(a, seed + 100, strength)
        images.append(dict(
            seed=seed, height=height, width=width, channels=channels, strength=strength,
            psnr=float(peak_signal_noise_ratio(a, b, data_range=255)),
            ssim=float(structural_similarity(
                a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
                data_range=255, channel_axis=2)),
        ))
    sets = []
    for m, n, d, shift in [(60, 50, 8, 0.0), (40, 80, 5, 0.3), (90, 90, 3, 1.0)]:
        a, b = features(7, m, d, 0.0), features(11, n, d, shift)
        sets.append(dict(
            a=m, b=n, dimension=d, shift=shift, frechet=frechet(a, b), kid=kid(a, b),
            prdc={k: float(v) for k, v in prdc.compute_prdc(a, b, nearest_k=5).items()},
        ))
    made = f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-image {skimage.__version__}"
    with open(out, "w") as file:
        json.dump(dict(made=made + ", prdc 0.2", images=images, sets=sets), file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
