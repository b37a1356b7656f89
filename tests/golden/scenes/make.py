"""Depth, normals and light of spheres and boxes as Mitsuba 3 sees them: solids.npz.

Mitsuba has its own shapes, camera, intersections and direct illumination; of ours it gets solids.json,
which tests/data/scenes/mitsuba_test.ts writes (LIKENESS_GOLDEN=write) and compares. Rays go through the
middle of each pixel. The light is directional with irradiance pi, so that what a diffuse surface gives
back is albedo * cosine, or nothing in shadow. Variant scalar_rgb with one thread repeats its bits.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python make.py

Written with mitsuba 3.9.1, numpy 2.3.5 and Python 3.11 (float32). Nothing of Mitsuba is committed.
"""
import json
import math
import pathlib

import drjit as dr
import mitsuba as mi
import numpy as np

here = pathlib.Path(__file__).parent
mi.set_variant("scalar_rgb")
dr.set_thread_count(1)
T = mi.ScalarTransform4f


def matrix(columns, origin):
    """A transform from the columns of its 3x3 part and where the origin goes."""
    m = np.eye(4)
    m[:3, :3] = np.array(columns).T
    m[:3, 3] = origin
    return T(m)


def shape(solid):
    bsdf = {"type": "diffuse", "reflectance": {"type": "rgb", "value": solid["albedo"]}}
    if solid["shape"] == "sphere":
        return {"type": "sphere", "center": solid["centre"], "radius": solid["radius"], "bsdf": bsdf}
    columns = [np.array(axis) * half for axis, half in zip(solid["axes"], solid["half"])]
    return {"type": "cube", "to_world": matrix(columns, solid["centre"]), "bsdf": bsdf}


def camera(numbers, size):
    """Ours: x right, y down, z forward. Mitsuba's: x left, y up, z forward."""
    pose = np.array(numbers[:12]).reshape(3, 4)
    x, y, z, origin = pose[:, 0], pose[:, 1], pose[:, 2], pose[:, 3]
    fov = 2 * math.degrees(math.atan(size / (2 * numbers[12])))
    sensor = mi.load_dict({
        "type": "perspective", "fov": fov, "fov_axis": "x", "near_clip": 1e-3, "far_clip": 100.0,
        "to_world": matrix([-x, -y, z], origin),
        "film": {"type": "hdrfilm", "width": size, "height": size, "rfilter": {"type": "box"}},
    })
    return sensor, origin, z


def look(scene, integrator, numbers, size):
    sensor, origin, z = camera(numbers, size)
    sampler = mi.load_dict({"type": "independent", "sample_count": 1})
    sampler.seed(0)
    depth = np.zeros((size, size), np.float32)
    normal = np.zeros((size, size, 3), np.float32)
    albedo = np.zeros((size, size, 3), np.float32)
    light = np.zeros((size, size, 3), np.float32)
    for row in range(size):
        for column in range(size):
            place = mi.Point2f((column + 0.5) / size, (row + 0.5) / size)
            ray, _ = sensor.sample_ray_differential(0.0, 0.5, place, mi.Point2f(0.5, 0.5))
            hit = scene.ray_intersect(ray)
            if not hit.is_valid():
                continue
            depth[row, column] = np.dot(np.array(hit.p, float).ravel() - origin, z)
            normal[row, column] = np.array(hit.n).ravel()
            albedo[row, column] = np.array(hit.bsdf().eval_diffuse_reflectance(hit)).ravel()
            light[row, column] = np.array(integrator.sample(scene, sampler, ray)[0]).ravel()
    return depth, normal, albedo, light


def main():
    asked = json.loads((here / "solids.json").read_text())
    parts = {f"solid{i}": shape(solid) for i, solid in enumerate(asked["solids"])}
    key = {"type": "directional", "direction": [-v for v in asked["light"]],
           "irradiance": {"type": "rgb", "value": [math.pi] * 3}}
    scene = mi.load_dict({"type": "scene", "key": key, **parts})
    integrator = mi.load_dict({"type": "direct", "emitter_samples": 1, "bsdf_samples": 0})
    views = [look(scene, integrator, numbers, asked["size"]) for numbers in asked["cameras"]]
    names = ["depth", "normal", "albedo", "light"]
    arrays = {name: np.stack(view) for name, view in zip(names, zip(*views))}
    np.savez_compressed(here / "solids.npz", **arrays)
    print("mitsuba", mi.__version__, "numpy", np.__version__,
          {name: array.shape for name, array in arrays.items()})


if __name__ == "__main__":
    main()
