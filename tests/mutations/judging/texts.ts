/** Bugs of texts that are shown, each with the law that must see it. @module */
import type { Mutant } from "../run.ts";

const shown = "tests/show/text_test.ts";
const html = "tests/report/texts_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "characters-of-several-tokens-cut",
    file: "src/show/passage/stretches.ts",
    find: "if (scored && endsWhole(bytes)) end();",
    replace: "if (scored) end();",
    law: shown,
    filter: "tokens as stretches",
  },
  {
    id: "characters-cut-in-two",
    file: "src/show/passage/stretches.ts",
    find: "const end = splits ? most - 1 : most;",
    replace: "const end = most;",
    law: shown,
    filter: "no character of it is cut",
  },
  {
    id: "samples-as-markup",
    file: "src/report/page/text_html.ts",
    find: "markup`${i > 0 ? LINE_FEED : null}${line}`",
    replace: "markup`${i > 0 ? LINE_FEED : null}${new Html(line)}`",
    law: html,
    filter: "parses back",
  },
  {
    id: "odd-characters-dropped",
    file: "src/report/visible.ts",
    find: "runs.push({ odd: character.codePointAt(0)! });",
    replace: "",
    law: html,
    filter: "parses back",
  },
  {
    id: "bits-shaded-the-wrong-way",
    file: "src/report/page/text_html.ts",
    find: "SHADES.filter((from) => bits >= from).length",
    replace: "SHADES.filter((from) => bits < from).length",
    law: html,
    filter: "shade",
  },
  {
    id: "texts-without-a-budget",
    file: "src/report/texts.ts",
    find: "if (!needed && bytes + found.length > budget) {",
    replace: "if (!needed && found.length > budget) {",
    law: html,
    filter: "budget",
  },
];
