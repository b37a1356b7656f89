import { assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { join } from "@std/path";
import { DataError } from "../../../src/base/errors.ts";
import { readDocuments } from "../../../src/data/text/readers/readers.ts";
import { inFolder } from "../../run/harness.ts";

const encoder = new TextEncoder();
const bytesOf = (...parts: (string | Uint8Array)[]): Uint8Array =>
  parts.map((part) => typeof part === "string" ? encoder.encode(part) : part)
    .reduce((all, part) => new Uint8Array([...all, ...part]), new Uint8Array(0));

/** A record of a type. */
function record(type: string, headers: string, block: Uint8Array): Uint8Array {
  return bytesOf(
    `WARC/1.0\r\nWARC-Type: ${type}\r\n${headers}Content-Length: ${block.length}\r\n\r\n`,
    block,
    "\r\n\r\n",
  );
}

/** A response with its own headers. */
const response = (headers: string, body: Uint8Array, status = "200 OK") =>
  record(
    "response",
    "Content-Type: application/http; msgtype=response\r\n",
    bytesOf(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n`, body),
  );

const page = "<html><body>café</body></html>";
const chunked = (body: Uint8Array) =>
  bytesOf(
    `${(3).toString(16)}\r\n`,
    body.subarray(0, 3),
    `\r\n${(body.length - 3).toString(16)}\r\n`,
    body.subarray(3),
    "\r\n0\r\n\r\n",
  );

const records = [
  record("warcinfo", "", bytesOf("software: test\r\n")),
  response("Content-Type: text/html; charset=utf-8", bytesOf(page)),
  response("Content-Type: image/png", new Uint8Array(9)),
  response("Content-Type: text/html", bytesOf(page), "404 Not Found"),
  response("Content-Type: text/html; charset=windows-1252", new Uint8Array([0x63, 0xe9])),
  response(
    "Content-Type: text/html",
    bytesOf('<meta charset="iso-8859-2">', new Uint8Array([0xb1])),
  ),
  response(
    "Content-Type: text/plain\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked",
    chunked(new Uint8Array(gzipSync("packed text"))),
  ),
  // As archives have it that undid the chunks and left the header.
  response("Content-Type: text/plain\r\nTransfer-Encoding: chunked", bytesOf("whole already")),
  record("conversion", "Content-Type: text/plain\r\n", bytesOf("a text that was made")),
  record("request", "", bytesOf("GET / HTTP/1.1\r\n\r\n")),
  response("Content-Type: text/plain", bytesOf(" \n")),
];

const wanted = [
  page,
  "cé",
  '<meta charset="iso-8859-2">ą',
  "packed text",
  "whole already",
  "a text that was made",
];

async function read(path: string, mostBytes = 1 << 20): Promise<string[]> {
  const options = { form: "text", field: "text", mostBytes } as const;
  const found = (await Array.fromAsync(readDocuments(path, options))).flat();
  return found.map((one) =>
    "document" in one ? new TextDecoder().decode(one.document) : `${one.fault}${one.at}`
  );
}

Deno.test("a web archive gives the texts of its pages, as it is and packed record by record", () =>
  inFolder(async (folder) => {
    const [plain, packed] = ["a.warc", "b.warc.gz"].map((name) => join(folder, name));
    await Deno.writeFile(plain, bytesOf(...records));
    await Deno.writeFile(packed, bytesOf(...records.map((one) => new Uint8Array(gzipSync(one)))));
    for (const path of [plain, packed]) {
      assertEquals(await read(path), [...wanted, "empty record 11"]);
    }
  }));

Deno.test("what is wrong in a web archive is told with its record", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.warc");
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [bytesOf("no archive\n"), "record 1 begins with `no archive`"],
      [bytesOf("WARC/1.0\r\nWARC-Type: response\r\n\r\n"), "record 1 has no Content-Length"],
      [bytesOf(...records).subarray(0, -40), "ends too early"],
    ];
    for (const [bytes, message] of cases) {
      await Deno.writeFile(path, bytes);
      await assertRejects(() => read(path), DataError, message);
    }
    const long = response("Content-Type: text/plain", new Uint8Array(1 << 17).fill(97));
    await Deno.writeFile(path, bytesOf(long, records[1]));
    assertEquals(await read(path, 100), ["large record 1", page]);
  }));
