"""Writes models of COLMAP's own, and where it sees their points, for tests that have no Python.

Pinned: pycolmap==4.2.1 numpy==2.4.6. Run anywhere:
`python3 -m venv V; V/bin/pip install pycolmap==4.2.1 numpy==2.4.6; V/bin/python tests/peers/colmap_golden.py;
deno fmt tests/golden/colmap`.

tests/golden/colmap/MODEL/ holds a small made-up scene for each camera model, binary and text, with the
rigs and frames that versions from 3.12 on write beside them; projections.json, for each of its pictures,
the pixels at which `img_from_cam` sees the points (in the order of their numbers), with the lens and
without; pictures/ a picture, and what `undistort_image` makes of it at the same size.
"""

import json
import pathlib
import shutil

import numpy as np
import pycolmap

here = pathlib.Path(__file__).parent.parent / "golden" / "colmap"
WIDTH, HEIGHT = 64, 48
MODELS = {
    "SIMPLE_PINHOLE": [70.0, 31.5, 24.25],
    "PINHOLE": [70.0, 74.0, 33.0, 23.0],
    "SIMPLE_RADIAL": [70.0, 32.0, 24.0, 0.08],
    "RADIAL": [68.0, 31.0, 25.0, -0.12, 0.04],
    "OPENCV": [71.0, 69.0, 32.6, 23.2, 0.11, -0.05, 0.004, -0.003],
}

# The same size and focal lengths without the lens.
same = pycolmap.UndistortCameraOptions()
same.min_scale = same.max_scale = 1.0


def rounded(values):
    return [round(float(value), 6) for value in values]


shutil.rmtree(here, ignore_errors=True)
projections = {}
for seed, (model, params) in enumerate(MODELS.items()):
    pycolmap.set_random_seed(seed)
    options = pycolmap.SyntheticDatasetOptions()
    options.num_rigs, options.num_cameras_per_rig, options.num_frames_per_rig = 2, 1, 2
    options.num_points3D, options.num_points2D_without_point3D = 12, 2
    options.camera_width, options.camera_height = WIDTH, HEIGHT
    options.camera_model_id = getattr(pycolmap.CameraModelId, model)
    options.camera_params = params
    scene = pycolmap.synthesize_dataset(options)
    for number in scene.points3D:
        scene.points3D[number].color = np.array([number, 2 * number, 255 - number], dtype=np.uint8)
    for kind, write in (("binary", scene.write_binary), ("text", scene.write_text)):
        folder = here / model / kind
        folder.mkdir(parents=True)
        write(folder)
    points = [scene.points3D[number].xyz for number in sorted(scene.points3D)]
    pictures = {}
    for image in scene.images.values():
        camera = scene.cameras[image.camera_id]
        in_camera = np.array([image.cam_from_world() * point for point in points])
        pinhole = pycolmap.undistort_camera(same, camera)
        pictures[image.name] = {
            "seen": [rounded(camera.img_from_cam(point)) for point in in_camera],
            "unbent": [rounded(pinhole.img_from_cam(point)) for point in in_camera],
        }
    projections[model] = {"points": [rounded(point) for point in points], "pictures": pictures}

rng = np.random.default_rng(3)
rough = rng.integers(0, 256, size=(HEIGHT // 4, WIDTH // 4, 3))
picture = np.kron(rough, np.ones((4, 4, 1), dtype=int)).astype(np.uint8)
(here / "pictures").mkdir()
pycolmap.Bitmap.from_array(picture).write(here / "pictures" / "taken.png")
for model in ("SIMPLE_RADIAL", "RADIAL", "OPENCV"):
    camera = pycolmap.Camera.create_from_model_name(1, model, 1.0, WIDTH, HEIGHT)
    camera.params = MODELS[model]
    made, of = pycolmap.undistort_image(same, pycolmap.Bitmap.from_array(picture), camera)
    assert (of.width, of.height) == (WIDTH, HEIGHT)
    made.write(here / "pictures" / f"{model}.png")

text = json.dumps({"pycolmap": pycolmap.__version__, "models": projections}, separators=(",", ":"))
(here / "projections.json").write_text(text + "\n")
