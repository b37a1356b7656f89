/** Bugs of what is checked before and while a run goes, each with the law that must see it. @module */
import type { Mutant } from "./run.ts";

const needs = "tests/suite/needs_test.ts";
const model = "tests/families/contract_test.ts";
const metric = "tests/metrics/contract_test.ts";
const data = "tests/data/contract_test.ts";
const run = "tests/run/contract_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "extractors-unchecked",
    file: "src/suite/needs.ts",
    find: `if (need.kind === "extractor") checkExtractor(need, asked, ground);`,
    replace: `if (need.kind === "extractor") continue;`,
    law: needs,
  },
  {
    id: "factors-unchecked",
    file: "src/suite/needs.ts",
    find: "if (fitting.includes(name)) return;",
    replace: "if (fitting.length > 0) return;",
    law: needs,
  },
  {
    id: "defaults-of-factors-unchecked",
    file: "src/suite/needs.ts",
    find: "if (whenGiven && !(key in asked.given)) return;",
    replace: "if (!(key in asked.given)) return;",
    law: needs,
  },
  {
    id: "weights-unchecked",
    file: "src/suite/needs.ts",
    find: `weights.from === "user" && !weighted.includes(row)`,
    replace: `weights.from === "user" && !weighted.includes(row) && weighted.length > 0`,
    law: needs,
  },
  {
    id: "weights-of-another-digest",
    file: "src/suite/extractors.ts",
    find: "if (found === sha256) return;",
    replace: "if (found.length === sha256.length) return;",
    law: needs,
  },
  {
    id: "numbers-not-fitted",
    file: "src/suite/needs.ts",
    find: "fit = smaller.data as Record<string, unknown>;",
    replace: "",
    law: needs,
  },
  {
    id: "numbers-given-are-fitted",
    file: "src/suite/needs.ts",
    find: `next.kind === "factor" || next.key in given) continue;`,
    replace: `next.kind === "factor") continue;`,
    law: needs,
  },
  {
    id: "held-out-takes-no-room",
    file: "src/suite/needs.ts",
    find: `return sizes.judge_test > 0 ? sizes.judge_test : Math.floor(sizes.test / 2);`,
    replace: `return sizes.judge_test > 0 ? sizes.judge_test : sizes.test;`,
    law: needs,
  },
  {
    id: "models-not-built-before-a-run",
    file: "src/suite/load.ts",
    find: "if (outline !== null) runs.forEach((entry) => entry.check({ name, outline }));",
    replace: "",
    law: needs,
  },
  {
    id: "values-of-one-name",
    file: "src/suite/metric_entries.ts",
    find: "owner.entry.metric !== metric || owner.text !== text",
    replace: "owner.entry.metric !== metric",
    law: needs,
  },
  {
    id: "data-of-unknown-size-never-checked",
    file: "src/suite/load.ts",
    find: "if (known === null) {",
    replace: "if (known === null && notes.size > 99) {",
    law: needs,
  },
  {
    id: "pictures-out-of-range-clamped",
    file: "src/families/contract.ts",
    find: "if (low >= -ROUNDING && high <= 1 + ROUNDING) return;",
    replace: "if (low >= -ROUNDING) return;",
    law: model,
  },
  {
    id: "pictures-below-nothing-clamped",
    file: "src/families/contract.ts",
    find: "if (low >= -ROUNDING && high <= 1 + ROUNDING) return;",
    replace: "if (high <= 1 + ROUNDING) return;",
    law: model,
  },
  {
    id: "infinite-pictures",
    file: "src/families/contract.ts",
    find: "if (!Number.isFinite(value)) {",
    replace: "if (Number.isNaN(value)) {",
    law: model,
  },
  {
    id: "shapes-by-their-length",
    file: "src/families/contract.ts",
    find: "shape.every((n, i) => wanted[i] === -1 || n === wanted[i]);",
    replace: "shape.length > 0;",
    law: model,
  },
  {
    id: "promised-programs-unchecked",
    file: "src/families/contract.ts",
    find: "if (promised && !held) faults.push(what);",
    replace: "if (promised && !held && what.length === 0) faults.push(what);",
    law: model,
  },
  {
    id: "train-without-loss",
    file: "src/families/contract.ts",
    find: `if (program !== "train" || "loss" in outputs) return;`,
    replace: `if (program !== "train" || Object.keys(outputs).length > 0) return;`,
    law: model,
  },
  {
    id: "undeclared-values-taken",
    file: "src/metrics/contract.ts",
    find: `given.filter((name) => !declared.includes(name))],`,
    replace: `given.filter((name) => !declared.includes(name) && name === "")],`,
    law: metric,
  },
  {
    id: "missing-values-taken",
    file: "src/metrics/contract.ts",
    find: `declared.filter((name) => !given.includes(name))],`,
    replace: `declared.filter((name) => !given.includes(name) && name === "")],`,
    law: metric,
  },
  {
    id: "values-given-twice-taken",
    file: "src/metrics/contract.ts",
    find: `["gives twice", repeated(given)],`,
    replace: `["gives twice", []],`,
    law: metric,
  },
  {
    id: "labels-of-no-class",
    file: "src/data/contract.ts",
    find: "label >= -1 && label < length",
    replace: "label >= -1",
    law: data,
  },
  {
    id: "batches-of-another-shape",
    file: "src/data/contract.ts",
    find: "if (shape.some((n, i) => n !== wanted[i])) {",
    replace: "if (shape.length !== wanted.length) {",
    law: data,
  },
  {
    id: "broken-promises-only-noted",
    file: "src/run/evaluate.ts",
    find: "if (error instanceof ContractError) throw error;",
    replace: "",
    law: run,
  },
  {
    id: "samples-not-looked-at",
    file: "src/run/subject.ts",
    find: "requirePictures(data, `${label}: ${what}`);",
    replace: "",
    law: run,
  },
  {
    id: "shapes-not-looked-at",
    file: "src/run/subject.ts",
    find: "requireShape(found.shape, promised);",
    replace: "",
    law: run,
  },
];
