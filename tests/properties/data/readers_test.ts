/**
 * Laws of readers: pieces that bytes come in, line ends and marks change no document, and what is no
 * document is told with its place.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Found, Reader, ReadOptions } from "../../../src/data/text/readers/found.ts";
import { utf8Fault } from "../../../src/data/text/readers/found.ts";
import { jsonFault } from "../../../src/data/text/readers/json_fault.ts";
import { readJsonl } from "../../../src/data/text/readers/jsonl.ts";
import { readText } from "../../../src/data/text/readers/text.ts";
import { law } from "../../law.ts";

const utf8 = new TextEncoder(), text = new TextDecoder("utf-8", { ignoreBOM: true });
const options: ReadOptions = { form: "text", field: "text", mostBytes: 1000 };

/** Bytes in pieces of these lengths, over and over, each in memory that the next one is read into. */
async function* pieces(bytes: Uint8Array, lengths: readonly number[]) {
  const shared = new Uint8Array(Math.max(...lengths));
  for (let at = 0, i = 0; at < bytes.length; at += lengths[i++ % lengths.length]) {
    const piece = bytes.subarray(at, at + lengths[i % lengths.length]);
    shared.set(piece);
    yield await Promise.resolve(shared.subarray(0, piece.length));
  }
}

async function found(
  reader: Reader,
  bytes: Uint8Array | string,
  { lengths = [1 << 20], ...more }: Partial<ReadOptions> & { lengths?: readonly number[] } = {},
): Promise<Found[]> {
  const all = typeof bytes === "string" ? utf8.encode(bytes) : bytes, out: Found[] = [];
  for await (const some of reader(pieces(all, lengths), { ...options, ...more })) out.push(...some);
  return out;
}

const textsOf = (all: readonly Found[]) =>
  all.map((one) => "document" in one ? text.decode(one.document) : `${one.fault}${one.at}`);

/** Text of a few characters that matter: marks, line ends, two and four bytes, the separator. */
const written = fc.array(
  fc.constantFrom("a", "ß", "😀", "\n", "\r\n", "\r", "\ufeff", "--", "\n--\n", " ", "word"),
  { maxLength: 30 },
).map((parts) => parts.join(""));
const lengths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

law("text: pieces, a mark and CR LF change no document", {
  source: "definition",
  given: { written, lengths, separator: fc.constantFrom("--", undefined) },
  cases: 300,
  kills: ["text-mark-kept", "text-returns-kept", "text-return-at-a-border", "lines-share-memory"],
  holds: async ({ written, lengths, separator }) => {
    const plain = written.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
    const all = textsOf(await found(readText, written, { lengths, separator }));
    assertEquals(all, textsOf(await found(readText, written, { separator })));
    const lines = plain.replaceAll("\r", ""), returns = lines.replaceAll("\n", "\r\n");
    assertEquals(
      textsOf(await found(readText, "\ufeff" + returns, { lengths, separator })),
      textsOf(await found(readText, "\ufeff" + lines, { separator })),
    );
    if (separator === undefined) {
      const blank = !/[^ \t\n\v\f\r]/.test(plain);
      assertEquals(all, blank ? ["empty:1:1"] : [plain]);
    }
  },
});

/** Lines of a document, none of them the separator. The last has an end of its own, or none. */
const block = fc.array(fc.constantFrom("a", "ß b", "", "---", " --", "--x"), { maxLength: 5 })
  .map((lines) => ["first", ...lines, "last"].join("\n"));

law("text: what is joined by separators is read back, whether or not the file ends with one", {
  source: "definition",
  given: {
    blocks: fc.array(block, { maxLength: 6 }),
    lengths,
    end: fc.constantFrom("", "\n", "\n--", "\n--\n"),
    begin: fc.constantFrom("", "--\n"),
  },
  cases: 200,
  kills: ["text-separator-within-lines", "text-last-document-lost"],
  holds: async ({ blocks, lengths, end, begin }) => {
    const written = begin + blocks.join("\n--\n") + (blocks.length > 0 ? end : "");
    const all = await found(readText, written, { separator: "--", lengths });
    assertEquals(textsOf(all), blocks);
  },
});

const record = fc.record({
  text: fc.array(fc.constantFrom("a", "\n", "\r\n", "ß", "😀", '"', "\\", "\u0007", "\u2028"), {
    minLength: 1,
    maxLength: 8,
  }).map((parts) => "t" + parts.join("")),
  other: fc.jsonValue(),
});

law("JSONL: each record's text, in pieces of any size, with any line ends, also without the last", {
  source: "RFC 8259",
  given: {
    records: fc.array(record, { maxLength: 8 }),
    lengths,
    end: fc.constantFrom("\n", "\r\n", "\n\n"),
    last: fc.boolean(),
    mark: fc.constantFrom("", "\ufeff"),
  },
  cases: 200,
  kills: ["lines-last-without-an-end-lost", "lines-share-memory", "text-mark-kept"],
  holds: async ({ records, lengths, end, last, mark }) => {
    const lines = records.map((one) => JSON.stringify(one)).join(end);
    const all = await found(readJsonl, mark + lines + (last ? end : ""), { lengths });
    assertEquals(textsOf(all), records.map((one) => one.text));
  },
});

law("JSONL: a broken line is told with its line and byte, and the others are read", {
  source: "definition",
  given: {
    before: fc.array(record, { maxLength: 4 }),
    lengths,
    broken: fc.constantFrom<[string, string]>(
      ['{"text": abc}', ":10"],
      ['{"ß": 1, "text": }', ":19"],
      ['{"text": "a" "b"}', ":14"],
      ['{"text": "a\\q"}', ":12"],
      ['{"text": "a', ":12"],
      ["nothing", ":1"],
      ['{"text": [1, 2,]}', ":16"],
      ['{"text": 01}', ":11"],
      ['{"text": "a"}}', ":14"],
    ),
  },
  cases: 100,
  kills: ["jsonl-place-in-characters", "jsonl-line-from-nought", "json-any-comma"],
  holds: async ({ before, lengths, broken: [line, byte] }) => {
    const lines = [...before.map((one) => JSON.stringify(one)), line, '{"text":"last"}'];
    const all = await found(readJsonl, lines.join("\n"), { lengths });
    assertEquals(textsOf(all), [
      ...before.map((one) => one.text),
      `json:${before.length + 1}${byte}`,
      "last",
    ]);
  },
});

law("what JSON.parse refuses has a place at which it goes wrong, and what it reads has none", {
  source: "RFC 8259",
  given: {
    value: fc.jsonValue(),
    at: fc.nat(),
    by: fc.constantFrom("", ",", "}", "]", '"', "\\", "\n", "x", "0", ":", "[", "{", "\u0001"),
  },
  cases: 500,
  kills: ["json-control-characters"],
  holds: ({ value, at, by }) => {
    const json = JSON.stringify(value), place = at % json.length;
    assertEquals(jsonFault(json), null);
    const spoilt = json.slice(0, place) + by + json.slice(place + 1);
    let parses = true;
    try {
      JSON.parse(spoilt);
    } catch {
      parses = false;
    }
    const fault = jsonFault(spoilt);
    assertEquals(fault === null, parses, spoilt);
    // Nothing before the change is at fault.
    assert(fault === null || (fault.at >= 0 && fault.at <= spoilt.length));
  },
});

law("the first byte that is no UTF-8 is found: what stands before it decodes", {
  source: "RFC 3629, section 4",
  given: {
    bytes: fc.array(
      fc.constantFrom(
        0x41,
        0x7f,
        0x80,
        0x9f,
        0xa0,
        0xbf,
        0xc0,
        0xc2,
        0xe0,
        0xed,
        0xef,
        0xf0,
        0xf4,
        0xf5,
      ),
      { maxLength: 8 },
    ),
  },
  cases: 2000,
  kills: ["utf8-surrogates-allowed", "utf8-overlong-allowed"],
  holds: ({ bytes }) => {
    const all = Uint8Array.from(bytes), at = utf8Fault(all);
    const decodes = (of: Uint8Array) => {
      try {
        new TextDecoder("utf-8", { fatal: true }).decode(of);
        return true;
      } catch {
        return false;
      }
    };
    assertEquals(at < 0, decodes(all));
    if (at >= 0) {
      assert(decodes(all.subarray(0, at)));
      // No character begins there, whatever follows.
      for (let end = at + 1; end <= all.length; end++) assert(!decodes(all.subarray(at, end)));
    }
  },
});

law("nothing larger than allowed is read or held, whatever pieces it comes in", {
  source: "definition",
  given: {
    size: fc.oneof(fc.constantFrom(14, 15, 29, 30, 31), fc.integer({ min: 1, max: 60 })),
    lengths,
    separator: fc.constantFrom("--", undefined),
  },
  cases: 100,
  kills: ["text-large-by-one"],
  holds: async ({ size, lengths, separator }) => {
    const most = 30, word = "x".repeat(size);
    const options = { lengths, separator, mostBytes: most };
    const fits = size <= most;
    assertEquals(textsOf(await found(readText, word, options)), [
      fits ? word : separator === undefined ? "large" : "large:1:1",
    ]);
    const two = separator === undefined ? [] : textsOf(
      await found(readText, `${word}\n${word}\n--\nsmall`, options),
    );
    assertEquals(
      two,
      separator === undefined
        ? []
        : [2 * size + 1 <= most ? `${word}\n${word}` : "large:1:1", "small"],
    );
    const line = JSON.stringify({ text: word });
    assertEquals(textsOf(await found(readJsonl, `${line}\n{"text":"next"}`, options)), [
      fits ? word : "large:1:1",
      "next",
    ]);
  },
});
