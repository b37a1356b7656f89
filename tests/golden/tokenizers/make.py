"""What Hugging Face's tokenizers and transformers make of the golden texts: files/golden.json, and the
files read_*.json of tokenizers that are not learnt here.

python -m venv VENV && VENV/bin/pip install -r tests/golden/tokenizers/requirements.txt
deno run -A tests/golden/tokenizers/make_ours.ts && VENV/bin/python tests/golden/tokenizers/make.py
"""
import collections
import json
import os
import pathlib

os.environ["HF_HUB_OFFLINE"] = "1"
import tokenizers
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers as pre, processors, trainers
from transformers import PreTrainedTokenizerFast

os.chdir(pathlib.Path(__file__).parent / "files")
corpus = json.load(open("corpus.json"))
texts = json.load(open("texts.json"))
special = ["<|endoftext|>", "<|im_start|>"]
alphabet = pre.ByteLevel.alphabet()


def ids(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).ids


def both(tokenizer):
    """Tokens with special tokens read as text, and as special tokens."""
    tokenizer.encode_special_tokens = True
    plain = [ids(tokenizer, text) for text in texts]
    tokenizer.encode_special_tokens = False
    read = [ids(tokenizer, text) for text in texts]
    return {"plain": plain, "special": {i: r for i, (p, r) in enumerate(zip(plain, read)) if p != r}}


def learnt(name):
    """Merges by BpeTrainer with our steps, and tokens by transformers from our file."""
    ours = json.load(open(f"ours_{name}.json"))
    own = Tokenizer.from_file(f"ours_{name}.json")
    theirs = Tokenizer(models.BPE())
    theirs.pre_tokenizer = own.pre_tokenizer
    theirs.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=500, special_tokens=special, initial_alphabet=alphabet, show_progress=False))
    model = json.loads(theirs.to_str())["model"]
    fast = PreTrainedTokenizerFast(tokenizer_file=f"ours_{name}.json")
    tokens = both(fast.backend_tokenizer)
    for text, plain in zip(texts, tokens["plain"]):
        back = own.decode(plain, skip_special_tokens=False)
        assert back == text, (name, text, back)
    assert len(fast) == len(ours["model"]["vocab"])
    return {"merges": [" ".join(pair) for pair in model["merges"]], "vocab": model["vocab"], **tokens}


def sequence(*steps):
    return pre.Sequence(list(steps))


def level(**options):
    return pre.ByteLevel(**{"add_prefix_space": False, "use_regex": False, **options})


def split(pattern, behavior, invert=False):
    return pre.Split(pattern, behavior, invert)


def byte_level(cut, *, added=(), normal=None, post=None, ignore=False):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore))
    tokenizer.pre_tokenizer = cut
    tokenizer.decoder = decoders.ByteLevel()
    if normal is not None:
        tokenizer.normalizer = normal
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=380, special_tokens=special, initial_alphabet=alphabet, show_progress=False))
    tokenizer.add_tokens(list(added))
    if post is not None:
        tokenizer.post_processor = post
    return tokenizer


def whole_words():
    """With words in the vocabulary that no merge makes."""
    made = json.loads(byte_level(level(use_regex=True), ignore=True).to_str())
    for word in ["Ġmorning", "weather", "Ġthe", "camelCase"]:
        made["model"]["vocab"].setdefault(word, len(made["model"]["vocab"]))
    return Tokenizer.from_str(json.dumps(made))


rules = [
    AddedToken("  ", normalized=False),
    AddedToken("    ", normalized=False),
    AddedToken("<l>", lstrip=True, normalized=False),
    AddedToken("sea", single_word=True, normalized=False),
    AddedToken("the ", rstrip=True, normalized=False),
    AddedToken("caf\u00e9", normalized=True),
    AddedToken("A\u030a", normalized=True),
    AddedToken("ab", normalized=False),
    AddedToken("abab", normalized=False),
    AddedToken("<|im_end|>", special=True, normalized=False),
]
numbers = Regex(r"\p{N}{1,3}")
read = {
    "added": byte_level(level(use_regex=True), added=rules, normal=normalizers.NFC()),
    "prefix": byte_level(level(use_regex=True, add_prefix_space=True)),
    "bos": byte_level(level(use_regex=True), post=processors.TemplateProcessing(
        single="<|im_start|> $A <|endoftext|>", special_tokens=[("<|im_start|>", 1), ("<|endoftext|>", 0)])),
    "whole": whole_words(),
    "deepseek": byte_level(sequence(
        split(numbers, "isolated"),
        split(Regex("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"), "isolated"),
        split(Regex("[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                    "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"), "isolated"),
        level())),
    "behaviors": byte_level(sequence(
        split(",", "merged_with_previous"), split("e", "merged_with_next"),
        split(Regex(r"\p{Lu}"), "contiguous"), split(Regex(r"\s+"), "isolated", True),
        pre.Digits(individual_digits=False), level())),
    "regex": byte_level(sequence(
        split(Regex(r"(?i:the|[a-c&&[^b]])++|\b\w+\b|[[:punct:]&&[^.]]+|^\s+|\h{2}$|\p{Han}+|(?>o|ow)n"), "isolated"),
        level())),
}


def pieces(of, most):
    """Parts of words by how much text they stand for. (The trainers' own choice varies from run to run.)"""
    counts = collections.Counter(
        word[i:j] for text in corpus for word in of(text)
        for i in range(len(word)) for j in range(i + 1, min(i + 7, len(word) + 1)))
    order = sorted(counts, key=lambda piece: (-counts[piece] * len(piece), piece))
    return {piece: counts[piece] for piece in order[:most]}


def unigram():
    found = pieces(lambda text: ["\u2581" + word for word in text.split()], 300)
    # No two ways of cutting a word are equally good.
    scores = [(piece, -7 + 0.37 * len(piece) + 0.001237 * i * i / 100) for i, piece in enumerate(found)]
    made = Tokenizer(models.Unigram([("<pad>", 0), ("</s>", 0), ("<unk>", 0), *scores], unk_id=2))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre.Metaspace()
    made.decoder = decoders.Metaspace()
    made.add_special_tokens(["<pad>", "</s>", "<unk>"])
    return made


def word_piece():
    found = pieces(lambda text: text.lower().split(), 150)
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *found, *("##" + piece for piece in found)]
    made = Tokenizer(models.WordPiece({token: i for i, token in enumerate(tokens)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.add_special_tokens(tokens[:4])
    return made


def byte_fallback():
    made = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(),
                                      decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    english = [text for text in corpus if text.isascii()]
    made.train_from_iterator(english, trainers.BpeTrainer(
        vocab_size=500, max_token_length=12, show_progress=False,
        special_tokens=["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]))
    # Tokens of bytes are no special ones in the files of models.
    whole = json.loads(made.to_str())
    whole["added_tokens"] = [one for one in whole["added_tokens"] if not one["content"].startswith("<0x")]
    return Tokenizer.from_str(json.dumps(whole))


others = {"unigram": unigram(), "wordpiece": word_piece(), "fallback": byte_fallback()}
for name, tokenizer in {**read, **others}.items():
    with open(f"read_{name}.json", "w") as file:
        file.write(tokenizer.to_str())
names = sorted(name[5:-5] for name in os.listdir(".") if name.startswith("ours_"))
golden = {
    "tokenizers": tokenizers.__version__,
    "transformers": transformers.__version__,
    "learnt": {name: learnt(name) for name in names},
    "read": {name: both(tokenizer) for name, tokenizer in read.items()},
    "others": {name: {**both(tokenizer), "text": [
        tokenizer.decode(ids(tokenizer, text), skip_special_tokens=True) for text in texts
    ]} for name, tokenizer in others.items()},
}
with open("golden.json", "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
