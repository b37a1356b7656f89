"""Golden values of curation's cleaning stages: what ftfy and fastText make of the same texts.

    python tests/peers/curation_golden.py LID_176_FTZ > tests/golden/curation/clean.json

LID_176_FTZ is fastText's compressed identifier of languages, as fasttext.wasm.js carries it
(dist/models/language-identification/assets/lid.176.ftz). Needs ftfy 6.3.1 and fasttext-predict 0.9.2.4.
"""
import json
import sys
from importlib.metadata import version

import fasttext
import ftfy
from ftfy import fixes

LINES = ["a\r\nb\rc\u2028d\u2029e\u0085f\n", "\r\r\n\n", "plain"]
CONTROLS = ["".join(map(chr, range(0, 0x20))) + "\x7f", "\u206aa\u206f\ufeffb\ufff9c\ufffad\ufffb\ufffc",
            "\ufffd stays, and so does \u200b\u200d\u00ad"]
MOJIBAKE = [
    "cafÃ©", "naÃ¯ve", "â€œquotedâ€\x9d", "itâ€™s â€“ so", "Ã¢â‚¬Å“twiceÃ¢â‚¬Â\x9d", "cafÃƒÂ©",
    "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "æ—¥æœ¬èªž", "ðŸ\x90‹ whale", "10 â‚¬", "Â£5 and Â§4", "sÃ£o paulo", "rÃ©sumÃ© of the café",
    "São Paulo", "GRÖSSE – KÖ–", "20°C", "Größe", "ÂME et pâte", "Ã is a letter", "plain ASCII", "l’humanitÃ©",
    "voilÃ\xa0 le travail",
]
LANGUAGES = [
    "The whale went down with all hands, and nobody said a word about it afterwards.",
    "Die Würde des Menschen ist unantastbar. Sie zu achten ist Verpflichtung aller staatlichen Gewalt.",
    "Bonjour tout le monde, comment allez-vous aujourd'hui ?",
    "En un lugar de la Mancha, de cuyo nombre no quiero acordarme.",
    "Все счастливые семьи похожи друг на друга.", "吾輩は猫である。名前はまだ無い。", "天地玄黃，宇宙洪荒。",
    "Two lines,\none after the other.", "1234 #### {} []", "", "word",
    "This half is English. Cette moitié est en français, et elle est un peu plus longue que l'autre.",
]

model = fasttext.load_model(sys.argv[1])


def probabilities(text):
    labels, values = model.predict(text.replace("\n", " "), k=10, threshold=0.0)
    return {label.removeprefix("__label__"): float(value) for label, value in zip(labels, values)}


json.dump({
    "versions": {name: version(name) for name in ["ftfy", "fasttext-predict"]},
    "lines": [[text, fixes.fix_line_breaks(text)] for text in LINES],
    "controls": [[text, fixes.remove_control_chars(text)] for text in CONTROLS],
    "mojibake": [[text, ftfy.fix_encoding(text)] for text in MOJIBAKE],
    "languages": [[text, probabilities(text)] for text in LANGUAGES],
}, sys.stdout, ensure_ascii=True, indent=1)
sys.stdout.write("\n")
