/** Bugs of captions: what is said isn't what is so. @module */
import type { Mutant } from "../run.ts";

const law = "tests/properties/data/captions_test.ts";
const file = "src/data/text/captions/grammar.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "captions-left-is-right",
    file,
    find: 'degrees < 0 ? "left" : "right"',
    replace: 'degrees > 0 ? "left" : "right"',
    law,
    filter: "every caption",
  },
  {
    id: "captions-age-rounded-down",
    file,
    find: "whole(head.age_years)",
    replace: "Math.floor(head.age_years)",
    law,
    filter: "every caption",
  },
  {
    id: "captions-without-hair-colour",
    file,
    find: "`${CUTS[hair]} ${hair_colour} hair`",
    replace: "`${CUTS[hair]} hair`",
    law,
    filter: "every caption",
  },
  {
    id: "captions-judged-loosely",
    file,
    find: "return FORMS.some((form) => form(said) === text) ? said : null;",
    replace: "return said;",
    law,
    filter: "letter changed",
  },
];
