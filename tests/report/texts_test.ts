/** Texts in reports: whatever they hold, it is text. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { buildReport } from "../../src/report/model/build.ts";
import { textHtml } from "../../src/report/page/text_html.ts";
import { readTexts } from "../../src/report/texts.ts";
import { visibleText } from "../../src/report/visible.ts";
import { writeReport } from "../../src/report/mod.ts";
import { law } from "../law.ts";
import { fixture } from "./fixture.ts";
import { HOSTILE_TEXT, textOf, withTexts } from "./texts.ts";

/** Text that a page shows for markup that `textHtml` made: as a browser would read it. */
function parsed(html: string): string {
  const whole =
    /<i class="feed" aria-hidden="true"><\/i>|<span class="odd" data-code="(\d+)">U\+[0-9A-F]+<\/span>|&(amp|lt|gt|quot|#39);|[<>&]|[^<>&]+/g;
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  let text = "", read = 0;
  for (const { 0: found, 1: code, 2: entity } of html.matchAll(whole)) {
    read += found.length;
    if (code !== undefined) text += String.fromCodePoint(Number(code));
    else if (entity !== undefined) text += entities[entity];
    else if (found.startsWith("<i")) continue;
    else if (/^[<>&]$/.test(found)) throw new Error(`markup in ${html}`);
    else text += found;
  }
  assertEquals(read, html.length);
  return text;
}

const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      "<",
      ">",
      "&",
      "amp;",
      '"',
      "'",
      "\n",
      "\r",
      "\0",
      "\u202e",
      "\ud800",
      "a",
    ),
    maxLength: 30,
  }),
  fc.constantFrom(HOSTILE_TEXT, "</div>", "<!--", "&#60;script&#62;", "\n\n", "\u2028\ufeff\uffff"),
);

law("any string renders to text that parses back to it, and to no markup of its own", {
  source: "definition",
  given: { text: anything },
  cases: 400,
  holds: ({ text }) => {
    const html = textHtml(text).text;
    assertEquals(parsed(html), text);
    // What an HTML parser would change or drop isn't there.
    // deno-lint-ignore no-control-regex
    assert(!/[\x00\r\x80-\x9f]/.test(html) && html.isWellFormed());
  },
  kills: ["samples-as-markup", "odd-characters-dropped"],
});

law("in plain text every character is seen, and those that are seen anyway are as they were", {
  source: "definition",
  given: { text: anything },
  holds: ({ text }) => {
    const plain = visibleText(text);
    // deno-lint-ignore no-control-regex
    assert(!/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]/.test(plain));
    const back = plain.replace(
      /⟨U\+([0-9A-F]{4,6})⟩/g,
      (_, code) => String.fromCodePoint(Number.parseInt(code, 16)),
    );
    assertEquals(back, text);
  },
});

/** The report of a suite on texts, in all its forms that hold texts. */
async function reported(picture: typeof textOf = textOf) {
  const dir = await Deno.makeTempDir({ prefix: "likeness-texts-" });
  try {
    const model = buildReport(fixture({ seeds: [1, 2], change: withTexts }));
    await writeReport(model, dir, { formats: ["html", "md", "json"], picture });
    const [page, markdown, json] = await Promise.all(
      ["index.html", "report.md", "report.json"].map((name) => Deno.readTextFile(`${dir}/${name}`)),
    );
    return { model, page, markdown, json: JSON.parse(json) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("texts stand in page, Markdown and JSON, a gallery each; no tag of theirs is one", async () => {
  const { model, page, markdown, json } = await reported();
  assertEquals(model.galleries.map(({ id, medium }) => [id, medium]), [
    ["texts", "text"],
    ["continuations", "text"],
    ["probabilities", "text"],
  ]);
  for (const id of ["texts", "continuations", "probabilities"]) {
    assertStringIncludes(page, `<section id="${id}"`);
  }
  assertStringIncludes(page, "&lt;script&gt;alert(1)&lt;/script&gt;");
  assert(!/<script|<img|onerror="/i.test(page.replaceAll("onerror=&quot;", "")));
  assertStringIncludes(page, `data-code="${0x202e}"`);
  assertEquals(page.match(/<details/g)!.length, page.match(/<\/details>/g)!.length);
  assertStringIncludes(markdown, "## Continuations of held-out texts");
  assertStringIncludes(markdown, "⟨U+202E⟩gnp.exe⟨U+202C⟩");
  assertStringIncludes(markdown, "````text\n");
  assertEquals(Object.keys(json.texts).length > 0, true);
});

Deno.test("tokens have the shade of their bits, the bits themselves, and a legend", async () => {
  const { page } = await reported();
  const spans = [...page.matchAll(/<span class="s(\d)" title="([\d.]+) bits">/g)];
  assert(spans.length > 100);
  const from = [0, 1, 2, 4, 8, 12, Infinity];
  for (const [, shade, bits] of spans) {
    // Bits are shown to a tenth.
    assert(Number(bits) >= from[Number(shade)] - 0.05, `${bits} in s${shade}`);
    assert(Number(bits) <= from[Number(shade) + 1] + 0.05, `${bits} in s${shade}`);
  }
  assertEquals(new Set(spans.map(([, shade]) => shade)).size, 6);
  assertStringIncludes(page, "Bits of a token:");
});

Deno.test("over the budget texts of further seeds are left out, those of the first never", async () => {
  const model = buildReport(fixture({ seeds: [1, 2], change: withTexts }));
  const all = await readTexts(model, textOf);
  const rows = model.galleries.flatMap(({ rows }) => rows);
  assertEquals([all.texts.size, all.left], [
    rows.flatMap(({ pictures }) => pictures).length,
    0,
  ]);
  const none = await readTexts(model, textOf, 0);
  assertEquals([none.texts.size, none.left], [rows.length, all.texts.size - rows.length]);
  const sizes = await Promise.all(rows.map(({ pictures: [one] }) => textOf(one)));
  const room = sizes.reduce((sum, { length }) => sum + length, 0) + 10_000;
  const some = await readTexts(model, textOf, room);
  assert(some.texts.size > rows.length && some.left > 0, `${some.texts.size}, ${some.left}`);
});

Deno.test("a file that holds no texts is refused by name; one that is gone is said to be", async () => {
  const model = buildReport(fixture({ seeds: [1], change: withTexts }));
  const broken = () => Promise.resolve(new TextEncoder().encode("{}"));
  await assertRejects(() => readTexts(model, broken), Error, "samples.json holds no texts");
  const { page } = await reported((() => Promise.resolve(null)) as never);
  assertStringIncludes(page, "These texts are no longer in the run's folder.");
});

Deno.test("a page without texts has no style of theirs", async () => {
  const dir = await Deno.makeTempDir({ prefix: "likeness-texts-" });
  try {
    await writeReport(buildReport(fixture({ seeds: [1] })), dir, { formats: ["html"] });
    assert(!(await Deno.readTextFile(`${dir}/index.html`)).includes("--s1"));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
