"""Documents on which filters are compared: speeches (CC0), and speeches with faults put in.

What is made hangs on the folder of speeches and on nothing else.
"""

import os
import random

SIGNS = ["...", "…", "#", "##", "•", "-", "—", "«", "»", "“", "”", "’", "(", ")", "[1]", "{", "}"]


def excerpts(folder, count):
    """Paragraphs of speeches, 900 to 2,500 characters each."""
    names = sorted(name for name in os.listdir(folder) if name.endswith(".txt"))
    out = []
    for name in names[:: max(1, len(names) // count)]:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        start = text.find(". ", len(text) // 3) + 2
        part = text[start : start + 1600 + 300 * (len(out) % 4)]
        out.append(part[: part.rfind(".") + 1].strip())
    return [text for text in out if len(text) > 700][:count]


def lines_of(text, words):
    """The text in lines of so many words."""
    all_words = text.split()
    return [" ".join(all_words[i : i + words]) for i in range(0, len(all_words), words)]


def faults(random, text):
    """The text with each fault, by name."""
    words = text.split()
    short, long = lines_of(text, 4), lines_of(text, 12)
    sentences = [one + "." for one in text.replace("\n", " ").split(". ")]
    some = words[5:11]
    yield "repeated lines", "\n".join(long[:6] + long[:4] + long[6:9])
    yield "repeated paragraphs", "\n\n".join(sentences[:4] + sentences[:2] + sentences[1:2])
    yield "one line again and again", "\n".join(long[:3] + [long[0]] * 8)
    yield "a phrase again and again", text[:400] + " " + " ".join(words[3:5] * 30)
    yield "a long phrase again", " ".join(words[:60] + words[10:22] + words[60:70] + words[10:22])
    yield "run repeated", " ".join(words[:50] + some * 3 + words[50:80])
    yield "bullets", "\n".join("• " + line for line in short[:20])
    yield "dashes", "\n".join("  - " + line for line in long[:10])
    yield "cut lines", "\n".join(line + random.choice(["...", "…", ""]) for line in long)
    yield "few words", " ".join(words[:30]) + "."
    yield "long words", " ".join(word * 4 for word in words[:80])
    yield "short words", " ".join(word[:2] for word in words[:120])
    yield "hashes", " ".join(w + (" #tag" if random.random() < 0.2 else "") for w in words)
    yield "ellipses", " ".join(w + ("..." if random.random() < 0.15 else "") for w in words)
    yield "numbers", " ".join(
        str(random.randint(1, 99999)) if random.random() < 0.3 else w for w in words
    )
    yield "no stop words", " ".join(w for w in words if w.lower() not in STOP)
    yield "no ends of sentences", "\n".join(line.rstrip(".,;") for line in long)
    yield "short lines", "\n".join(short)
    yield "long lines among short", "\n".join(short[:10] + [text[:300]] + short[10:14])
    yield "lorem ipsum", text + "\nThis is LOREM IPSUM text that stands for another."
    yield "brace", "\n".join(sentences[:4]) + "\nfunction f() { return 'it.'; }\n" + sentences[5]
    yield "javascript", "\n".join(
        [s if i % 2 else "Please turn JavaScript on to see it." for i, s in enumerate(sentences)]
    )
    yield "policy", "\n".join(sentences[:3] + ["This site uses cookies.", "Read our Terms of Use."])
    yield "citations", "\n".join(
        s + random.choice(["[1]", "[23]", "[edit]", "[citation needed]", ""]) for s in sentences
    )
    yield "citations within", "\n".join(s[:-1] + "[12]." for s in sentences)
    yield "one long word", "\n".join(sentences[:3] + ["x" * 1200 + " and so on."] + sentences[3:9])
    yield "urls", " ".join(
        f"https://www.example.com/a/{i}?q={w}" if i % 3 == 0 else w for i, w in enumerate(words)
    )
    yield "brackets", " ".join(f"({w}) [{i}]" for i, w in enumerate(words[:100]))
    yield "spaces", "   ".join(words[:100]) + " \t\n \n" * 40
    yield "signs", " ".join(random.choice(SIGNS) if random.random() < 0.3 else w for w in words)
    yield "old ends of lines", "\r\n".join(long) + "\x0b" + "\u2028".join(long[:3])
    yield "blank lines", "\n\n\n".join(sentences) + "\n\n"
    yield "capitals", text.upper()
    yield "contractions", " ".join(
        random.choice(["I'm", "don’t", "they'll've", "it's", "cannot", "y'all", "o'clock", w])
        for w in words
    )
    yield "joined", text.replace(". ", ".").replace(", ", ",")


STOP = set("the be to of and that have with".split())

ODD = [
    "",
    " ",
    "\n\n\n",
    "word",
    "...",
    "….",
    "a.m. 10a.m. 3pm e.g. i.e. Ph.D. U.S. U.S.A. Mr. Smith's 5km 3,000.50 $5 US$20 20%",
    ":) :-( ;D (^_^) <3 ¯\\(ツ)/¯ xD o_O :'( ಠ_ಠ",
    "Wer hätte gedacht, daß es so weit käme? Niemand, außer Jürgen Müller, der's gewußt hat.",
    "Он сказал: «Это не так!» И ушёл… 5 км/ч, 20 кг. Что-то было не то.",
    "他说：“今天天气很好。”我们去公园吧！你觉得怎么样？好的，没问题。",
    "هل هذا صحيح؟ نعم، إنه صحيح. ۵ كم",
    "यह एक वाक्य है। यह दूसरा वाक्य है। क्या यह तीसरा है?",
    "😀 emoji 😀😀 mixed👍with 🏽 words 🥰 and 🫠 newer 👩‍👩‍👧 ones. Done!",
    "𝒜 𝓫 mathematical 𝟙𝟚𝟛 letters and 𐐀 Deseret.",
    "if (x < 10 && y >= 3) { return a[i]*b-c/d; } // don't\n#include <stdio.h>\n\tx += 1;",
    '{"key": "value", "list": [1, 2, 3], "nested": {"a": null}}',
    "| a | b |\n| --- | --- |\n| 1 | 2 |\n* item\n1. one\n2. two\n> quote",
    "mail john.doe@example.co.uk or see http://a.b-c.org:8080/x_y?z=1#t, www.test.com. 192.168.0.1",
    "well-known state-of-the-art mother-in-law--indeed---really–yes—no 3-4 A-1 x=y a/b and/or",
    '"Quoted," he said. \'Single\' “curly” ‘inner’ ``ticks\'\' (parens) [brackets]!?',
    "The end.The start.Of it\u00a0all\u2003with \x1c odd \x85 spaces\ufeff here.",
    "Ünïcödé ﬁne “smart” „low“ ‹angle› naïve façade Ærø Straße ǅ ŉ 30°C. 5°F.",
    "one\ttwo\tthree\n\nfour  five   six \n seven",
    "I.B.M. v. AT&T Inc. vs. Ltd., No. 5, p. 3; cf. §4.2 (a)(1), ¶6 — 50% of £3bn, €5, ¥200.",
    "Hello.  World.   Again?  ! Yes. .. no ... maybe.... so",
    "-5 +3 +x 1+2 3*4 2^8 5-3 a+b C++ C# .NET node.js v1.2.3-rc1 10:30 1/2 3½ 5' 6\"",
]


def documents(folder):
    """All documents: a name and a text each."""
    chosen = random.Random(1)
    texts = excerpts(folder, 14)
    out = [("speech", text) for text in texts]
    for i, text in enumerate(texts[:2]):
        for name, faulty in faults(chosen, text):
            out.append((name, faulty if i == 0 else faulty[: len(faulty) * 2 // 3]))
    for text in ODD:
        out.append(("odd", text))
    out.append(("odd at length", " ".join(ODD[6:])))
    for i, text in enumerate(texts[2:10]):
        words = text.split(" ")
        for at in range(15 + 5 * i, len(words), 60 + 40 * i):
            words[at] = words[at].upper() + "x"
        out.append(("nearly the same", " ".join(words)))
    return out


PIECES = (
    "the word House don't can't I'm she'll they'd've won’t y'all c'mon gonna cannot o'clock 'em 'Cause "
    "Mr. Dr. e.g. U.S. Ph.D. a.m. 10am 3p.m. St. Jan. N.Y. b. x. "
    ", . ; : ! ? ... …… … .. - – — -- --- ~ ( ) [ ] { } < > \" ' “ ” ‘ ’ « » ` # * & _ / \\ | @ ^ + = % § "
    "$ £ € US$ C$ 5 42 3.14 1,000 10km 5% 20°C. 7kg 3m² 12MB 1st 2x "
    ":) :-( ;D <3 (: 8) =) xD ^_^ o_O "
    "http://a.com/b?c=d www.x.org a@b.co.uk example.com 10.0.0.1 8.8.8.8 ftp://x.y/z "
    "naïve Straße км кг. Привет 你好 。 ？ שלום हिन्दी 😀 👍 ™ ° → ½ ² "
    "well-known and/or w/o C++ C# a.b A.B a,b x=y key:value it's James' dogs'"
).split(" ")


def strings(count):
    """Odd words joined without spaces, and some with."""
    chosen = random.Random(2)
    out = []
    for i in range(count):
        parts = [chosen.choice(PIECES) for _ in range(chosen.randint(1, 4))]
        out.append((" " if i % 5 == 0 else "").join(parts))
    return sorted(set(out))
