"""The models in PyTorch, channels last. Each mirrors its TypeScript source; see the names there.

Weights arrive in the harness's layout and are turned once, at load: [in, out] to [out, in], HWIO to
OIHW, and where the harness writes a rearrangement and a convolution, to PyTorch's own order of
channels or its strided convolution.
"""

import math
import re

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from files import rotary_tables


class Tree(nn.Module):
    """Parameters by name, as in the harness."""

    def __init__(self, node):
        super().__init__()
        for name, child in node.items():
            setattr(self, name, plant(child))


def plant(node):
    if isinstance(node, dict):
        return Tree(node)
    if isinstance(node, list):
        return nn.ModuleList([plant(child) for child in node])
    return nn.Parameter(node)


def unshuffled(weight, axis):
    """Channels (row, column, C) of a 2x2 rearrangement, as pixel_shuffle orders them: (C, row, column)."""
    shape = weight.shape
    split = weight.reshape(*shape[:axis], 2, 2, shape[axis] // 4, *shape[axis + 1 :])
    return np.moveaxis(split, axis + 2, axis).reshape(shape)


def turned(path, value, model):
    """A parameter as PyTorch takes it."""
    if value.ndim == 4 and re.search(r"(^|/)down/\d+/weight$", path):
        # A 1x1 convolution of 2x2 squares is a 2x2 convolution of stride 2.
        value = value.reshape(2, 2, value.shape[2] // 4, value.shape[3])
    if model == "vae":
        if path == "encoder/stem/weight":
            value = unshuffled(value, 2)
        if re.match(r"decoder/(up/\d+|head)/", path):
            value = unshuffled(value, value.ndim - 1)
    tensor = torch.from_numpy(np.array(value))
    if tensor.ndim == 4:
        return tensor.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
    if tensor.ndim == 2 and not re.match(r"(tokens|positions)/", path):
        return tensor.T.contiguous()
    return tensor


def unturned(path, value, model):
    """A parameter of the language model as the harness has it: `turned` backwards."""
    if model != "language":
        raise ValueError(f"the weights of {model} are read, not written")
    return value.contiguous() if value.ndim < 2 or path.startswith("tokens/") else value.T.contiguous()


def conv(p, x):
    return F.conv2d(x, p.weight, p.bias, padding=p.weight.shape[-1] // 2)


def halving(p, x):
    return F.conv2d(x, p.weight, p.bias, stride=2)


def linear(p, x):
    return F.linear(x, p.weight, p.bias)


def group_norm(p, x):
    channels = x.shape[1]
    groups = min(8, channels)
    while channels % groups:
        groups -= 1
    return F.group_norm(x, groups, p.gain, p.bias, 1e-5)


def rows(x):
    """[B, C, H, W] to [B, H, W, C]; a view where the channels lie last."""
    return x.permute(0, 2, 3, 1)


class Vae(nn.Module):
    """families/vae with the Gaussian likelihood and a learned scale, on backbones/conv."""

    def __init__(self, params, settings):
        super().__init__()
        self.p = Tree(params)
        self.settings = settings

    @staticmethod
    def block(p, x):
        return x + conv(p.conv2, F.silu(conv(p.conv1, group_norm(p.norm, x))))

    def encode(self, x):
        p = self.p.encoder
        h = conv(p.stem, F.pixel_unshuffle((x - 0.5) * 4, 2))
        for down, block in zip(p.down, p.blocks):
            h = self.block(block, halving(down, F.silu(h)))
        h = F.silu(group_norm(p.norm, h))
        return linear(p.head, rows(h).flatten(1))

    def decode(self, z):
        p = self.p.decoder
        first = self.settings["stages"][-1]
        h = linear(p.stem, z).view(-1, first["height"], first["width"], first["channels"])
        h = self.block(p.blocks[0], h.permute(0, 3, 1, 2))
        for up, block in zip(p.up, list(p.blocks)[1:]):
            h = self.block(block, F.pixel_shuffle(conv(up, h), 2))
        return F.pixel_shuffle(conv(p.head, F.silu(h)), 2)

    def forward(self, x, noise):
        mean, raw = self.encode(x).chunk(2, 1)
        log_variance = torch.tanh((raw - 4) / 10) * 10
        out = self.decode(mean + torch.exp(log_variance * 0.5) * noise)
        log_scale = F.softplus(self.p.scale * 10 + 4) - 7
        error = (x - (out + 0.5)) * torch.exp(-log_scale)
        each = error.square() * -0.5 - (log_scale + 0.5 * math.log(2 * math.pi))
        kl = ((mean.square() + (torch.expm1(log_variance) - log_variance)) * 0.5).sum(1)
        return -(each.sum((1, 2, 3)) - kl).mean()


class Unet(nn.Module):
    """backbones/unet, trained to say the velocity of x(t) = (1 - t) x + t noise."""

    def __init__(self, params, settings):
        super().__init__()
        self.p = Tree(params)
        half = settings["width"] // 2
        frequencies = np.exp(-math.log(10000) * np.arange(half) / half).astype(np.float32)
        self.register_buffer("frequencies", torch.from_numpy(frequencies))

    @staticmethod
    def residual(p, x, time):
        h = conv(p.conv1, F.silu(group_norm(p.norm1, x)))
        h = h + linear(p.time, time)[:, :, None, None]
        h = conv(p.conv2, F.silu(group_norm(p.norm2, h)))
        return (conv(p.skip, x) if hasattr(p, "skip") else x) + h

    @staticmethod
    def attention(p, x):
        b, c, h, w = x.shape
        heads = max(1, c // 32)
        while c % heads:
            heads -= 1
        qkv = linear(p.qkv, rows(group_norm(p.norm, x)).reshape(b, h * w, c))
        q, k, v = qkv.view(b, h * w, 3, heads, c // heads).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, h, w, c)
        return x + linear(p.out, seen).permute(0, 3, 1, 2)

    def unit(self, p, x, time):
        x = self.residual(p.block, x, time)
        return self.attention(p.attention, x) if hasattr(p, "attention") else x

    def denoise(self, x, time):
        p = self.p
        angle = (time[:, None] * 1000) * self.frequencies
        features = torch.cat([torch.sin(angle), torch.cos(angle)], 1)
        time = F.silu(linear(p.time2, F.silu(linear(p.time1, features))))
        h = conv(p.stem, x)
        skips = []
        for i, units in enumerate(p.stages):
            if i > 0:
                h = halving(p.down[i - 1], h)
            for unit in units:
                h = self.unit(unit, h, time)
            skips.append(h)
        h = self.unit(p.middle, h, time)
        for i, riser in enumerate(p.risers):
            if i > 0:
                h = conv(p.up[i - 1], F.interpolate(h, scale_factor=2.0, mode="nearest"))
            h = self.unit(riser, torch.cat([h, skips.pop()], 1), time)
        return conv(p.head, F.silu(group_norm(p.norm, h)))

    def forward(self, x, noise, time):
        t = time[:, None, None, None]
        out = self.denoise(x * (1 - t) + noise * t, time)
        return (out - (noise - x)).square().mean()


class Transformer(nn.Module):
    """backbones/transformer. `step` decodes one position with a cache."""

    def __init__(self, params, settings):
        super().__init__()
        self.p = Tree(params)
        self.heads = settings["heads"]

    def norm(self, p, x):
        return F.rms_norm(x, (x.shape[-1],), p.gain, 1e-5)

    def project(self, p, x):
        b, t, w = x.shape
        qkv = linear(p.qkv, self.norm(p.norm1, x))
        return qkv.view(b, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)

    def rest(self, p, x, seen):
        x = x + linear(p.out, seen.transpose(1, 2).reshape(x.shape))
        return x + linear(p.down, F.gelu(linear(p.up, self.norm(p.norm2, x)), approximate="tanh"))

    def forward(self, tokens, targets):
        p = self.p
        x = F.embedding(tokens, p.tokens.weight) + p.positions.weight[: tokens.shape[1]]
        for layer in p.layers:
            q, k, v = self.project(layer, x)
            x = self.rest(layer, x, F.scaled_dot_product_attention(q, k, v, is_causal=True))
        logits = linear(p.head, self.norm(p.norm, x))
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    def step(self, token, cache, pos):
        """One position, a Python number: what lies beyond it in the cache is not touched."""
        p = self.p
        x = F.embedding(token, p.tokens.weight)[:, None] + p.positions.weight[pos]
        for layer, (keys, values) in zip(p.layers, cache):
            q, k, v = self.project(layer, x)
            keys[:, :, pos : pos + 1] = k
            values[:, :, pos : pos + 1] = v
            seen = F.scaled_dot_product_attention(
                q, keys[:, :, : pos + 1], values[:, :, : pos + 1]
            )
            x = self.rest(layer, x, seen)
        return linear(p.head, self.norm(p.norm, x))[:, 0]

    def masked_step(self, token, cache, pos):
        """One position, a tensor [1]: static shapes, so that one compilation serves all."""
        p = self.p
        x = F.embedding(token, p.tokens.weight)[:, None] + F.embedding(pos, p.positions.weight)
        length = cache[0][0].shape[2]
        seen_yet = (torch.arange(length, device=token.device) <= pos)[None, None, None]
        for layer, (keys, values) in zip(p.layers, cache):
            q, k, v = self.project(layer, x)
            keys.index_copy_(2, pos, k)
            values.index_copy_(2, pos, v)
            seen = F.scaled_dot_product_attention(q, keys, values, attn_mask=seen_yet)
            x = self.rest(layer, x, seen)
        return linear(p.head, self.norm(p.norm, x))[:, 0]


class Language(nn.Module):
    """backbones/decoder in Llama's form. `step` decodes one position with a cache."""

    def __init__(self, params, settings):
        super().__init__()
        self.p = Tree(params)
        self.settings = settings
        self.heads, self.groups = settings["heads"], settings["keyValueHeads"]
        cos, sin = rotary_tables(settings)
        self.register_buffer("cos", torch.from_numpy(cos), persistent=False)
        self.register_buffer("sin", torch.from_numpy(sin), persistent=False)

    def norm(self, p, x):
        return F.rms_norm(x, (x.shape[-1],), p.gain, self.settings["epsilon"])

    def heads_of(self, p, x, heads):
        return F.linear(x, p.weight).view(*x.shape[:2], heads, -1).transpose(1, 2)

    def turn(self, x, cos, sin):
        """Pairs (i, i + D/2) by their positions' angles."""
        first, second = x.chunk(2, -1)
        return x * cos + torch.cat([-second, first], -1) * sin

    def project(self, layer, x, cos, sin):
        x = self.norm(layer.norm1, x)
        q = self.turn(self.heads_of(layer.query, x, self.heads), cos, sin)
        k = self.turn(self.heads_of(layer.key, x, self.groups), cos, sin)
        return q, k, self.heads_of(layer.value, x, self.groups)

    def attend(self, q, k, v, **mask):
        return F.scaled_dot_product_attention(q, k, v, enable_gqa=self.groups < self.heads, **mask)

    def rest(self, layer, x, seen):
        x = x + F.linear(seen.transpose(1, 2).flatten(2), layer.out.weight)
        h = self.norm(layer.norm2, x)
        hidden = F.silu(F.linear(h, layer.gate.weight)) * F.linear(h, layer.up.weight)
        return x + F.linear(hidden, layer.down.weight)

    def logits(self, x):
        return F.linear(self.norm(self.p.norm, x), self.p.tokens.weight)

    def forward(self, tokens):
        """Mean cross-entropy of windows [B, T + 1]; a document sees nothing of its neighbours."""
        seen, targets = tokens[:, :-1], tokens[:, 1:]
        length = seen.shape[1]
        document = (seen == self.settings["separator"]).cumsum(1)
        mask = (document[:, :, None] == document[:, None, :]).tril_()[:, None]
        x = F.embedding(seen.clamp(min=0), self.p.tokens.weight)
        cos, sin = self.cos[:length], self.sin[:length]
        for layer in self.p.layers:
            q, k, v = self.project(layer, x, cos, sin)
            x = self.rest(layer, x, self.attend(q, k, v, attn_mask=mask))
        # -1 stands after a window's last token.
        return F.cross_entropy(self.logits(x).flatten(0, 1), targets.flatten(), ignore_index=-1)

    def step(self, token, cache, pos):
        """One position, a Python number: what lies beyond it in the cache is not touched."""
        x = F.embedding(token, self.p.tokens.weight)[:, None]
        cos, sin = self.cos[pos : pos + 1], self.sin[pos : pos + 1]
        for layer, (keys, values) in zip(self.p.layers, cache):
            q, k, v = self.project(layer, x, cos, sin)
            keys[:, :, pos : pos + 1] = k
            values[:, :, pos : pos + 1] = v
            seen = self.attend(q, keys[:, :, : pos + 1], values[:, :, : pos + 1])
            x = self.rest(layer, x, seen)
        return self.logits(x)[:, 0]

    def masked_step(self, token, cache, pos):
        """One position, a tensor [1]: static shapes, so that one compilation serves all."""
        x = F.embedding(token, self.p.tokens.weight)[:, None]
        cos, sin = self.cos[pos], self.sin[pos]
        length = cache[0][0].shape[2]
        seen_yet = (torch.arange(length, device=token.device) <= pos)[None, None, None]
        for layer, (keys, values) in zip(self.p.layers, cache):
            q, k, v = self.project(layer, x, cos, sin)
            keys.index_copy_(2, pos, k)
            values.index_copy_(2, pos, v)
            x = self.rest(layer, x, self.attend(q, keys, values, attn_mask=seen_yet))
        return self.logits(x)[:, 0]


MODELS = {"vae": Vae, "unet": Unet, "transformer": Transformer, "language": Language}
