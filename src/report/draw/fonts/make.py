"""Makes the report's fonts from npm inter-ui@4.1.1 (SIL OFL 1.1): one subset, two weights.

npm pack inter-ui@4.1.1 && tar xzf inter-ui-4.1.1.tgz && pip install fonttools==4.68.0 brotli==1.2.1
python make.py package/web

The family is renamed, so that an Inter of the machine's own can never take its place: chart
layout rests on these very advances. TrueType is for fontkit and fontconfig, WOFF2 for pages.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Likeness Sans"
CHARACTERS = (
    [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x391, 0x3A2), *range(0x3A3, 0x3CA)]
    + [*range(0x2010, 0x2016), 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x2032, 0x2033]
    + [0x2070, *range(0x2074, 0x207A), 0x207B, *range(0x2080, 0x208A), 0x20AC]
    + [*range(0x2190, 0x2194), 0x2211, 0x2212, 0x221A, 0x221E, 0x2248, 0x2260, 0x2264, 0x2265]
    + [0x25CF, 0x25CB, 0x25B2, 0x25A0, 0x2713, 0x2717, 0xFFFD]
)

for weight in ("Regular", "SemiBold"):
    font = TTFont(Path(sys.argv[1]) / f"Inter-{weight}.woff2")
    options = subset.Options(hinting=False, layout_features=["kern", "tnum", "ccmp", "locl"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 6, 16):
            text = FAMILY if record.nameID in (1, 16) else f"{FAMILY} {weight}"
            record.string = text.replace(" ", "") if record.nameID == 6 else text
    font["name"].removeNames(nameID=16)
    font["name"].removeNames(nameID=17)
    here = Path(__file__).parent
    for flavor, suffix in ((None, "ttf"), ("woff2", "woff2")):
        font.flavor = flavor
        font.save(here / f"likeness-sans-{weight.lower()}.{suffix}")
