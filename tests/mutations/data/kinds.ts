/** Bugs of kinds of sample: sets cut, picked, joined, uploaded, told apart wrongly. @module */
import type { Mutant } from "../run.ts";

const law = "tests/properties/kinds/kinds_test.ts";
const image = "src/kinds/image/images.ts", point = "src/kinds/point/points.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "image-download-over-254",
    file: image,
    find: "Math.floor(255 * value + 0.5)",
    replace: "Math.floor(254 * value + 0.5)",
    law,
  },
  {
    id: "image-download-turns",
    file: "src/kinds/image/kind.ts",
    find: "download: ({ height, width, channels }, { x_BHWC }) =>",
    replace: "download: ({ height: width, width: height, channels }, { x_BHWC }) =>",
    law,
  },
  {
    id: "point-upload-over-256",
    file: image,
    find: "for (let i = 0; i < out.length; i++) out[i] = data[i] / 255;",
    replace: "for (let i = 0; i < out.length; i++) out[i] = data[i] / 256;",
    law,
  },
  {
    id: "point-download-of-other-length",
    file: "src/kinds/point/kind.ts",
    find: "toPointSet(x_BHWC, dimensions),",
    replace: "toPointSet(x_BHWC, 1),",
    law,
  },
  {
    id: "image-slice-of-one-channel",
    file: image,
    find: "data: data.subarray(from * each, to * each),",
    replace: "data: data.subarray(from * height * width, to * each),",
    law,
  },
  {
    id: "image-gather-of-neighbours",
    file: image,
    find: "out.set(data.subarray(index * each, (index + 1) * each), i * each);",
    replace: "out.set(data.subarray(i % count * each, (i % count + 1) * each), i * each);",
    law,
  },
  {
    id: "image-concat-of-the-first",
    file: image,
    find: "    data.set(set.data, at);",
    replace: "    data.set(sets[0].data.subarray(0, set.data.length), at);",
    law,
  },
  {
    id: "point-slice-off-by-one",
    file: point,
    find: "data.subarray(from * dimensions, to * dimensions) };",
    replace: "data.subarray(Math.max(0, from * dimensions - 1), to * dimensions) };",
    law,
  },
  {
    id: "point-gather-of-neighbours",
    file: point,
    find: "data.subarray(index * dimensions, (index + 1) * dimensions), i * dimensions",
    replace: "data.subarray(i % count * dimensions, (i % count + 1) * dimensions), i * dimensions",
    law,
  },
  {
    id: "point-concat-over-each-other",
    file: point,
    find: "    at += set.data.length;",
    replace: "    at += set.count;",
    law,
  },
  {
    id: "image-digest-of-bytes-alone",
    file: "src/kinds/image/kind.ts",
    find: "digestOf(`image ${count} ${height} ${width} ${channels}`, data)",
    replace: "digestOf(`image ${count * height * width * channels}`, data)",
    law,
  },
  {
    id: "point-digest-of-bytes-alone",
    file: "src/kinds/point/kind.ts",
    find: "digestOf(`point ${count} ${dimensions}`, data)",
    replace: "digestOf(`point ${count * dimensions}`, data)",
    law,
  },
  {
    id: "image-of-any-length",
    file: "src/kinds/image/kind.ts",
    find: "data.length === bytes) return null;",
    replace: "data.length > 0) return null;",
    law,
  },
  {
    id: "point-of-any-length",
    file: "src/kinds/point/kind.ts",
    find: "data.length === bytes) return null;",
    replace: "data.length > 0) return null;",
    law,
  },
  {
    id: "given-samples-not-looked-at",
    file: "src/data/contract.ts",
    find: "if (given[name] === undefined) refuse(`nothing as \\`given.${name}\\``);",
    replace: "if (given[name] === undefined) continue;",
    law: "tests/data/contract_test.ts",
  },
  {
    id: "families-take-any-kind",
    file: "src/suite/entries/run_entries.ts",
    find: "if (!takes.includes(sample.kind)) {",
    replace: "if (takes.length === 0) {",
    law: "tests/examples/sequence_test.ts",
    filter: "is refused when the suite is read",
  },
  {
    id: "metrics-take-any-kind",
    file: "src/suite/requires.ts",
    find: "if (takes.includes(sample.kind)) return true;",
    replace: "if (takes.length > 0) return true;",
    law: "tests/examples/sequence_test.ts",
    filter: "is refused when the suite is read",
  },
  {
    id: "batches-cut-by-samples-alone",
    file: "src/run/train/train.ts",
    find: "batcherOf(sample, model.batches)",
    replace: "batcherOf(sample)",
    law: "tests/run/kinds_test.ts",
  },
  {
    id: "metrics-computed-on-any-kind",
    file: "src/run/score/evaluate.ts",
    find: "      requireTaken(metric, context.dataset);\n",
    replace: "",
    law: "tests/run/kinds_test.ts",
  },
];
