import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { asInstalled } from "../../../src/base/program/child.ts";
import { DataError } from "../../../src/base/mod.ts";
import type { Found, ReadOptions } from "../../../src/data/text/readers/found.ts";
import { isRead, readDocuments } from "../../../src/data/text/readers/readers.ts";

const options: ReadOptions = { form: "text", field: "text", mostBytes: 1000 };
const golden = new URL("../../golden/parquet/", import.meta.url).pathname;

async function read(path: string, more: Partial<ReadOptions> = {}): Promise<string[]> {
  const out: Found[] = [];
  for await (const some of readDocuments(path, { ...options, ...more })) out.push(...some);
  return out.map((one) =>
    "document" in one ? new TextDecoder().decode(one.document) : `${one.fault}${one.at}: ${one.why}`
  );
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "likeness-readers-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const parquetTexts = Array.from(
  { length: 50 },
  (_, i) => `document ${i} — Ü ${"x".repeat(i % 7)}\nof two lines`,
);

for (const packed of ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]) {
  Deno.test(`readers: a Parquet file of pyarrow's, packed by ${packed}, in groups of rows`, async () => {
    assertEquals(await read(join(golden, `${packed}.parquet`)), parquetTexts);
  });
}

Deno.test("readers: rows of Parquet that are no documents are told by their number", async () => {
  assertEquals(await read(join(golden, "odd.parquet"), { mostBytes: 100 }), [
    "good",
    "field row 2: no `text`",
    "empty row 3: `text` is empty",
    "utf8 row 4: byte ff, its 5., is no UTF-8",
    "large row 5: larger than 100 bytes (`mostBytes` in the suite's data)",
  ]);
  await assertRejects(
    () => read(join(golden, "odd.parquet"), { field: "body" }),
    DataError,
    "it has: text",
  );
});

Deno.test("readers: chats in Parquet and JSONL are lists of messages", () =>
  inFolder(async (folder) => {
    const wanted = [
      '[{"role":"user","content":"Hé?"},{"role":"assistant","content":"Ja."}]',
      "field row 2: `messages`: no list of messages",
      "field row 3: `messages`: message 0 has no text as `content`",
      '[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"}]',
    ];
    const chat = { form: "chat", field: "messages" } as const;
    assertEquals(await read(join(golden, "chats.parquet"), chat), wanted);
    const path = join(folder, "chats.jsonl");
    const lines = [
      '{"messages":"hello"}',
      '{"id":1}',
      '{"messages":[1]}',
      `{"messages":${wanted[0]}}`,
    ];
    await Deno.writeTextFile(path, lines.join("\n"));
    assertEquals(await read(path, chat), [
      "field:1:1: `messages`: no list of messages",
      "field:2:1: no `messages`",
      "field:3:1: `messages`: message 0 is no object",
      wanted[0],
    ]);
  }));

Deno.test("readers: gzip and zstd are unpacked, of several members too; what is cut short is told", () =>
  inFolder(async (folder) => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `{"text":"record ${i} ${i * i}"}`);
    const half = lines.slice(0, 9000).join("\n") + "\n", rest = lines.slice(9000).join("\n");
    const wanted = lines.map((line) => JSON.parse(line).text);
    for (const [ending, pack] of [["gz", gzipSync], ["zst", zstdCompressSync]] as const) {
      const members = [pack(half), pack(rest)], path = join(folder, `texts.jsonl.${ending}`);
      const all = new Uint8Array([...members[0], ...members[1]]);
      await Deno.writeFile(path, all);
      assertEquals(await read(path), wanted, ending);
      await Deno.writeFile(path, all.subarray(0, all.length - 100));
      await assertRejects(() => read(path), DataError, `unpacked as ${ending}`);
      await Deno.writeFile(path, new TextEncoder().encode(half));
      await assertRejects(() => read(path), DataError, path);
      // Whoever stops early leaves nothing open.
      await Deno.writeFile(path, all);
      for await (const some of readDocuments(path, options)) {
        assert(some.length > 0);
        break;
      }
    }
    await assertRejects(() => read(join(folder, "none.txt")), DataError, "none.txt can't be read");
    await Deno.writeTextFile(join(folder, "no.parquet"), "PAR0");
    await assertRejects(() => read(join(folder, "no.parquet")), DataError, "as Parquet");
  }));

Deno.test("readers: files are known by their endings", () => {
  for (const name of ["a.txt", "A.MD", "a.jsonl", "b.ndjson.gz", "c.txt.zst", "d.parquet"]) {
    assert(isRead(name), name);
  }
  for (const name of ["a.csv", "a.gz", "parquet", "a.parquet.gz", "a.txt.zip"]) {
    assert(!isRead(name), name);
  }
});

Deno.test("readers: a large file is read in little memory", () =>
  inFolder(async (folder) => {
    const path = join(folder, "large.jsonl");
    const block = new TextEncoder().encode(`{"text":"${"word ".repeat(2000)}"}\n`.repeat(100));
    {
      using file = await Deno.open(path, { write: true, create: true });
      for (let i = 0; i < 100; i++) await file.write(block);
    }
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        asInstalled,
        "--no-check",
        new URL("./memory_probe.ts", import.meta.url).href,
        path,
      ],
      stderr: "inherit",
    }).output();
    assertEquals(code, 0);
    const { count, grownMegabytes } = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(count, 10_000);
    // 100 MB are read; some of what was read waits to be collected.
    assert(grownMegabytes < 60, `${grownMegabytes} MB`);
  }));

Deno.test("readers: a fault says what is wrong", () =>
  inFolder(async (folder) => {
    const path = join(folder, "broken.jsonl");
    await Deno.writeFile(
      path,
      new Uint8Array([
        ...new TextEncoder().encode(
          '{"text":"\\ud800"}\n{"text":7}\n[1]\n{"text":"  "}\n{"text":"',
        ),
        0xc3,
        0x28,
        0x22,
        0x7d,
      ]),
    );
    const all = await read(path);
    assertStringIncludes(all[0], "lone surrogate");
    assertEquals(all.slice(1), [
      "field:2:1: `text` is no text but number",
      "field:3:1: no record, in { }",
      "empty:4:1: `text` is empty",
      "utf8:5:10: byte c3 is no UTF-8",
    ]);
  }));
