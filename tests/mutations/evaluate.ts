/** Bugs of evaluation between folders, each with the law that must see it. @module */
import type { Mutant } from "./run.ts";

const numpy = "tests/data/numpy_test.ts";
const listing = "tests/data/listing_test.ts";
const moments = "tests/evaluate/moments_test.ts";
const extract = "tests/evaluate/extract_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "npy-header-not-aligned",
    file: "src/data/numpy/npy.ts",
    find: "const alignment = 64;",
    replace: "const alignment = 1;",
    law: numpy,
  },
  {
    id: "npy-one-axis-without-its-comma",
    file: "src/data/numpy/npy.ts",
    find: "shape.length === 1 ? `${shape[0]},` : shape.join",
    replace: "shape.length === 1 ? `${shape[0]}` : shape.join",
    law: numpy,
  },
  {
    id: "npz-checksum-ignored",
    file: "src/data/numpy/npz.ts",
    find: "crc32(bytes) !== entry.crc32",
    replace: "crc32(bytes) < 0",
    law: numpy,
  },
  {
    id: "folders-sorted-without-their-slash",
    file: "src/data/folder/walk.ts",
    find: "return [...names].sort(([a], [b]) => a < b ? -1 : 1);",
    replace:
      'return [...names].sort(([a], [b]) => a.replace("/", "") < b.replace("/", "") ? -1 : 1);',
    law: listing,
  },
  {
    id: "moments-divided-by-n",
    file: "src/evaluate/moments.ts",
    find: "covariance[i * dimension + j] /= count - 1;",
    replace: "covariance[i * dimension + j] /= count;",
    law: moments,
  },
  {
    id: "moments-without-the-last-block",
    file: "src/evaluate/moments.ts",
    find: "for (let from = 0; from < held; from += BLOCK) {",
    replace: "for (let from = 0; from + BLOCK <= held; from += BLOCK) {",
    law: moments,
  },
  {
    id: "factor-without-pivots",
    file: "src/metrics/linear.ts",
    find: "if (rest[order[k]] > rest[order[pivot]]) pivot = k;",
    replace: "if (rest[order[k]] > Infinity) pivot = k;",
    law: moments,
  },
  {
    id: "moment-distance-of-another-trace",
    file: "src/metrics/frechet.ts",
    find: "trace += covariance.data[j * d + j];",
    replace: "trace += covariance.data[j];",
    law: moments,
  },
  {
    id: "moment-distance-to-itself",
    file: "src/evaluate/distance.ts",
    find: "value: gaussianDistance(p, q, algebra)",
    replace: "value: gaussianDistance(p, p, algebra)",
    law: moments,
  },
  {
    id: "store-resumes-a-batch-late",
    file: "src/evaluate/store.ts",
    find: "await file.truncate(done * each);",
    replace: "await file.truncate(Math.max(0, done - batch) * each);",
    law: extract,
  },
  {
    id: "rows-widened-from-the-front-of-their-memory",
    file: "src/evaluate/rows.ts",
    find: "const start = values.byteOffset + length * (8 - bits / 8);",
    replace: "const start = values.byteOffset;",
    law: "tests/evaluate/rows_test.ts",
  },
  {
    id: "unreadable-picture-is-an-earlier-one",
    file: "src/evaluate/decode.ts",
    find: "pixels.fill(0, at * each, (at + 1) * each);",
    replace: "",
    law: "tests/evaluate/decode_test.ts",
  },
  {
    id: "skipped-row-kept",
    file: "src/evaluate/store.ts",
    find: "left: this.#skipped.map(({ position }) => position),",
    replace: "left: [],",
    law: extract,
  },
];
