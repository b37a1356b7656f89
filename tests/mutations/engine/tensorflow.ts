/**
 * Mutants of the tensorflow engine and of what is pinned for it. Their laws need the engine.
 * @module
 */
import { need } from "../../needs.ts";
import type { Mutant } from "../run.ts";

const folder = "src/engine/tensorflow";
const compileTest = "tests/engine/tensorflow/compile_test.ts";
const conformanceTest = "tests/engine/tensorflow/conformance_test.ts";

const needs = await need("tensorflow");

const engine: readonly Mutant[] = [
  {
    id: "tensorflow-weyl-skipped",
    file: `${folder}/kernels/random_kernels.ts`,
    find: "if (round === 9) break;",
    replace: "if (round >= 8) break;",
    law: conformanceTest,
  },
  {
    id: "tensorflow-row-ignored",
    file: `${folder}/kernels/random_kernels.ts`,
    find: 'let c1 = ops.typed("AddV2", UINT64, none, rows);',
    replace: "let c1 = none;",
    law: conformanceTest,
  },
  {
    id: "tensorflow-fold-without-length",
    file: `${folder}/kernels/random_kernels.ts`,
    find: "STRING + 1n + BigInt(text.length)",
    replace: "STRING + 1n",
    law: conformanceTest,
  },
  {
    id: "tensorflow-categorical-off-by-one",
    file: `${folder}/kernels/random_kernels.ts`,
    find: '"LessEqual", DOUBLE, sums, target',
    replace: '"GreaterEqual", DOUBLE, sums, target',
    law: conformanceTest,
  },
  {
    id: "variable-read-after-write",
    file: `${folder}/trace/trace.ts`,
    find: "if (firstWrite !== undefined) argument.last = undefined;\n" +
      "        argument.initial = this.#read(argument);\n" +
      "        if (firstWrite !== undefined) {",
    replace: "argument.initial = this.#read(argument);\n" +
      "        if (firstWrite !== undefined && argument.shape.length > 9) {",
    law: compileTest,
  },
  {
    id: "adam-slots-swapped",
    file: `${folder}/kernels/nn_kernels.ts`,
    find: "const own = [param, first, second].map(",
    replace: "const own = [param, second, first].map(",
    law: compileTest,
  },
  {
    id: "small-results-shared-across-attributes",
    file: `${folder}/trace/trace.ts`,
    find: "const key = `${name} ${JSON.stringify(call.attributes)} ${numbers}`;",
    replace: "const key = `${name} ${numbers}`;",
    law: compileTest,
  },
  {
    id: "exchange-reads-what-was-written",
    file: `${folder}/trace/trace.ts`,
    find: "if (values[i] === (argument.current ?? argument.initial)) return;",
    replace: "if (values[i] === (argument.current ?? argument.initial)) return;\n" +
      "      argument.last = undefined;",
    law: compileTest,
  },
  {
    id: "dropped-leaves-kept",
    file: `${folder}/trace/compile.ts`,
    find: "if (!kept.has(leaf) && !leaf.isDisposed) leaf.dispose();",
    replace: "if (kept.size === 0 && !leaf.isDisposed) leaf.dispose();",
    law: compileTest,
  },
  {
    id: "inputs-frozen",
    file: `${folder}/trace/capture.ts`,
    find: "const inputs = standIn(backend, options.inputs, { trace, variable: false });",
    replace: "const inputs = { tree: options.inputs, symbols: [] as Symbolic[] };",
    law: compileTest,
  },
  {
    id: "variables-kept",
    file: `${folder}/capi/variable.ts`,
    find: "this.#context.release(this.resource);",
    replace: "if (this.shape.length > 9) this.#context.release(this.resource);",
    law: compileTest,
    filter: "variables of states",
  },
];

/** See the module; those of the engine are left out where it isn't installed. */
export const mutants: readonly Mutant[] = [
  ...engine.map((mutant) => ({ ...mutant, needs })),
  {
    id: "slower-way-chosen",
    file: "src/plan/calibration.ts",
    find: 'total(xla) < total(graph) ? "xla" : "graph"',
    replace: 'total(xla) < total(graph) ? "graph" : "xla"',
    law: "tests/plan/calibration_test.ts",
  },
];
