"""Makes lpips_heads.safetensors: the linear heads of LPIPS 0.1 for AlexNet and VGG16.

    pip download --no-deps lpips==0.1.4 && unzip lpips-0.1.4-py3-none-any.whl
    python make_lpips_heads.py lpips lpips_heads.safetensors   # needs torch

Non-negative weights, one a channel of each of five layers: 1152 for AlexNet, 1472 for VGG16. The
networks below them are not in the package: users bring torchvision's files.
"""
import hashlib
import json
import struct
import sys

import torch

FILES = {
    "alex": "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
    "vgg": "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868",
}


def main(package, out):
    header, blobs, offset = {}, [], 0
    for net, digest in FILES.items():
        path = f"{package}/weights/v0.1/{net}.pth"
        found = hashlib.sha256(open(path, "rb").read()).hexdigest()
        if found != digest:
            raise SystemExit(f"{path} has sha256 {found}, expected {digest}")
        state = torch.load(path, map_location="cpu", weights_only=True)
        for layer in range(5):
            values = state[f"lin{layer}.model.1.weight"].flatten().numpy().astype("<f4")
            assert (values >= 0).all(), (net, layer)
            header[f"{net}/{layer}"] = {
                "dtype": "F32",
                "shape": [len(values)],
                "data_offsets": [offset, offset + values.nbytes],
            }
            offset += values.nbytes
            blobs.append(values.tobytes())
    header["__metadata__"] = {
        "name": "lpips-heads",
        "source": "lpips 0.1.4, weights/v0.1",
        "licence": "BSD-2-Clause",
    }
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(out, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


if __name__ == "__main__":
    main(*sys.argv[1:])
