"""datatrove's filters and MinHash signatures on documents of a file, timed: a line of JSON a command.

    python curation_peer.py DOCUMENTS.json

{"do": "filters", "from": 0, "to": 9} answers seconds of this process' time and why each document was
dropped by the four filters in turn (null: kept); {"do": "minhash", …} seconds and the number of
shingles of each. Wants tests/peers/curation/requirements.txt.
"""

import json
import sys
import time
from importlib.metadata import version

from datatrove.data import Document
from datatrove.pipeline.dedup.minhash import MinhashDedupSignature
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)

from protocol import serve


class Peer:
    def __init__(self):
        with open(sys.argv[1], encoding="utf-8") as file:
            self.texts = json.load(file)
        self.filters = [
            GopherRepetitionFilter(),
            GopherQualityFilter(),
            C4QualityFilter(),
            FineWebQualityFilter(),
        ]
        self.signatures = MinhashDedupSignature(output_folder=sys.argv[1] + ".out")
        # What is loaded on first use is loaded now.
        self.why("A sentence. " * 40)
        self.signatures.get_signature(self.signatures.get_shingles("one two three four five six"))

    def identity(self):
        return {"versions": {name: version(name) for name in ("datatrove", "spacy", "numpy")}}

    def why(self, text):
        document = Document(text=text, id="0")
        for one in self.filters:
            found = one.filter(document)
            if found is not True:
                return found[1]
        return None

    def shingles(self, text):
        found = self.signatures.get_shingles(text)
        if found.size:
            self.signatures.get_signature(found)
        return int(found.size)


def answer(peer, command):
    work = peer.why if command["do"] == "filters" else peer.shingles
    texts = peer.texts[command["from"] : command["to"]]
    start = time.process_time()
    found = [work(text) for text in texts]
    return {"seconds": time.process_time() - start, "found": found}


if __name__ == "__main__":
    serve(Peer, answer)
