/** Bugs of the dialogues on heads and of the rule that judges their answers. @module */
import type { Mutant } from "../run.ts";

const law = "tests/properties/data/dialogues_test.ts";
const folder = "src/data/text/dialogues/";
const rule = `${folder}rule.ts`, answers = `${folder}answers.ts`;

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "dialogues-pronoun-of-the-other",
    file: `${folder}grammar/people.ts`,
    find: 'male: { she: "he", her: "his", object: "him" },',
    replace: 'male: { she: "she", her: "his", object: "him" },',
    law,
    filter: "the oracle",
  },
  {
    id: "dialogues-older-is-younger",
    file: answers,
    find: "people[1].age_years! > people[0].age_years!",
    replace: "people[1].age_years! < people[0].age_years!",
    law,
    filter: "the oracle",
  },
  {
    id: "dialogues-edit-forgotten",
    file: `${folder}tasks.ts`,
    find: "return { words, person: { ...person, age_years: years, age: ageOf(years)! } };",
    replace:
      "return { words, person: { ...person, age_years: years, age: ageOf(years) && person.age } };",
    law,
    filter: "the oracle",
  },
  {
    id: "rule-false-claims-forgiven",
    file: rule,
    find: "if (!isTrue(claim, facts)) wrong++;",
    replace: "if (!isTrue(claim, facts)) wrong += 0;",
    law,
    filter: "one value changed",
  },
  {
    id: "rule-of-anybody",
    file: rule,
    find: "return personOf(facts, claim.of)?.[claim.trait] === claim.value;",
    replace:
      "return personOf(facts, claim.of)?.[claim.trait] === claim.value || claim.trait === 'expression';",
    law,
    filter: "one value changed",
  },
  {
    id: "rule-noun-says-nothing",
    file: `${folder}grammar/sentences.ts`,
    find: 'return [at(of, "gender", gender), ...(age === undefined ? [] : [at(of, "age", age)])];',
    replace: "return age === undefined && gender === undefined ? [at(of, 'gender', gender)] : [];",
    law,
    filter: "one value changed",
  },
  {
    id: "rule-politeness-without-rudeness",
    file: rule,
    find: "polite: grade(2 + courtesies - rude),",
    replace: "polite: grade(2 + courtesies - 0 * rude),",
    law,
    filter: "grades are exactly",
  },
  {
    id: "rule-verbose-by-courtesies",
    file: rule,
    find: "const content = statements.length + unread + flatteries + insults;",
    replace: "const content = statements.length + unread + flatteries + insults + courtesies;",
    law,
    filter: "grades are exactly",
  },
  {
    id: "rule-concise-by-sentences",
    file: rule,
    find: "concise: grade(HIGHEST - openers),",
    replace: "concise: grade(HIGHEST - Math.min(openers, statements.length)),",
    law,
    filter: "grades are exactly",
  },
  {
    id: "rule-helpful-rounded-up",
    file: rule,
    find: "helpful: Math.floor(HIGHEST * said / asked),",
    replace: "helpful: Math.ceil(HIGHEST * said / asked),",
    law,
    filter: "grades are exactly",
  },
  {
    id: "dialogues-one-opener-less",
    file: answers,
    find: "? 0 : 4 - concise;",
    replace: "? 0 : Math.max(0, 3 - concise);",
    law,
    filter: "grades are exactly",
  },
  {
    id: "rule-unread-sentences-forgiven",
    file: rule,
    find: "let wrong = reading.unread;",
    replace: "let wrong = 0 * reading.unread;",
    law,
    filter: "any string",
  },
  {
    id: "rule-beyond-its-grades",
    file: rule,
    find: "const grade = (value: number) => Math.min(HIGHEST, Math.max(0, value));",
    replace: "const grade = (value: number) => Math.max(0, value);",
    law,
    filter: "any string",
  },
];
