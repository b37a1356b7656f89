/** Mutants of how tests are skipped and told of: tests/needs.ts, tests/all.ts, the lint rule. */
import type { Mutant } from "./run.ts";

const all = "tests/all_test.ts";
const lint = "tests/lint_plugin_test.ts";

export const mutants: readonly Mutant[] = [
  {
    id: "skip-unnoted",
    file: "tests/needs.ts",
    find: 'Deno.writeTextFileSync(list, JSON.stringify(skip) + "\\n", { append: true });',
    replace: 'Deno.writeTextFileSync(list, "", { append: true });',
    law: all,
  },
  {
    id: "skips-of-copies-counted",
    file: "tests/all.ts",
    find: ".filter(({ file }) => file.startsWith(root.href))",
    replace: "",
    law: all,
  },
  {
    id: "ignored-without-a-word-passes",
    file: "tests/all.ts",
    find: "found.length > 0 ? 1 : 0",
    replace: "0",
    law: all,
  },
  {
    id: "skipped-again-passes",
    file: "tests/all.ts",
    find: "test !== null && !ran.has(test)",
    replace: "test !== null && ran.has(test) && false",
    law: all,
  },
  {
    id: "left-out-by-a-filter-taken-for-ignored",
    file: "tests/junit.ts",
    find: 'if (skipped && !/\\btime="/.test(head)) continue;',
    replace: "",
    law: "tests/junit_test.ts",
  },
  {
    id: "early-return-of-a-law-unseen",
    file: "tests/lint_plugin.ts",
    find: "/^(fn|holds)$/",
    replace: "/^fn$/",
    law: lint,
  },
  {
    id: "ignore-in-options-unseen",
    file: "tests/lint_plugin.ts",
    find: 'call?.type !== "CallExpression" || !declares.test(source(call.callee))',
    replace: 'source(node.value) === "true"',
    law: lint,
  },
];
