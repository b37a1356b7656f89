"""Writes lpips.json: LPIPS of pairs of pictures by the lpips package, its heads as published, its
networks filled by formula. python make_lpips.py
"""
import lpips
import torch

from fill import digits, picture, scaled, shapes, write

cases = []
for net in ("alex", "vgg"):
    model = lpips.LPIPS(net=net, pnet_rand=True, verbose=False)
    state = {f"features.{n.split('.', 1)[-1]}": t for n, t in model.net.state_dict().items()}
    for name, tensor in state.items():
        tensor.copy_(torch.from_numpy(scaled(name, tuple(tensor.shape))))
    for size in ((64, 48), (33, 35)):
        pair = [picture(seed, *size) for seed in (11, 12)]
        pair[1][:, : size[1] // 2] = pair[0][:, : size[1] // 2]
        x = [torch.from_numpy(p.transpose(2, 0, 1).copy())[None].float() / 127.5 - 1 for p in pair]
        with torch.no_grad():
            value = model(*x)
        print(net, size, float(value))
        cases.append(dict(net=net, height=size[0], width=size[1], shapes=shapes(state), value=digits(value)[0]))
write("lpips.json", dict(shapes={}, cases=cases))
