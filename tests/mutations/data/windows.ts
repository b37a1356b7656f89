/** Bugs of windows of tokens: cut, packed, kept or read wrongly. @module */
import type { Mutant } from "../run.ts";

const law = "tests/properties/data/windows_test.ts";
const packing = "src/data/text/packing.ts", files = "src/data/text/files/tokens.ts";
const runs = "src/data/text/files/runs.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "windows-overlap-by-none",
    file: packing,
    find: "from: number * length,\n        length: Math.min(length + 1, tokens - number * length),",
    replace:
      "from: number * (length + 1),\n        length: Math.min(length + 1, Math.max(0, tokens - number * (length + 1))),",
    law,
    filter: "a stream",
  },
  {
    id: "windows-last-of-test-dropped",
    file: "src/data/text/windows.ts",
    find: "{ length, packing, keepLast: true }",
    replace: "{ length, packing, keepLast: false }",
    law,
    filter: "a stream",
  },
  {
    id: "windows-of-a-separator-less",
    file: files,
    find: "    tokens: at + 1,\n    lengths,",
    replace: "    tokens: at,\n    lengths,",
    law,
    filter: "a stream",
  },
  {
    id: "windows-read-from-the-first-file",
    file: runs,
    find: "const part = partAt(parts, at), own = at - part.from;",
    replace: "const part = parts[0], own = at % part.length;",
    law,
    filter: "a stream",
  },
  {
    id: "packing-worst-fit",
    file: packing,
    find: "31 - Math.clz32(bits & -bits)",
    replace: "31 - Math.clz32(bits)",
    law,
    filter: "packed windows",
  },
  {
    id: "packing-shortest-first",
    file: packing,
    find: "for (let c = length, to = openers.length; c >= 0; to += counts[c], c--) next[c] = to;",
    replace:
      "for (let c = 0, to = openers.length; c <= length; to += counts[c], c++) next[c] = to;",
    law,
    filter: "packed windows",
  },
  {
    id: "packing-over-the-end",
    file: packing,
    find: "(found?.room ?? length) - cost[place]",
    replace: "(found?.room ?? length) - cost[place] + 2",
    law,
    filter: "packed documents",
  },
  {
    id: "packing-tail-without-context",
    file: packing,
    find: "from[place] = at + cut;",
    replace: "from[place] = at + cut + (cut > 0 ? 1 : 0);",
    law,
    filter: "packed documents",
  },
  {
    id: "packing-forgets-ends",
    file: packing,
    find: "return { pieces, ended: used <= length };",
    replace: "return { pieces, ended: used < length };",
    law,
    filter: "packed documents",
  },
  {
    id: "packing-tail-behind-others",
    file: packing,
    find: "if (cut > 0 || cost[place] > length) openers.push(place);",
    replace: "if (cost[place] > length) openers.push(place);",
    law,
    filter: "packed documents",
  },
  {
    id: "windows-held-beyond-the-first-file",
    file: runs,
    find: "part.held?.subarray(own, own + count)",
    replace: "part.held?.subarray(0, count)",
    law,
    filter: "reading is pure",
  },
  {
    id: "windows-read-past-the-counts",
    file: runs,
    find: "await file.seek(offset + from * width, Deno.SeekMode.Start);",
    replace: "await file.seek(from * width, Deno.SeekMode.Start);",
    law,
    filter: "reading is pure",
  },
];
