"""One contender as a process: a JSON command a line on stdin, a JSON answer a line on stdout.

    load FOLDER      reads a model                            -> parameters
    first            the first step, compilation included     -> seconds
    run STEPS        steps, waited for at the end             -> seconds
    losses STEPS     steps from the start, each loss read     -> losses
    save FILE        writes the weights, PyTorch's of the language model only
    matmul SIZE REPEATS   float32 products of square matrices -> seconds of the fastest
    memory           resident and greatest resident bytes; starts the greatest anew

Usage: worker.py CONTENDER DEVICE THREADS, contender one of torch-eager, torch-compile, jax.
"""

import sys
import time

from protocol import serve


def memory():
    """Resident bytes now and at most since the last call."""
    with open("/proc/self/status") as status:
        fields = dict(line.split(":", 1) for line in status if ":" in line)
    kilobytes = lambda name: 1024 * int(fields[name].split()[0])
    found = {"now": kilobytes("VmRSS"), "peak": kilobytes("VmHWM")}
    # proc(5): writing 5 resets the peak resident set size to the current one.
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")
    return found


def open_peer(contender, device, threads):
    if contender == "jax":
        from jax_peer import JaxPeer

        return JaxPeer(device)
    from torch_peer import TorchPeer

    return TorchPeer(device, threads, compiled=contender == "torch-compile")


def answer(peer, command):
    do = command["do"]
    if do == "load":
        return {"parameters": peer.load(command["folder"])}
    if do in ("first", "run"):
        start = time.perf_counter()
        peer.run(command.get("steps", 1))
        peer.sync()
        return {"seconds": time.perf_counter() - start}
    if do == "losses":
        return {"losses": peer.losses(command["steps"])}
    if do == "save":
        peer.save(command["file"])
        return {"saved": command["file"]}
    if do == "matmul":
        return {"seconds": peer.matmul(command["size"], command["repeats"])}
    if do == "memory":
        return {**memory(), **peer.device_memory()}
    raise ValueError(f"no command {do}")


def main():
    contender, device, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    serve(lambda: open_peer(contender, device, threads), answer, greeting=memory)


main()
