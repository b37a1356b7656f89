"""How a peer's process is asked: a line of JSON a command, a line of JSON an answer."""

import json
import os
import sys
import traceback


def serve(open_peer, answer, greeting=dict):
    """Answers commands until `quit` or the end of stdin.

    open_peer() makes the peer, which has an identity(); answer(peer, command) gives a dict;
    greeting() is told once, with the identity.
    """
    # Libraries write what they like to stdout; the protocol keeps a descriptor of its own.
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    peer = open_peer()
    print(json.dumps({"ready": True, **peer.identity(), **greeting()}), file=out)
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "quit":
            return
        try:
            print(json.dumps(answer(peer, command)), file=out)
        except Exception as error:  # told to the driver, which decides
            traceback.print_exc()
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=out)
