"""Writes inception.json: features of FID's network on weights filled by formula, by the tools' own
modules: torch-fidelity's (its TensorFlow-1 resizing), pytorch-fid's (its bilinear one), and
torch-fidelity's layers behind clean-fid's resizing. python make_inception.py
"""
import os
import tempfile

import numpy as np
import torch
from cleanfid.resize import build_resizer
from pytorch_fid import inception as theirs
import torch_fidelity.feature_extractor_inceptionv3 as module
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
import torchvision

from fill import digits, fill, picture, shapes, write

torch.set_num_threads(1)


def weights():
    network = torchvision.models.inception_v3(num_classes=1008, aux_logits=False, weights=None, init_weights=False)
    return fill(network).state_dict()


state = weights()
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "w.pth")
    torch.save(state, path)
    fidelity = FeatureExtractorInceptionV3(
        "inception", ["2048", "logits_unbiased"], feature_extractor_weights_path=path
    )
theirs.load_state_dict_from_url = lambda *_, **__: state
pytorch_fid = theirs.InceptionV3([3])
pytorch_fid.eval()

spatial = {}
fidelity.Mixed_6d.branch1x1.register_forward_hook(lambda _, __, y: spatial.update(y=y))


def by_fidelity(image):
    x = torch.from_numpy(image.transpose(2, 0, 1))[None]
    features, logits = fidelity(x)
    y = spatial["y"][0, :7].permute(1, 2, 0).flatten()
    return dict(features=digits(features), logits=digits(logits), spatial=digits(y[::5]))


def by_pytorch_fid(image):
    x = torch.from_numpy(image.transpose(2, 0, 1))[None].float() / 255
    return dict(features=digits(pytorch_fid(x)[0]))


def by_clean_fid(image):
    """clean-fid's resizing, then the same layers: torch-fidelity's resizing keeps 299 as it is."""
    x = torch.from_numpy(build_resizer("clean")(image).transpose(2, 0, 1))[None]
    keep = module.vassert
    module.vassert = lambda *_: None
    try:
        features, _ = fidelity(x)
    finally:
        module.vassert = keep
    return dict(features=digits(features))


cases = []
with torch.no_grad():
    for mode, f in (("tf1", by_fidelity), ("pytorch-fid", by_pytorch_fid), ("clean", by_clean_fid)):
        image = picture(7, 64, 48)
        cases.append(dict(seed=7, height=64, width=48, mode=mode, **f(image)))
        values = np.array(cases[-1]["features"])
        print(mode, values[:4], values.mean(), (values > 0).mean())
write("inception.json", dict(shapes=shapes(state), cases=cases))
