"""NeMo Curator's decisions and scores on the documents of curation.json.gz.

    python curation_nemo_golden.py tests/golden/lifecycle/curation.json.gz OUT.json.gz

Wants nemo-curator 1.4.0 (its text filters alone).
"""

import gzip
import json
import sys
from importlib.metadata import version

from nemo_curator.stages.text.filters.heuristic import repetition, string


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
        except ZeroDivisionError:
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
