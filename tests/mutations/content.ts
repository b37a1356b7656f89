/** Bugs of knowing files by their content, each with the law that must see it. @module */
import type { Mutant } from "./run.ts";

const contents = "tests/content/contents_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "stamp-without-ctime-and-inode",
    file: "src/content/stamp.ts",
    find: `    fields.getBigUint64(at.inode, true),
    fields.getBigUint64(at.size, true),
    time(at.mtime),
    changed,`,
    replace: `    fields.getBigUint64(at.size, true),
    time(at.mtime),`,
    law: contents,
  },
  {
    id: "stamp-of-one-field-for-another",
    file: "src/content/stamp.ts",
    find: "size: 40, ctime: 96,",
    replace: "size: 40, ctime: 80,",
    law: contents,
  },
  {
    id: "young-stamps-trusted",
    file: "src/content/contents.ts",
    find: "started - before.changed > SETTLED_NANOSECONDS ? before.text : null",
    replace: "before.text",
    law: contents,
  },
  {
    id: "changes-while-reading-unseen",
    file: "src/content/contents.ts",
    find: "if (stamp(path)?.text !== before.text) continue;",
    replace: "",
    law: contents,
  },
  {
    id: "digest-of-the-first-block-alone",
    file: "src/content/contents.ts",
    find: "for (let n = await file.read(block); n !== null; n = await file.read(block)) {",
    replace: "for (let n = await file.read(block); n !== null; n = null) {",
    law: contents,
  },
  {
    id: "spoilt-index-rows-believed",
    file: "src/content/index_file.ts",
    find: "check_16 === checkOf({ path, stamp, sha256 }) ?",
    replace: "check_16.length > 0 ?",
    law: contents,
  },
];
