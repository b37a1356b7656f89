"""JAX through jit as a contender."""

import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from files import Exchange, nested
from jax_models import LOSSES, STEPS


def learning_rate(o, step):
    """Linear warm-up, then half a cosine or a straight line."""
    if "warmup" not in o:
        return o["learningRate"]
    peak, warmup, steps = o["learningRate"], o["warmup"], o["steps"]
    final = peak * o["decay"]
    share = jnp.clip((step - warmup) / (steps - warmup), 0, 1)
    if o.get("schedule") == "linear":
        falling = peak + share * (final - peak)
    else:
        falling = final + (peak - final) / 2 * (1 + jnp.cos(jnp.pi * share))
    return jnp.where(step < warmup, (step + 1) * (peak / max(1, warmup)), falling)


def train_step(loss_of, settings, state, inputs):
    o = settings["optimiser"]
    loss, grads = jax.value_and_grad(loss_of)(state["params"], settings, **inputs)
    if "clip" in o:
        norm = jnp.sqrt(sum(jnp.square(g).sum() for g in jax.tree.leaves(grads)))
        grads = jax.tree.map(lambda g: g * (o["clip"] / jnp.maximum(norm, o["clip"])), grads)
    step = state["step"]
    count = (step + 1).astype(jnp.float32)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, state["first"], grads)
    beta = o.get("beta2", 0.999)
    second = jax.tree.map(lambda v, g: beta * v + (1 - beta) * g * g, state["second"], grads)
    root = jnp.sqrt(1 - beta**count)
    base = learning_rate(o, step)
    rate = base * root / (1 - 0.9**count)
    # AdamW: matrices decay; gains don't.
    keep = lambda p: p * (1 - base * o.get("weightDecay", 0)) if p.ndim >= 2 else p
    params = jax.tree.map(
        lambda p, m, v: keep(p) - rate * m / (jnp.sqrt(v) + 1e-8 * root),
        state["params"],
        first,
        second,
    )
    next_state = {"params": params, "first": first, "second": second, "step": step + 1}
    if "ema" in o:
        decay = jnp.minimum(o["ema"], (1.0 + step) / (10.0 + step))
        mix = lambda a, p: a * decay + p * (1 - decay)
        next_state["average"] = jax.tree.map(mix, state["average"], params)
    return next_state, loss


class JaxPeer:
    def __init__(self, device):
        platform = "gpu" if device == "cuda" else device
        self.device = jax.devices(platform)[0]
        jax.config.update("jax_default_device", self.device)

    def identity(self):
        return {
            "versions": {"jax": jax.__version__},
            "device": "cpu" if self.device.platform == "cpu" else self.device.device_kind,
            # XLA makes a thread for each processor that the process may run on.
            "threads": None,
        }

    def load(self, folder):
        self.folder = folder
        exchange = Exchange(folder)
        settings = self.settings = exchange.settings
        if settings["task"] == "decode":
            self.step = jax.jit(partial(self.decode_one, settings), donate_argnums=1)
        else:
            step = partial(train_step, LOSSES[settings["model"]], settings)
            # With donated parameters JAX 0.8.1 on a CPU writes a tied decoder's new ones before its
            # own loss has read the old: from the second step on the loss is 5e-4 off.
            self.step = jax.jit(step, donate_argnums=() if settings["model"] == "language" else 0)
        self.reset()
        return sum(v.size for v in exchange.params.values())

    @staticmethod
    def decode_one(settings, params, cache, token, pos):
        return STEPS[settings["model"]](params, cache, settings, token, pos)

    def reset(self):
        """The state before the first step."""
        # Read again rather than kept: a second copy would count as this contender's memory.
        s, exchange = self.settings, Exchange(self.folder)
        make = lambda: jax.tree.map(jnp.array, nested(exchange.params))
        self.done = 0
        self.inputs = jax.tree.map(jnp.array, exchange.inputs)
        if s["task"] == "decode":
            self.params = make()
            heads = s.get("keyValueHeads", s["heads"])
            shape = (s["batch"], s["context"], heads, s.get("headWidth", s["width"] // s["heads"]))
            self.cache = [(jnp.zeros(shape), jnp.zeros(shape)) for _ in range(s["layers"])]
            tokens = self.inputs[0]["tokens"]
            self.columns = [tokens[:, i] for i in range(tokens.shape[1])]
            self.positions = [jnp.array(i, jnp.int32) for i in range(s["context"])]
            return
        zeros = lambda: jax.tree.map(jnp.zeros_like, make())
        self.state = {
            "params": make(),
            "first": zeros(),
            "second": zeros(),
            "step": jnp.array(0, jnp.int32),
        }
        if "ema" in s["optimiser"]:
            self.state["average"] = make()

    def one(self):
        if self.settings["task"] == "decode":
            at = self.done % self.settings["context"]
            found, self.cache = self.step(
                self.params, self.cache, self.columns[at], self.positions[at]
            )
        else:
            inputs = self.inputs[self.done % len(self.inputs)]
            self.state, found = self.step(self.state, inputs)
        self.done += 1
        return found

    def run(self, steps):
        for _ in range(steps):
            self.last = self.one()

    def losses(self, steps):
        self.reset()
        if self.settings["task"] != "decode":
            return [float(self.one()) for _ in range(steps)]
        tokens = np.asarray(self.inputs[0]["tokens"])
        found = []
        for i in range(steps):
            logits = np.asarray(self.one(), np.float64)
            chosen = np.take_along_axis(logits, tokens[:, i + 1, None], 1)[:, 0]
            found.append(float((np.log(np.exp(logits).sum(1)) - chosen).mean()))
        return found

    def sync(self):
        jax.block_until_ready((self.last, getattr(self, "state", None)))

    def matmul(self, size, repeats):
        a, b = (jax.random.uniform(jax.random.key(i), (size, size)) for i in range(2))
        # On a GPU the default may be TF32, which is not the same work.
        product = jax.jit(partial(jnp.matmul, precision="highest"))
        times = []
        for _ in range(repeats + 1):
            start = time.perf_counter()
            jax.block_until_ready(product(a, b))
            times.append(time.perf_counter() - start)
        return min(times[1:])

    def device_memory(self):
        stats = self.device.memory_stats() if self.device.platform != "cpu" else None
        return {} if not stats else {"devicePeak": stats["peak_bytes_in_use"]}
