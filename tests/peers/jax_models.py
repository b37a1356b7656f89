"""The models in plain JAX, pictures NHWC, parameters in the harness's own layout."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from files import rotary_tables


def conv(p, x):
    dims = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, p["weight"], (1, 1), "SAME", dimension_numbers=dims) + p["bias"]


def linear(p, x):
    return x @ p["weight"] + p["bias"]


def group_norm(p, x):
    b, h, w, c = x.shape
    groups = min(8, c)
    while c % groups:
        groups -= 1
    g = x.reshape(b, h, w, groups, c // groups)
    mean = g.mean((1, 2, 4), keepdims=True)
    variance = jnp.square(g - mean).mean((1, 2, 4), keepdims=True)
    hat = ((g - mean) * lax.rsqrt(variance + 1e-5)).reshape(x.shape)
    return hat * p["gain"] + p["bias"]


def space_to_depth(x):
    b, h, w, c = x.shape
    cells = x.reshape(b, h // 2, 2, w // 2, 2, c).transpose(0, 1, 3, 2, 4, 5)
    return cells.reshape(b, h // 2, w // 2, 4 * c)


def depth_to_space(x):
    b, h, w, d = x.shape
    cells = x.reshape(b, h, w, 2, 2, d // 4).transpose(0, 1, 3, 2, 4, 5)
    return cells.reshape(b, 2 * h, 2 * w, d // 4)


def attend(q, k, v, seen=None):
    """[B, T, H, D] each; `seen` is true where a score counts."""
    scores = jnp.einsum("bthd,bshd->bhts", q / math.sqrt(q.shape[-1]), k)
    if seen is not None:
        scores = jnp.where(seen, scores, -1e9)
    return jnp.einsum("bhts,bshd->bthd", jax.nn.softmax(scores), v)


def vae_loss(p, settings, x, noise):
    def block(p, x):
        return x + conv(p["conv2"], jax.nn.silu(conv(p["conv1"], group_norm(p["norm"], x))))

    e, d = p["encoder"], p["decoder"]
    h = conv(e["stem"], space_to_depth((x - 0.5) * 4))
    for down, own in zip(e["down"], e["blocks"]):
        h = block(own, conv(down, space_to_depth(jax.nn.silu(h))))
    h = jax.nn.silu(group_norm(e["norm"], h))
    mean, raw = jnp.split(linear(e["head"], h.reshape(h.shape[0], -1)), 2, 1)
    log_variance = jnp.tanh((raw - 4) / 10) * 10
    z = mean + jnp.exp(log_variance * 0.5) * noise
    first = settings["stages"][-1]
    h = linear(d["stem"], z).reshape(-1, first["height"], first["width"], first["channels"])
    h = block(d["blocks"][0], h)
    for up, own in zip(d["up"], d["blocks"][1:]):
        h = block(own, depth_to_space(conv(up, h)))
    out = depth_to_space(conv(d["head"], jax.nn.silu(h)))
    log_scale = jax.nn.softplus(p["scale"] * 10 + 4) - 7
    error = (x - (out + 0.5)) * jnp.exp(-log_scale)
    each = jnp.square(error) * -0.5 - (log_scale + 0.5 * math.log(2 * math.pi))
    kl = ((jnp.square(mean) + (jnp.expm1(log_variance) - log_variance)) * 0.5).sum(1)
    return -(each.sum((1, 2, 3)) - kl).mean()


def unet_loss(p, settings, x, noise, time):
    def residual(p, x):
        h = conv(p["conv1"], jax.nn.silu(group_norm(p["norm1"], x)))
        h = h + linear(p["time"], told)[:, None, None]
        h = conv(p["conv2"], jax.nn.silu(group_norm(p["norm2"], h)))
        return (conv(p["skip"], x) if "skip" in p else x) + h

    def attention(p, x):
        b, h, w, c = x.shape
        heads = max(1, c // 32)
        while c % heads:
            heads -= 1
        qkv = linear(p["qkv"], group_norm(p["norm"], x).reshape(b, h * w, c))
        parts = (part.reshape(b, h * w, heads, -1) for part in jnp.split(qkv, 3, 2))
        return x + linear(p["out"], attend(*parts).reshape(b, h, w, c))

    def unit(p, x):
        x = residual(p["block"], x)
        return attention(p["attention"], x) if "attention" in p else x

    half = settings["width"] // 2
    frequencies = np.exp(-math.log(10000) * np.arange(half) / half).astype(np.float32)
    angle = (time[:, None] * 1000) * frequencies
    told = jnp.concatenate([jnp.sin(angle), jnp.cos(angle)], 1)
    told = jax.nn.silu(linear(p["time2"], jax.nn.silu(linear(p["time1"], told))))
    t = time[:, None, None, None]
    h = conv(p["stem"], x * (1 - t) + noise * t)
    skips = []
    for i, units in enumerate(p["stages"]):
        if i > 0:
            h = conv(p["down"][i - 1], space_to_depth(h))
        for own in units:
            h = unit(own, h)
        skips.append(h)
    h = unit(p["middle"], h)
    for i, riser in enumerate(p["risers"]):
        if i > 0:
            h = conv(p["up"][i - 1], h.repeat(2, 1).repeat(2, 2))
        h = unit(riser, jnp.concatenate([h, skips.pop()], 3))
    out = conv(p["head"], jax.nn.silu(group_norm(p["norm"], h)))
    return jnp.square(out - (noise - x)).mean()


def rms_norm(p, x):
    return x * lax.rsqrt(jnp.square(x).mean(-1, keepdims=True) + 1e-5) * p["gain"]


def project(p, x, heads):
    parts = jnp.split(linear(p["qkv"], rms_norm(p["norm1"], x)), 3, 2)
    return [part.reshape(*x.shape[:2], heads, -1) for part in parts]


def rest(p, x, seen):
    x = x + linear(p["out"], seen.reshape(x.shape))
    return x + linear(p["down"], jax.nn.gelu(linear(p["up"], rms_norm(p["norm2"], x))))


def transformer_loss(p, settings, tokens, targets):
    length = tokens.shape[1]
    x = p["tokens"]["weight"][tokens] + p["positions"]["weight"][:length]
    seen = jnp.tril(jnp.ones((length, length), bool))
    for layer in p["layers"]:
        x = rest(layer, x, attend(*project(layer, x, settings["heads"]), seen))
    logits = linear(p["head"], rms_norm(p["norm"], x))
    chosen = jnp.take_along_axis(logits, targets[..., None], -1)[..., 0]
    return (jax.nn.logsumexp(logits, -1) - chosen).mean()


def decode_step(p, cache, settings, token, pos):
    """One position: logits, and the cache [B, S, H, D] with it. The caller donates the cache."""
    x = p["tokens"]["weight"][token][:, None] + p["positions"]["weight"][pos]
    seen = jnp.arange(settings["context"]) <= pos
    written = []
    for layer, (keys, values) in zip(p["layers"], cache):
        q, k, v = project(layer, x, settings["heads"])
        keys = lax.dynamic_update_slice_in_dim(keys, k, pos, 1)
        values = lax.dynamic_update_slice_in_dim(values, v, pos, 1)
        written.append((keys, values))
        x = rest(layer, x, attend(q, keys, values, seen))
    return linear(p["head"], rms_norm(p["norm"], x))[:, 0], written


def turn(x, cos, sin):
    """Pairs (i, i + D/2) of [B, T, H, D] by the angles [T, 1, D] of their positions."""
    first, second = jnp.split(x, 2, -1)
    return x * cos + jnp.concatenate([-second, first], -1) * sin


def language_norm(p, settings, x):
    return x * lax.rsqrt(jnp.square(x).mean(-1, keepdims=True) + settings["epsilon"]) * p["gain"]


def language_project(p, settings, x, cos, sin):
    x = language_norm(p["norm1"], settings, x)
    by_heads = lambda name, heads: (x @ p[name]["weight"]).reshape(*x.shape[:2], heads, -1)
    groups = settings["keyValueHeads"]
    query = turn(by_heads("query", settings["heads"]), cos, sin)
    return query, turn(by_heads("key", groups), cos, sin), by_heads("value", groups)


def language_rest(p, settings, x, seen):
    x = x + seen.reshape(*x.shape[:2], -1) @ p["out"]["weight"]
    h = language_norm(p["norm2"], settings, x)
    hidden = jax.nn.silu(h @ p["gate"]["weight"]) * (h @ p["up"]["weight"])
    return x + hidden @ p["down"]["weight"]


def language_logits(p, settings, x):
    return language_norm(p["norm"], settings, x) @ p["tokens"]["weight"].T


def attend_groups(q, k, v, seen):
    """[B, T, H, D] with fewer heads of keys and values; `seen` is true where a score counts."""
    b, t, h, d = q.shape
    q = q.reshape(b, t, k.shape[2], -1, d) / math.sqrt(d)
    scores = jnp.where(seen, jnp.einsum("btkgd,bskd->bkgts", q, k), -1e9)
    return jnp.einsum("bkgts,bskd->btkgd", jax.nn.softmax(scores), v).reshape(b, t, h, d)


def language_loss(p, settings, tokens):
    given, targets = tokens[:, :-1], tokens[:, 1:]
    length = given.shape[1]
    document = jnp.cumsum(given == settings["separator"], 1)
    same = document[:, :, None] == document[:, None, :]
    seen = (same & jnp.tril(jnp.ones((length, length), bool)))[:, None, None]
    cos, sin = (table[:length, None] for table in rotary_tables(settings))
    x = p["tokens"]["weight"][jnp.maximum(given, 0)]
    for layer in p["layers"]:
        x = language_rest(layer, settings, x, attend_groups(
            *language_project(layer, settings, x, cos, sin), seen
        ))
    logits = language_logits(p, settings, x)
    chosen = jnp.take_along_axis(logits, jnp.maximum(targets, 0)[..., None], -1)[..., 0]
    scored = targets >= 0
    return ((jax.nn.logsumexp(logits, -1) - chosen) * scored).sum() / scored.sum()


def language_step(p, cache, settings, token, pos):
    """One position: logits, and the cache [B, S, K, D] with it. The caller donates the cache."""
    cos, sin = (jnp.asarray(table)[pos][None, None] for table in rotary_tables(settings))
    x = p["tokens"]["weight"][token][:, None]
    seen = jnp.arange(settings["context"]) <= pos
    written = []
    for layer, (keys, values) in zip(p["layers"], cache):
        q, k, v = language_project(layer, settings, x, cos, sin)
        keys = lax.dynamic_update_slice_in_dim(keys, k, pos, 1)
        values = lax.dynamic_update_slice_in_dim(values, v, pos, 1)
        written.append((keys, values))
        x = language_rest(layer, settings, x, attend_groups(q, keys, values, seen))
    return language_logits(p, settings, x)[:, 0], written


LOSSES = {
    "vae": vae_loss,
    "unet": unet_loss,
    "transformer": transformer_loss,
    "language": language_loss,
}
STEPS = {"transformer": decode_step, "language": language_step}
