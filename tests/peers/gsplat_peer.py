"""gsplat's reference in plain PyTorch on the CPU, as a process: a JSON command a line on stdin, a JSON
answer a line on stdout.

    load FOLDER              reads scene.json, parameters.f32 and gradient.f32 -> what it holds
    run DTYPE REPEATS        renders and goes back as often -> seconds, and those of lists of them
    values DTYPE FOLDER      writes picture.f64 and gradients.f64 -> pairs of Gaussian and pixel

Usage: gsplat_peer.py THREADS, in a Python with requirements.txt and requirements_scenes.txt. DTYPE is
float32 or float64.

scene.json is {count, degree, height, width, background, near, antialiased, camera}: form and frame of
src/kernels/splat/form.ts, a camera of src/kinds/view. parameters.f32 is [rows, count], gradient.f32 the
gradient [height, width, 3] of what is asked for at the picture; gradients.f64 is [rows, count].

Covariances, projection, harmonics and compositing (`accumulate`) are gsplat's own code as it is. Three
things that it leaves to CUDA are replaced by PyTorch here: which Gaussians a pixel meets (`isect_tiles`
and `rasterize_to_indices_in_range`; `pairs` below, whose time is told apart), and the two functions of
nerfacc that `accumulate` calls.
"""

import json
import math
import pathlib
import sys
import time
import types

import numpy as np
import torch

from protocol import serve

DTYPES = {"float32": torch.float32, "float64": torch.float64}
# gsplat's constants (gsplat/cuda/include/Common.h and rasterize_to_indices_3dgs).
ALPHA_LEAST, ALPHA_MOST, LIGHT_LEAST = 1 / 255, 0.999, 1e-4
# Gaussians whose boxes are looked at together: some million pixels at once.
TOGETHER = 4096


def log_light(alphas, rays):
    """The logarithm of the light that is left before each pair; those of a ray stand together."""
    passed = torch.log1p(-alphas)
    # One sum over all rays, in float64 since it grows with them; each ray starts from its own first.
    before = torch.cumsum(passed.double(), 0) - passed.double()
    first = torch.ones_like(rays, dtype=torch.bool)
    first[1:] = rays[1:] != rays[:-1]
    start = before[first][torch.cumsum(first, 0) - 1]
    return before - start


def render_weight_from_alpha(alphas, ray_indices, n_rays):
    """nerfacc's: weights α·T and the light T = Π (1 − α) before each."""
    light = torch.exp(log_light(alphas, ray_indices).to(alphas.dtype))
    return alphas * light, light


def accumulate_along_rays(weights, values, ray_indices, n_rays):
    """nerfacc's: Σ weight·value of each ray."""
    terms = weights[:, None] if values is None else weights[:, None] * values
    sums = torch.zeros(n_rays, terms.shape[1], dtype=terms.dtype)
    return sums.index_add(0, ray_indices, terms)


nerfacc = types.ModuleType("nerfacc")
nerfacc.render_weight_from_alpha = render_weight_from_alpha
nerfacc.accumulate_along_rays = accumulate_along_rays
sys.modules["nerfacc"] = nerfacc

import gsplat  # noqa: E402
from gsplat.cuda._torch_impl import (  # noqa: E402
    _fully_fused_projection,
    _quat_scale_to_covar_preci,
    _spherical_harmonics,
    accumulate,
)


def alphas_at(pixels, at, width):
    """Unheld opacity of pairs, and the exponent: σ = ½ (a dx² + c dy²) + b dx dy."""
    dx = pixels % width + 0.5 - at["means"][:, 0]
    dy = pixels // width + 0.5 - at["means"][:, 1]
    a, b, c = at["conics"].unbind(-1)
    sigma = 0.5 * (a * dx**2 + c * dy**2) + b * dx * dy
    return at["opacities"] * torch.exp(-sigma), sigma


@torch.no_grad()
def pairs(seen, radii, depths, height, width):
    """Which Gaussians each pixel composites: (Gaussian, pixel), by pixel, then front to back.

    Those whose α is 1/255 at least within gsplat's radius, up to the one after which 10⁻⁴ of the light
    or less would be left.
    """
    order = torch.sort(depths, stable=True)[1]
    order = order[(radii[order] > 0).all(-1)]
    near = {name: values[order] for name, values in seen.items()}
    reach = radii[order].to(depths.dtype)
    size = torch.tensor([width, height])
    low = torch.clamp((near["means"] - reach).floor().long(), min=0).minimum(size)
    high = torch.clamp((near["means"] + reach).ceil().long(), min=0).minimum(size)
    wide = (high - low)[:, 0]
    inside = wide * (high - low)[:, 1]

    ranks, pixels = [], []
    for start in range(0, max(1, len(order)), TOGETHER):
        count = inside[start:start + TOGETHER]
        rank = torch.repeat_interleave(torch.arange(start, start + len(count)), count)
        first = torch.cumsum(count, 0) - count
        place = torch.arange(len(rank)) - torch.repeat_interleave(first, count)
        x = low[rank, 0] + place % wide[rank]
        y = low[rank, 1] + torch.div(place, wide[rank], rounding_mode="floor")
        pixel = y * width + x
        at = {name: values[rank] for name, values in near.items()}
        alpha, sigma = alphas_at(pixel, at, width)
        met = (sigma >= 0) & (alpha >= ALPHA_LEAST)
        ranks.append(rank[met])
        pixels.append(pixel[met])
    rank, pixel = torch.cat(ranks), torch.cat(pixels)
    by_pixel = torch.sort(pixel, stable=True)[1]
    rank, pixel = rank[by_pixel], pixel[by_pixel]

    at = {name: values[rank] for name, values in near.items()}
    alpha = alphas_at(pixel, at, width)[0].clamp(max=ALPHA_MOST)
    after = log_light(alpha, pixel) + torch.log1p(-alpha).double()
    lit = after > math.log(LIGHT_LEAST)
    return order[rank[lit]], pixel[lit]


class Scene:
    """What a folder holds."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.told = json.loads((folder / "scene.json").read_text())
        count, degree = self.told["count"], self.told["degree"]
        height, width = self.told["height"], self.told["width"]
        rows = 11 + 3 * (degree + 1) ** 2
        read = lambda name: torch.from_numpy(np.fromfile(folder / name, dtype=np.float32))
        self.parameters = read("parameters.f32").reshape(rows, count)
        self.gradient = read("gradient.f32").reshape(height, width, 3)

    def render(self, p):
        """The picture of parameters [rows, count], seconds of its lists, and how many pairs it has."""
        told, dtype = self.told, p.dtype
        height, width, degree = told["height"], told["width"], told["degree"]
        camera = torch.tensor(told["camera"], dtype=dtype)
        pose, (fx, fy, cx, cy) = camera[:12].reshape(3, 4), camera[12:]
        view = torch.eye(4, dtype=dtype)
        view[:3, :3] = pose[:, :3].T
        view[:3, 3] = -pose[:, :3].T @ pose[:, 3]
        lens = torch.tensor([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], dtype=dtype)

        means, opacities = p[:3].T, torch.sigmoid(p[10])
        covariances, _ = _quat_scale_to_covar_preci(p[6:10].T, torch.exp(p[3:6].T), True, False)
        radii, means2d, depths, conics, compensations = _fully_fused_projection(
            means, covariances, view[None], lens[None], width, height,
            near_plane=told["near"], calc_compensations=told["antialiased"],
        )
        if told["antialiased"]:
            opacities = opacities * compensations[0]
        harmonics = p[11:].reshape((degree + 1) ** 2, 3, -1).permute(2, 0, 1)
        colours = _spherical_harmonics(degree, means - pose[:, 3], harmonics)
        colours = (colours + 0.5).clamp(min=0)

        start = time.perf_counter()
        seen = {"means": means2d[0], "conics": conics[0], "opacities": opacities}
        ids, pixels = pairs(
            {name: values.detach() for name, values in seen.items()},
            radii[0], depths[0].detach(), height, width,
        )
        lists = time.perf_counter() - start

        drawn, covered = accumulate(
            means2d, conics, opacities[None], colours[None],
            ids, pixels, torch.zeros_like(ids), width, height,
        )
        behind = torch.tensor(told["background"], dtype=dtype)
        return drawn[0] + (1 - covered[0]) * behind, lists, len(ids)


class GsplatPeer:
    def __init__(self, threads):
        torch.set_num_threads(threads)
        self.scene = None

    def identity(self):
        return {
            "versions": {"gsplat": gsplat.__version__, "torch": torch.__version__},
            "threads": torch.get_num_threads(),
        }

    def load(self, folder):
        self.scene = Scene(folder)
        return self.scene.told

    def once(self, dtype):
        scene = self.scene
        p = scene.parameters.to(dtype).requires_grad_()
        gradient = scene.gradient.to(dtype)
        start = time.perf_counter()
        picture, lists, count = scene.render(p)
        picture.backward(gradient)
        return picture.detach(), p.grad, time.perf_counter() - start, lists, count

    def run(self, dtype, repeats):
        found = [self.once(dtype)[2:] for _ in range(repeats)]
        return {
            "seconds": [seconds for seconds, _, _ in found],
            "lists": [lists for _, lists, _ in found],
            "pairs": found[-1][2],
        }

    def values(self, dtype, folder):
        picture, gradients, _, _, count = self.once(dtype)
        for name, values in (("picture", picture), ("gradients", gradients)):
            values.double().contiguous().numpy().tofile(pathlib.Path(folder) / f"{name}.f64")
        return {"pairs": count}


def answer(peer, command):
    do = command["do"]
    if do == "load":
        return peer.load(command["folder"])
    if do == "run":
        return peer.run(DTYPES[command["dtype"]], command["repeats"])
    if do == "values":
        return peer.values(DTYPES[command["dtype"]], command["folder"])
    raise ValueError(f"no command {do}")


def main():
    serve(lambda: GsplatPeer(int(sys.argv[1])), answer)


main()
