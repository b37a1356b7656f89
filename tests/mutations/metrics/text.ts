/** Mutants of metrics of text: bits, tasks, copies, and how a model is asked. */

const properties = "tests/properties/metrics/text";
const language = `${properties}/language_test.ts`;
const bits = `${properties}/bits_test.ts`;
const tasks = `${properties}/tasks_test.ts`;
const spans = `${properties}/spans_test.ts`;
const ask = "src/subject/language_of.ts";
const folder = "src/metrics/text";

export const mutants = [
  {
    id: "windows-last-short",
    file: ask,
    find: "tokens.slice(end - context - 1, end)",
    replace: "tokens.slice(scored - 1, end)",
    law: language,
  },
  {
    id: "windows-overlap",
    file: ask,
    find: "windows.push({ row: tokens.slice(end - context - 1, end), targets });",
    replace: "windows.push({ row: tokens.slice(end - context - 1, end), targets: context });",
    law: language,
  },
  {
    id: "windows-without-separator",
    file: ask,
    find: "row: joined(Int32Array.of(separator), tokens.subarray(0, first)),\n    targets: first,",
    replace: "row: tokens.slice(0, first),\n    targets: first - 1,",
    law: language,
  },
  {
    id: "pair-spaces-stay",
    file: ask,
    find: 'bare: context.replace(spaces, "")',
    replace: "bare: context",
    law: language,
  },
  {
    id: "pair-empty-context-unscored",
    file: ask,
    find: "before: Int32Array.of(tokenizer.separator), after: all }",
    replace: "before: all.slice(0, 1), after: all.slice(1) }",
    law: language,
  },
  {
    id: "bits-by-tokens",
    file: `${folder}/bits.ts`,
    find: "({ sum: -logProbability, weight: bytes[i] })",
    replace: "({ sum: -logProbability, weight: scored[i].tokens })",
    law: bits,
  },
  {
    id: "bits-by-characters",
    file: `${folder}/bits.ts`,
    find: "texts.map((text) => encoder.encode(text).length)",
    replace: "texts.map((text) => text.length)",
    law: bits,
  },
  {
    id: "bits-in-nats",
    file: `${folder}/bits.ts`,
    find: "bitsPerByte: ratio / log(2),",
    replace: "bitsPerByte: ratio,",
    law: bits,
  },
  {
    id: "ratio-error-without-root",
    file: `${folder}/ratio.ts`,
    find: "Math.sqrt(squares / (n * (n - 1)))",
    replace: "squares / (n * (n - 1))",
    law: bits,
  },
  {
    id: "ratio-error-not-by-mean-weight",
    file: `${folder}/ratio.ts`,
    find: "/ (weights / n) }",
    replace: "/ pairs[0].weight }",
    law: bits,
  },
  {
    id: "stderr-without-the-root",
    file: `${folder}/tasks/aggregate.ts`,
    find: "stderr: deviation(values) / Math.sqrt(values.length) }",
    replace: "stderr: deviation(values) / values.length }",
    law: tasks,
  },
  {
    id: "stderr-of-the-population",
    file: `${folder}/tasks/aggregate.ts`,
    find: "/ (values.length - 1));",
    replace: "/ values.length);",
    law: tasks,
  },
  {
    id: "acc-norm-by-bytes",
    file: `${folder}/tasks/score.ts`,
    find: "acc_norm: hit(by(lengthOf)),",
    replace: "acc_norm: hit(by(bytesOf)),",
    law: tasks,
  },
  {
    id: "acc-norm-unnormed",
    file: `${folder}/tasks/score.ts`,
    find: "acc_norm: hit(by(lengthOf)),",
    replace: "acc_norm: hit(own),",
    law: tasks,
  },
  {
    id: "ties-go-to-the-last",
    file: `${folder}/tasks/score.ts`,
    find: "if (value > values[best]) best = i;",
    replace: "if (value >= values[best]) best = i;",
    law: tasks,
  },
  {
    id: "pairs-sliced-by-choices-of-the-first",
    file: `${folder}/tasks/run.ts`,
    find: "found.slice(at, at += pairs[i].length)",
    replace: "found.slice(at, at += pairs[0].length)",
    law: tasks,
  },
  {
    id: "examples-not-parted",
    file: `${folder}/tasks/prompt.ts`,
    find: "after: few.fewshot_delimiter,",
    replace: 'after: "",',
    law: tasks,
  },
  {
    id: "examples-hold-the-answer",
    file: `${folder}/tasks/prompt.ts`,
    find: "places.filter((place) => texts[place] !== own)",
    replace: "[...places]",
    law: tasks,
  },
  {
    id: "copied-without-looking",
    file: `${folder}/spans.ts`,
    find: "if (!place.found && same(place, { document, at }, n)) place.found = true;",
    replace: "place.found = true;",
    law: spans,
  },
  {
    id: "copied-over-joined-documents",
    file: `${folder}/spans.ts`,
    find: "  for (const document of others) {\n",
    replace: "  for (const document of [Int32Array.from(others.flatMap((one) => [...one]))]) {\n",
    law: spans,
  },
  {
    id: "copied-once-each",
    file: `${folder}/spans.ts`,
    find: "if (found) copied += count;",
    replace: "if (found) copied++;",
    law: spans,
  },
  {
    id: "longest-copy-too-short",
    file: `${folder}/spans.ts`,
    find: "const n = Math.ceil((least + most) / 2);",
    replace: "const n = Math.ceil((least + most) / 2);\n    if (n === most) break;",
    law: spans,
  },
  {
    id: "distinct-by-hash",
    file: `${folder}/spans.ts`,
    find: "if (here.some((other) => same(other, place, n))) return;",
    replace: "if (here.length > 0) return;",
    law: spans,
  },
  {
    id: "distinct-of-all",
    file: `${folder}/spans.ts`,
    find: "if (counted >= count) return;",
    replace: "if (counted >= count) counted--;",
    law: spans,
  },
  {
    id: "distinct-over-joined-documents",
    file: `${folder}/spans.ts`,
    find: "  let different = 0, counted = 0;\n  for (const document of documents) {",
    replace: "  let different = 0, counted = 0;\n" +
      "  for (const document of [Int32Array.from(documents.flatMap((one) => [...one]))]) {",
    law: spans,
  },
];
