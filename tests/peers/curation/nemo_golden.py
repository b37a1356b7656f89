"""NeMo Curator's decisions and scores on the documents of curation.json.gz.

    python nemo_golden.py tests/golden/lifecycle/curation.json.gz OUT.json.gz

Wants nemo-curator 1.4.0 installed without its dependencies, with regex and loguru: its packages start Ray
when they are imported, so they are entered without their own code.
"""

import gzip
import importlib.util
import json
import os
import sys
import types
from importlib.metadata import version

folder = os.path.dirname(importlib.util.find_spec("nemo_curator").origin)
for part in ("", "stages", "stages/text", "stages/text/filters"):
    name = ".".join(["nemo_curator", *part.split("/")]).rstrip(".")
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [os.path.join(folder, part)]

from nemo_curator.stages.text.filters.heuristic import repetition, string  # noqa: E402


def filters():
    """Ours: name of a value, the filter; in the order in which ours are checked."""
    yield "non_alpha_numeric", string.NonAlphaNumericFilter()
    yield "numbers", string.NumbersFilter()
    yield "urls", string.UrlsFilter()
    yield "white_space", string.WhiteSpaceFilter()
    yield "parentheses", string.ParenthesesFilter()
    yield "symbols_per_word", string.SymbolsToWordsFilter()
    yield "word_count", string.WordCountFilter()
    yield "mean_word_length", string.MeanWordLengthFilter()
    yield "longest_word", string.LongWordFilter()
    yield "words_with_letters", string.WordsWithoutAlphabetsFilter()
    yield "common_english_words", string.CommonEnglishWordsFilter(stop_at_false=False)
    yield "boilerplate_paragraphs", string.BoilerPlateStringFilter()
    yield "unique_lines", repetition.RepeatedLinesFilter()
    yield "unique_paragraphs", repetition.RepeatedParagraphsFilter()
    yield "unique_line_characters", repetition.RepeatedLinesByCharFilter()
    yield "unique_paragraph_characters", repetition.RepeatedParagraphsByCharFilter()
    yield "unpunctuated_lines", string.PunctuationFilter()
    yield "bullet_lines", string.BulletsFilter()
    yield "ellipsis_lines", string.EllipsisFilter()
    for n in (2, 3, 4):
        yield f"top_{n}_gram", repetition.RepeatingTopNGramsFilter(n=n)
    for n in (2, 5, 6, 7, 8, 9, 10):
        yield f"repeated_{n}_grams", repetition.RepeatingDuplicateNGramsFilter(n=n)


def row(text, all_filters):
    out = {}
    for name, one in all_filters:
        try:
            score = one.score_document(text)
            out[name] = [score, bool(one.keep_document(score))]
        except (ZeroDivisionError, ValueError, IndexError):
            out[name] = None
    return out


def main(documents, path):
    with gzip.open(documents) as file:
        texts = [one["text"] for one in json.load(file)["documents"]]
    all_filters = list(filters())
    golden = {
        "versions": {"nemo-curator": version("nemo-curator")},
        "rows": [row(text, all_filters) for text in texts],
    }
    blob = json.dumps(golden, separators=(",", ":")).encode()
    with open(path, "wb") as file:
        file.write(gzip.compress(blob, 9, mtime=0))
    print(f"{len(texts)} documents, {len(blob)} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
