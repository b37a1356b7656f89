/** Bugs of curation, each with the law that must see it. @module */
import type { Mutant } from "../run.ts";

const pipeline = "tests/properties/curation/pipeline_test.ts";
const limits = "tests/properties/curation/limits_test.ts";
const clean = "tests/curation/clean_test.ts";
const passes = "src/curation/pipeline/passes.ts";
const segment = "src/curation/pipeline/segment.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "curation-samples-by-the-order-of-their-coming",
    file: "src/curation/pipeline/tally.ts",
    find: "const draw = drawOf(why, from);",
    replace: "const draw = check.dropped.documents + 0 * drawOf(why, from);",
    law: pipeline,
  },
  {
    id: "curation-numbers-begin-anew-in-each-block",
    file: passes,
    find: "decide: (document, number) => decide(document, start + number),",
    replace: "decide: (document, number) => decide(document, number),",
    law: pipeline,
  },
  {
    id: "curation-dropped-in-the-order-of-stages",
    file: segment,
    find: "dropped.sort((a, b) => a.place - b.place).map(",
    replace: "dropped.map(",
    law: pipeline,
  },
  {
    id: "curation-tallies-of-the-last-block-alone",
    file: passes,
    find: "head.tallies.forEach((tally, i) => addTally(tallies[i], tally));",
    replace: "tallies.splice(0, tallies.length, ...head.tallies);",
    law: pipeline,
  },
  {
    id: "curation-rewritten-not-said",
    file: "src/curation/pipeline/row.ts",
    find: "[REWRITTEN]: before === undefined ? stage : `${before} ${stage}` };",
    replace: "...(before === undefined ? {} : { [REWRITTEN]: `${before} ${stage}` }) };",
    law: pipeline,
  },
  {
    id: "curation-dropped-documents-go-on",
    file: segment,
    find: "out.push({ place, dropped: { from, why, value, limit, bytes } });",
    replace:
      "out.push({ place, dropped: { from, why, value, limit, bytes } }), kept.push({ place, row });",
    law: pipeline,
  },
  {
    id: "curation-next-stage-sees-what-came-first",
    file: segment,
    find: "    left = made.kept;\n",
    replace: "    if (dropped.length === 0) left = made.kept;\n",
    law: pipeline,
  },
  {
    id: "curation-goes-on-a-document-late",
    file: "src/curation/pipeline/cut.ts",
    find: "[rows, waiting, next] = [null, [], head.next];",
    replace: "[rows, waiting, next] = [null, [], head.next + 1];",
    law: pipeline,
  },
  {
    id: "curation-blocks-that-were-there-forgotten",
    file: passes,
    find:
      '    blocks = Math.max(blocks, given.block + 1);\n    if ("head" in given) {\n      found++;\n',
    replace:
      '    if (!("head" in given)) blocks = Math.max(blocks, given.block + 1);\n    if ("head" in given) {\n      found++;\n',
    law: pipeline,
  },
  {
    id: "curation-mix-keeps-the-larger-share",
    file: "src/curation/mix.ts",
    find: "const most = Math.min(",
    replace: "const most = Math.max(",
    law: pipeline,
  },
  {
    id: "curation-mix-one-draw-for-a-source",
    file: "src/curation/mix.ts",
    find: "uniform01(keys.get(dataset)!, index)",
    replace: "uniform01(keys.get(dataset)!, 0 * index)",
    law: pipeline,
  },
  {
    id: "curation-unicode-limit-the-wrong-way",
    file: "src/curation/clean/unicode.ts",
    find: "if (broken > settings.mostBroken) {",
    replace: "if (broken < settings.mostBroken) {",
    law: limits,
  },
  {
    id: "curation-any-digits-are-a-card",
    file: "src/curation/clean/pii.ts",
    find: "/^[2-6]/.test(digits) && isLuhn(digits)",
    replace: "/^[2-6]/.test(digits)",
    law: clean,
  },
  {
    id: "curation-repair-of-what-is-right",
    file: "src/curation/clean/mojibake.ts",
    find: "if (sure || count > 1) {",
    replace: "if (sure || count > 0) {",
    law: clean,
  },
];
