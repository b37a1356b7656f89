import { assert, assertEquals } from "@std/assert";
import { html, openReader } from "../../src/curation/clean/html.ts";
import { language, openIdentifier } from "../../src/curation/clean/language.ts";
import { withoutMojibake } from "../../src/curation/clean/mojibake.ts";
import { isLuhn, redacted } from "../../src/curation/clean/pii.ts";
import { repaired } from "../../src/curation/clean/unicode.ts";

const all = { mojibake: true, lines: true, controls: true, form: "NFC" } as const;

/** UTF-8 read as windows-1252, as programs did that caused it. */
function misread(text: string): string {
  const high = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";
  return [...new TextEncoder().encode(text)].map((byte) =>
    byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : String.fromCharCode(byte)
  ).join("");
}

Deno.test("text that was read in the wrong encoding is put right, however often it was", () => {
  for (const text of ["café", "naïve – “quoted”", "Привет, мир", "日本語", "🐋 whale", "10 €"]) {
    assertEquals(withoutMojibake(misread(text)), text);
    assertEquals(withoutMojibake(misread(misread(text))), text);
  }
});

Deno.test("text that is right stays as it is", () => {
  const right = [
    "Ã is a letter, and Â too: São Paulo, pâte, ÂME",
    "DIE GRÖSSE – KÖ–",
    "Größe, Ärger, Äpfel°",
    "price: 5£, 20°C, §4",
    "plain ASCII",
    "",
  ];
  for (const text of right) assertEquals(withoutMojibake(text), text);
});

Deno.test("lines, controls and normal form are put right", () => {
  assertEquals(repaired("a\r\nb\rc\u2028d\u0085e", all), "a\nb\nc\nd\ne");
  assertEquals(repaired("\ufeffa\u0000b\u0007\tc", all), "ab\tc");
  assertEquals(repaired("e\u0301", all), "é");
  assertEquals(repaired("ﬁ", { ...all, form: "NFKC" }), "fi");
  assertEquals(repaired("a\ud800b", all), "a\ufffdb");
  assertEquals(repaired("e\u0301\r\n", { ...all, lines: false, form: "none" }), "e\u0301\r\n");
});

Deno.test("addresses and numbers are replaced by what they are, and by nothing else", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["Mail ahab.c+w@pequod.co.uk, please.", "Mail <EMAIL>, please."],
    ["card 4111 1111 1111 1111 or 5500-0000-0000-0004", "card <CARD> or <CARD>"],
    ["card 4111 1111 1111 1112", "card 4111 1111 1111 1112"],
    ["from 192.168.0.1 to 10.0.0.255", "from <IP> to <IP>"],
    ["version 1.2.3.400 or 1.2.3", "version 1.2.3.400 or 1.2.3"],
    [
      "host fe80::1ff:fe23:4567:890a, not std::vector or 12:30:45",
      "host <IP>, not std::vector or 12:30:45",
    ],
    ["call (555) 123-4567 or +44 20 7946 0958", "call <PHONE> or <PHONE>"],
    ["call +15551234567 now", "call <PHONE> now"],
    ["in 1851, 1914-1918, 2024-01-31", "in 1851, 1914-1918, 2024-01-31"],
    ["a@b and user@localhost", "a@b and user@localhost"],
  ];
  for (const [text, wanted] of cases) assertEquals(redacted(text).text, wanted);
  assertEquals(redacted("a@b.example c@d.example").found, { email: 2 });
  assertEquals(redacted("a@b.example 10.0.0.1", ["ip"]).text, "a@b.example <IP>");
});

Deno.test("Luhn's check finds every wrong digit and swapped neighbours but 09 and 90", () => {
  const right = "4111111111111111";
  assert(isLuhn(right) && isLuhn("79927398713"));
  for (let i = 0; i < right.length; i++) {
    for (let digit = 0; digit < 10; digit++) {
      const changed = right.slice(0, i) + digit + right.slice(i + 1);
      assertEquals(isLuhn(changed), changed === right);
    }
  }
  assert(!isLuhn("79927397813"));
});

Deno.test("a long text without finds is looked through in linear time", () => {
  const start = performance.now();
  for (const piece of ["a", "1", "%41", "a.", "1.", "a:", "1 ", "(", "+1"]) {
    redacted(piece.repeat(200_000 / piece.length));
  }
  assert(performance.now() - start < 20_000, `${performance.now() - start} ms`);
});

/** What ftfy and fastText make of the same texts; see tests/peers/curation_golden.py. */
const golden = JSON.parse(
  await Deno.readTextFile(new URL("../golden/curation/clean.json", import.meta.url)),
) as
  & {
    readonly [what in "lines" | "controls" | "mojibake"]: readonly [string, string][];
  }
  & { readonly languages: readonly [string, Record<string, number>][] };

Deno.test("line ends and controls are ftfy's, exactly", () => {
  const none = { mojibake: false, lines: false, controls: false, form: "none" } as const;
  for (const [text, wanted] of golden.lines) {
    assertEquals(repaired(text, { ...none, lines: true }), wanted);
  }
  for (const [text, wanted] of golden.controls) {
    assertEquals(repaired(text, { ...none, controls: true }), wanted);
  }
});

Deno.test("what is put right, ftfy puts right in the same way; what it leaves alone stays", () => {
  const differing = golden.mojibake.filter(([text, wanted]) => withoutMojibake(text) !== wanted);
  // ftfy takes it for an à whose second byte became a space.
  assertEquals(differing.map(([text]) => text), ["Ã is a letter"]);
  assert(golden.mojibake.some(([text, wanted]) => text === wanted));
});

// The library and its model come from npm, which the README's test command may use.
Deno.test("languages have the probabilities that fastText gives", async () => {
  const identify = await openIdentifier(".likeness/cache");
  for (const [text, wanted] of golden.languages) {
    const found = identify(text, 10);
    for (const [code, probability] of Object.entries(wanted).filter(([, p]) => p > 1e-3)) {
      const own = found.get(code) ?? 0;
      assert(Math.abs(own - probability) < 1e-4, `${text}: ${code} ${own}, ${probability}`);
    }
  }
  const stage = await language.make(language.config.parse({}), { cache: ".likeness/cache" });
  assert(stage.kind === "map");
  const from = { dataset: "texts", index: 0 };
  const [english, german] = golden.languages.map(([text]) => text);
  assertEquals((await stage.decide({ text: english, from })).keep, true);
  const { keep, ...why } = await stage.decide({ text: german, from });
  assertEquals([keep, (why as { why: string }).why], [false, "language: probability"]);
});

Deno.test("of a page its article is left, a paragraph a block", async () => {
  const read = await openReader(".likeness/cache");
  const sentence =
    "It was a large white whale, and it swam for a long time in the sea, as whales do.";
  const page = `<!doctype html><html><head><title>Title</title><style>p{}</style></head><body>
<nav><a href="/">Home</a> <a href="/about">About</a></nav>
<article><h1>The Whale</h1><p>${sentence}   And
it <b>dived</b> &amp; was gone.</p><p>${sentence}</p><ul><li>One, two, three.</li><li>Four.</li></ul>
<pre>a
  b</pre><table><tr><td>x</td><td>y</td></tr></table><script>alert(1)</script></article>
<footer>© nobody</footer></body></html>`;
  assertEquals(
    read(page, 0),
    `The Whale\n\n${sentence} And it dived & was gone.\n\n${sentence}\n\n` +
      "One, two, three.\nFour.\n\na\n  b\n\nx y",
  );
  assertEquals(read("<p>no page</p>", 0), "no page");
  assert((read("", 0) ?? "") === "");
  const stage = await html.make(html.config.parse({ least: 20 }), { cache: ".likeness/cache" });
  assert(stage.kind === "map");
  const decision = await stage.decide({ text: "<p>short</p>", from: { dataset: "d", index: 0 } });
  assertEquals(decision.keep, false);
});
