/** Bugs of what counts the house's faults, each with the test that must see it. @module */
import type { Mutant } from "../run.ts";

const law = "tests/proof/figures/house_test.ts";
const folder = "src/proof/figures/house";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "house-types-not-counted",
    file: `${folder}/graph.ts`,
    find: `"code"], [type, "type"]] as const`,
    replace: `"code"], [undefined as typeof type, "type"]] as const`,
    law,
  },
  {
    id: "house-missing-file-passed-over",
    file: `${folder}/graph.ts`,
    find: "if (broken.length > 0) {",
    replace: "if (broken.length > files.length) {",
    law,
  },
  {
    id: "house-upside-down",
    file: `${folder}/rooms.ts`,
    find: "return place(to) > place(from);",
    replace: "return place(to) < place(from);",
    law,
  },
  {
    id: "house-unknown-room-is-the-ground",
    file: `${folder}/rooms.ts`,
    find: "if (at < 0) {",
    replace: "if (at < -1) {",
    law,
  },
  {
    id: "house-lazy-way-round",
    file: `${folder}/rooms.ts`,
    find: `one.kind !== "dynamic" || leadsUp(one)`,
    replace: `one.kind !== "dynamic"`,
    law,
  },
  {
    id: "house-circle-of-two-alone",
    file: `${folder}/rooms.ts`,
    find: "low.set(file, Math.min(low.get(file)!, low.get(to)!));",
    replace: "low.set(file, low.get(file)!);",
    law,
  },
  {
    id: "house-any-file-is-a-door",
    file: `${folder}/rooms.ts`,
    find: `return /(^|\\/)mod\\.ts$/.test(file)`,
    replace: `return /(^|\\/)\\w+\\.ts$/.test(file)`,
    law,
  },
  {
    id: "house-registry-takes-anything",
    file: `${folder}/rooms.ts`,
    find: `!(kind === "dynamic" && from === "src/registry.ts")`,
    replace: `!(kind !== "type" && from === "src/registry.ts")`,
    law,
  },
  {
    id: "house-comments-are-code",
    file: `${folder}/tokens.ts`,
    find: `} else if (text.startsWith("/*", at)) {`,
    replace: `} else if (text.startsWith("/*!", at)) {`,
    law,
  },
  {
    id: "house-division-is-a-pattern",
    file: `${folder}/tokens.ts`,
    find: `else if (c === "/" && !endsOperand(tokens.at(-1)))`,
    replace: `else if (c === "/")`,
    law,
  },
  {
    id: "house-comparison-one-way-round",
    file: `${folder}/words.ts`,
    find: `(before?.kind === "string" && isProtocol(tokens, i + 1, "after"))`,
    replace: `(before?.kind === "string" && isProtocol(tokens, i, "before"))`,
    law,
  },
  {
    id: "house-switch-unseen",
    file: `${folder}/words.ts`,
    find: `["switch", "includes", "has"]`,
    replace: `["includes", "has"]`,
    law,
  },
  {
    id: "house-pictures-in-strings",
    file: `${folder}/words.ts`,
    find: `kind === "word" && pictureWord.test(text)`,
    replace: `kind !== "sign" && pictureWord.test(text)`,
    law,
  },
  {
    id: "house-side-effect-in-a-face",
    file: `${folder}/words.ts`,
    find: "    } else return false;",
    replace: "    } else at++;",
    law,
  },
  {
    id: "house-code-after-a-name",
    file: `${folder}/words.ts`,
    find: `if (!is("import") && !is("export")) return false;`,
    replace: `if (!is("import") && !is("export")) return true;`,
    law,
  },
  {
    id: "house-nobodys-figure-read",
    file: `${folder}/house.ts`,
    find: "own.some((one) => name === `${one.name}.json`)",
    replace: "own.some((one) => name !== one.name)",
    law,
  },
  {
    id: "house-broken-figure-passed-over",
    file: `${folder}/house.ts`,
    find: "unread.push(`${one.group}/${one.name}: ${(error as Error).message}`);",
    replace: "if (error === null) unread.push(one.name);",
    law,
  },
  {
    id: "again-leaves-out-whole-files",
    file: "tests/all.ts",
    find: "...whole.size === 0 ? [] :",
    replace: "...whole.size <= 1 ? [] :",
    law: "tests/all_test.ts",
  },
];
