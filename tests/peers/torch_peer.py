"""PyTorch, eager or through torch.compile, as a contender."""

import math
import time

import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

from files import Exchange, nested
from muon import Muon
from torch_models import MODELS, turned, unturned


class TorchPeer:
    def __init__(self, device, threads, compiled):
        torch.set_num_threads(threads)
        self.device = torch.device(device)
        self.compiled = compiled
        if device == "cuda" and not torch.cuda.is_available():
            raise RuntimeError("torch finds no CUDA device: is the driver installed?")

    def identity(self):
        name = torch.cuda.get_device_name() if self.device.type == "cuda" else "cpu"
        return {
            "versions": {"torch": torch.__version__},
            "device": name,
            "threads": torch.get_num_threads(),
        }

    def load(self, folder):
        self.folder = folder
        exchange = Exchange(folder)
        settings = self.settings = exchange.settings
        model = MODELS[settings["model"]]
        self.model = model(nested(self.given(exchange)), settings).to(self.device)
        self.inputs = [
            {name: self.input(value) for name, value in step.items()} for step in exchange.inputs
        ]
        self.windows = exchange.windows
        if settings["task"] == "decode":
            self.step = self.model.step
            if self.compiled:
                self.step = torch.compile(self.model.masked_step, dynamic=False, fullgraph=True)
        else:
            self.loss = torch.compile(self.model, dynamic=False) if self.compiled else self.model
        self.reset()
        return sum(p.numel() for p in self.model.parameters())

    def given(self, exchange):
        kind = exchange.settings["model"]
        return {path: turned(path, value, kind) for path, value in exchange.params.items()}

    def reset(self):
        """The state before the first step, in the same module: what was compiled stays."""
        # Read again rather than kept: a second copy would count as this contender's memory.
        given = self.given(Exchange(self.folder))
        with torch.no_grad():
            for path, parameter in self.model.p.named_parameters():
                parameter.copy_(given[path.replace(".", "/")])
        self.done = 0
        if self.settings["task"] == "decode":
            self.start_decoding()
        else:
            self.start_training()

    def input(self, value):
        tensor = torch.from_numpy(value).to(self.device)
        if tensor.dtype == torch.int32:
            return tensor.long()
        if tensor.ndim == 4:
            return tensor.permute(0, 3, 1, 2)
        return tensor

    # Training

    def start_training(self):
        o = self.settings["optimiser"]
        self.weights = list(self.model.parameters())
        betas, decay = (0.9, o.get("beta2", 0.999)), o.get("weightDecay", 0)
        rate, rest = o["learningRate"], list(self.model.named_parameters())
        self.optimisers = []
        if o.get("name") == "muon":
            # Matrices of layers.
            own = [(name, p) for name, p in rest if ".layers." in name and p.ndim == 2]
            taken = {name for name, _ in own}
            rest = [(name, p) for name, p in rest if name not in taken]
            self.optimisers.append(Muon([p for _, p in own], lr=rate, weight_decay=decay))
        # Matrices decay; gains don't.
        groups = [
            {"params": [p for _, p in rest if p.ndim >= 2], "weight_decay": decay},
            {"params": [p for _, p in rest if p.ndim < 2], "weight_decay": 0},
        ] if decay > 0 else [{"params": [p for _, p in rest]}]
        kind = torch.optim.AdamW if decay > 0 else torch.optim.Adam
        self.optimisers.append(kind(groups, lr=rate, betas=betas, fused=True))
        if "ema" in self.settings["optimiser"]:
            self.average = [p.detach().clone() for p in self.weights]

    def rate(self):
        """Linear warm-up, then half a cosine or a straight line."""
        o = self.settings["optimiser"]
        if "warmup" not in o:
            return o["learningRate"]
        peak, warmup, steps = o["learningRate"], o["warmup"], o["steps"]
        if self.done < warmup:
            return peak * (self.done + 1) / warmup
        final = peak * o["decay"]
        share = min(1, (self.done - warmup) / (steps - warmup))
        if o.get("schedule") == "linear":
            return peak + share * (final - peak)
        return final + (peak - final) / 2 * (1 + math.cos(math.pi * share))

    def batch(self):
        """What the next step sees."""
        if self.windows is None:
            return self.inputs[self.done % len(self.inputs)]
        return {"tokens": self.input(self.windows.rows(self.done))}

    def train(self):
        o = self.settings["optimiser"]
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        loss = self.loss(**self.batch())
        loss.backward()
        if "clip" in o:
            torch.nn.utils.clip_grad_norm_(self.weights, o["clip"])
        rate = self.rate()
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
        if "ema" in o:
            decay = min(o["ema"], (1 + self.done) / (10 + self.done))
            with torch.no_grad():
                torch._foreach_lerp_(self.average, self.weights, 1 - decay)
        self.done += 1
        return loss.detach()

    # Decoding

    def start_decoding(self):
        s = self.settings
        heads = s.get("keyValueHeads", s["heads"])
        shape = (s["batch"], heads, s["context"], s.get("headWidth", s["width"] // s["heads"]))
        zeros = lambda: torch.zeros(shape, device=self.device)
        self.cache = [(zeros(), zeros()) for _ in range(s["layers"])]
        self.tokens = self.inputs[0]["tokens"]
        self.columns = list(self.tokens.T.contiguous())
        self.positions = [
            torch.tensor([i], device=self.device) for i in range(s["context"])
        ]

    @torch.inference_mode()
    def decode(self):
        at = self.done % self.settings["context"]
        self.done += 1
        pos = self.positions[at] if self.compiled else at
        return self.step(self.columns[at], self.cache, pos)

    # What the worker asks for

    def run(self, steps):
        one = self.decode if self.settings["task"] == "decode" else self.train
        for _ in range(steps):
            self.last = one()

    def losses(self, steps):
        self.reset()
        if self.settings["task"] != "decode":
            return [self.train().item() for _ in range(steps)]
        found = []
        for i in range(steps):
            logits = self.decode()
            found.append(F.cross_entropy(logits, self.tokens[:, i + 1]).item())
        return found

    def save(self, path):
        """The weights as the harness lays them out."""
        kind = self.settings["model"]
        save_file({
            path: unturned(path, value.detach().cpu(), kind).numpy()
            for path, value in (
                (name.replace(".", "/"), value) for name, value in self.model.p.named_parameters()
            )
        }, path)

    def sync(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def matmul(self, size, repeats):
        a, b = (torch.rand(size, size, device=self.device) for _ in range(2))
        times = []
        for _ in range(repeats + 1):
            self.sync()
            start = time.perf_counter()
            a @ b
            self.sync()
            times.append(time.perf_counter() - start)
        return min(times[1:])

    def device_memory(self):
        if self.device.type != "cuda":
            return {}
        peak = torch.cuda.max_memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        return {"devicePeak": peak}
