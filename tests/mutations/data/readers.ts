/** Bugs of readers of documents. @module */
import type { Mutant } from "../run.ts";

const law = "tests/properties/data/readers_test.ts";
const lines = "src/data/text/readers/lines.ts", text = "src/data/text/readers/text.ts";
const jsonl = "src/data/text/readers/jsonl.ts", found = "src/data/text/readers/found.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "text-mark-kept",
    file: lines,
    find: "if (marks < 0) bytes = bytes.subarray(BOM.length);",
    replace: "",
    law,
  },
  {
    id: "text-returns-kept",
    file: lines,
    find: "bytes = withoutReturns(bytes);",
    replace: "",
    law,
    filter: "text: pieces",
  },
  {
    id: "text-return-at-a-border",
    file: lines,
    find: "if (bytes.at(-1) === CR) {",
    replace: "if (bytes.length < 0) {",
    law,
    filter: "text: pieces",
  },
  {
    id: "lines-share-memory",
    file: lines,
    find: "held.push(piece.slice());",
    replace: "held.push(piece);",
    law,
  },
  {
    id: "text-separator-within-lines",
    file: text,
    find: "return a.length === b.length && a.every((byte, i) => byte === b[i]);",
    replace: "return b.every((byte, i) => byte === a[i]);",
    law,
    filter: "joined by separators",
  },
  {
    id: "text-last-document-lost",
    file: text,
    find: "  yield take(0);\n",
    replace: "",
    law,
    filter: "joined by separators",
  },
  {
    id: "lines-last-without-an-end-lost",
    file: lines,
    find: "if (length > 0) yield [take()];",
    replace: "",
    law,
    filter: "JSONL: each",
  },
  {
    id: "jsonl-place-in-characters",
    file: jsonl,
    find: "const byte = new TextEncoder().encode(text.slice(0, at)).length;",
    replace: "const byte = at;",
    law,
    filter: "a broken line",
  },
  {
    id: "jsonl-line-from-nought",
    file: lines,
    find: "let held: Uint8Array[] = [], length = 0, number = 1;",
    replace: "let held: Uint8Array[] = [], length = 0, number = 0;",
    law,
    filter: "a broken line",
  },
  {
    id: "json-any-comma",
    file: "src/data/text/readers/json_fault.ts",
    find: 'else if (here === "," && wanted === ", or ]") wanted = "a value";',
    replace: 'else if (here === "," && wanted === ", or ]") wanted = "a value or ]";',
    law,
    filter: "a broken line",
  },
  {
    id: "json-control-characters",
    file: "src/data/text/readers/json_fault.ts",
    find: "text.charCodeAt(i) < 0x20",
    replace: "text.charCodeAt(i) < 2",
    law,
    filter: "JSON.parse refuses",
  },
  {
    id: "utf8-surrogates-allowed",
    file: found,
    find: "const high = first === 0xed ? 0x9f : ",
    replace: "const high = ",
    law,
    filter: "no UTF-8",
  },
  {
    id: "utf8-overlong-allowed",
    file: found,
    find: "const low = first === 0xe0 ? 0xa0 : ",
    replace: "const low = ",
    law,
    filter: "no UTF-8",
  },
  {
    id: "text-large-by-one",
    file: text,
    find: "large ||= length > mostBytes;",
    replace: "large ||= length >= mostBytes;",
    law,
    filter: "nothing larger",
  },
];
