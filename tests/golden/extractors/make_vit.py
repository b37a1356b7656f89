"""Writes vit.json: features of small DINOv2 and CLIP networks on weights filled by formula, by the
modules of transformers, timm and open_clip. python make_vit.py

Positions are interpolated as facebookresearch/dinov2's hub does it: by scale with an offset of 0.1
without antialiasing, or by size with antialiasing for networks with registers. transformers has the
latter; the former is put in its place below.
"""
import numpy as np
import open_clip
import timm
import torch
import torch.nn.functional as F
import transformers
from cleanfid.resize import make_resizer

from fill import digits, fill, picture, shapes, write

IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
CLIP = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
WIDTH, DEPTH = 128, 2


def prepare(image, side, mean, deviation):
    x = make_resizer("PIL", False, "bicubic", (side, side))(image) / 255
    x = (x - np.array(mean, np.float32)) / np.array(deviation, np.float32)
    return torch.from_numpy(x.astype(np.float32).transpose(2, 0, 1))[None]


def by_hub(self, embeddings, height, width):
    positions = self.position_embeddings
    n = int((positions.shape[1] - 1) ** 0.5)
    grid = positions[:, 1:].reshape(1, n, n, -1).permute(0, 3, 1, 2)
    scale = [(side // self.patch_size + 0.1) / n for side in (height, width)]
    grid = F.interpolate(grid, scale_factor=scale, mode="bicubic", antialias=False)
    return torch.cat((positions[:, :1], grid.permute(0, 2, 3, 1).flatten(1, 2)), 1)


def dino_huggingface():
    config = transformers.Dinov2Config(
        hidden_size=WIDTH, num_hidden_layers=DEPTH, num_attention_heads=2, image_size=98, patch_size=14
    )
    kind = transformers.models.dinov2.modeling_dinov2.Dinov2Embeddings
    kind.interpolate_pos_encoding = by_hub
    model = fill(transformers.Dinov2Model(config))
    return model, lambda x: model(x).last_hidden_state[:, 0]


def dino_registers():
    config = transformers.Dinov2WithRegistersConfig(
        hidden_size=WIDTH, num_hidden_layers=DEPTH, num_attention_heads=2, image_size=98, patch_size=14
    )
    model = fill(transformers.Dinov2WithRegistersModel(config))
    return model, lambda x: model(x).last_hidden_state[:, 0]


def dino_original():
    """timm shares the original's names where there are no registers."""
    model = timm.models.vision_transformer.VisionTransformer(
        img_size=56, patch_size=14, embed_dim=WIDTH, depth=DEPTH, num_heads=2, init_values=1.0, num_classes=0
    )
    fill(model)
    return model, lambda x: model.forward_features(x)[:, 0]


def clip_huggingface():
    config = transformers.CLIPVisionConfig(
        hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=DEPTH, num_attention_heads=2,
        image_size=56, patch_size=14, projection_dim=32, hidden_act="quick_gelu",
    )
    model = fill(transformers.CLIPVisionModelWithProjection(config))
    return model, lambda x: model(x).image_embeds


def clip_original():
    vision = open_clip.CLIPVisionCfg(layers=DEPTH, width=WIDTH, head_width=64, patch_size=14, image_size=56)
    text = open_clip.CLIPTextCfg(layers=1, width=32, heads=1, vocab_size=16, context_length=4)
    model = fill(open_clip.CLIP(32, vision, text, quick_gelu=True))
    return model, model.encode_image


CASES = [
    ("dinov2", "Hugging Face", 0, dino_huggingface, IMAGENET),
    ("dinov2", "Hugging Face", 4, dino_registers, IMAGENET),
    ("dinov2", "facebookresearch/dinov2", 0, dino_original, IMAGENET),
    ("clip", "Hugging Face", 0, clip_huggingface, CLIP),
    ("clip", "OpenAI and open_clip", 0, clip_original, CLIP),
]
cases, names = [], {}
with torch.no_grad():
    for family, naming, registers, make, norm in CASES:
        model, forward = make()
        image = picture(9, 40, 30)
        features = forward(prepare(image, 56, *norm))[0]
        print(family, naming, registers, features[:4], features.std())
        case = dict(family=family, naming=naming, registers=registers, seed=9, height=40, width=30)
        cases.append(dict(**case, shapes=shapes(model.state_dict()), features=digits(features)))
write("vit.json", dict(shapes={}, cases=cases))
