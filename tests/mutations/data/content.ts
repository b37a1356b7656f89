/**
 * Bugs of knowing files by their content, and of files that show when they were changed, each with the
 * law that must see it.
 * @module
 */
import type { Mutant } from "../run.ts";

const contents = "tests/content/contents_test.ts";
const sealed = "tests/base/sealed_test.ts";

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
    file: "src/base/digest/digest.ts",
    find: "for (let n = await file.read(buffer); n !== null; n = await file.read(buffer)) {",
    replace: "for (let n = await file.read(buffer); n !== null; n = null) {",
    law: contents,
  },
  {
    id: "spoilt-index-rows-believed",
    file: "src/content/index_file.ts",
    find: "check_16 === checkOf({ path, stamp, sha256 }) ?",
    replace: "check_16.length > 0 ?",
    law: contents,
  },
  {
    id: "seal-without-its-purpose",
    file: "src/base/digest/sealed.ts",
    find: ".update(`${purpose.length} ${purpose}\\0`)",
    replace: "",
    law: sealed,
  },
  {
    id: "seal-of-nothing",
    file: "src/base/digest/sealed.ts",
    find: ".update(bytes);",
    replace: ".update(bytes.subarray(0, 0));",
    law: sealed,
  },
  {
    id: "json-seal-not-looked-at",
    file: "src/base/digest/sealed.ts",
    find: "if (digest === digestOf(value)) return",
    replace: "if (digest !== null) return",
    law: sealed,
  },
  {
    id: "record-seal-not-looked-at",
    file: "src/record/store.ts",
    find: "const { value } = unsealJson(json, path);",
    replace: "const { sha256: _, ...value } = json as { sha256?: string };",
    law: "tests/record/store_test.ts",
  },
  {
    id: "checkpoint-seal-not-looked-at",
    file: "src/run/checkpoint.ts",
    find: "return told === digestAround(bytes, at) ? null :",
    replace: "return told !== BLANK ? null :",
    law: "tests/run/resume_test.ts",
    filter: "any bit turned",
  },
  {
    id: "decoded-pictures-not-verified",
    file: "src/data/folder/decoded_file.ts",
    find: "if (about.sha256 === digest) return about;",
    replace: "if (digest !== null) return about;",
    law: "tests/data/folder/folder_test.ts",
    filter: "changed on disk",
  },
  {
    id: "packages-not-verified",
    file: "src/content/npm_package.ts",
    find: "if (found !== pinned) return",
    replace: "if (found === null) return",
    law: "tests/content/npm_package_test.ts",
  },
  {
    id: "spoilt-package-from-the-same-cache",
    file: "src/content/npm_package.ts",
    find: "await fetchInto({ DENO_DIR: empty });",
    replace: "await fetchInto();",
    law: "tests/content/npm_package_test.ts",
  },
];
