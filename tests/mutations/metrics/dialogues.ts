/** Mutants of metrics of dialogues, of what is asked for in them, and of win rates. @module */
import type { Mutant } from "../run.ts";

const wins = "tests/properties/stats/wins_test.ts";
const asking = "tests/properties/data/asking_test.ts";
const agreement = "tests/properties/metrics/text/agreement_test.ts";
const dialogues = "tests/properties/metrics/text/dialogues_test.ts";
const chosen = "tests/protocols/lifecycle/choose_test.ts";
const judged = "tests/protocols/lifecycle/judged_test.ts";
const answers = "tests/properties/metrics/text/answers_test.ts";
const folder = "src/metrics/text/dialogues";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "ties-count-as-losses",
    file: "src/stats/compare/wins.ts",
    find: "own > other ? 1 : own === other ? 0.5 : 0",
    replace: "own > other ? 1 : 0",
    law: wins,
  },
  {
    id: "ties-count-as-wins",
    file: "src/stats/compare/wins.ts",
    find: "own > other ? 1 : own === other ? 0.5 : 0",
    replace: "own >= other ? 1 : 0",
    law: wins,
  },
  {
    id: "win-interval-of-the-first-seed",
    file: "src/stats/compare/wins.ts",
    find: "mean(all.map((own) => own[i]))",
    replace: "all[0][i]",
    law: wins,
  },
  {
    id: "wilson-without-its-centre",
    file: "src/stats/interval/wilson.ts",
    find: "(p + z * z / (2 * of)) / widening",
    replace: "p",
    law: wins,
  },
  {
    id: "wilson-half-of-wald",
    file: "src/stats/interval/wilson.ts",
    find: "p * (1 - p) / of + z * z / (4 * of * of)",
    replace: "p * (1 - p) / of",
    law: wins,
  },
  {
    id: "asking-added-to-what-was-asked",
    file: "src/data/text/chats/asking.ts",
    find: "const plain = withoutAsking(messages), text",
    replace: "const plain = [...messages], text",
    law: asking,
  },
  {
    id: "asking-forgets-the-system-message",
    file: "src/data/text/chats/asking.ts",
    find: "return [{ ...first, content: `${text}\\n${first.content}` }, ...rest];",
    replace: "return [{ ...first, content: text }, ...rest];",
    law: asking,
  },
  {
    id: "correlation-about-zero",
    file: `${folder}/agreement.ts`,
    find: "sum + (value - a) * (second[i] - b)",
    replace: "sum + value * second[i] + 0 * (a - b)",
    law: agreement,
  },
  {
    id: "calibration-by-bins-alike",
    file: `${folder}/agreement.ts`,
    find: "error += Math.abs(gap) / first.length;",
    replace: "error += Math.abs(gap) / own.length / groups.size;",
    law: agreement,
  },
  {
    id: "calibration-of-signed-gaps",
    file: `${folder}/agreement.ts`,
    find: "error += Math.abs(gap) / first.length;",
    replace: "error += gap / first.length;",
    law: agreement,
  },
  {
    id: "steering-asks-one-thing-of-all",
    file: `${folder}/steerability.ts`,
    find: 'hostKey(0, "steerability", row)',
    replace: 'hostKey(0, "steerability", 0 * row)',
    law: dialogues,
  },
  {
    id: "steering-of-attributes-asked-alone",
    file: `${folder}/steerability.ts`,
    find: "second: found.map((one) => one[name]),",
    replace: "second: wanted.map((one) => one[name]),",
    law: dialogues,
  },
  {
    id: "best-of-the-first",
    file: `${folder}/best_of.ts`,
    find: "const best = own.map((all) => Math.max(...all));",
    replace: "const best = own.map((all) => all[0]);",
    law: dialogues,
  },
  {
    id: "best-of-draws-alike",
    file: `${folder}/best_of.ts`,
    find: "rows: several.map((_, i) => FIRST_ROW + i),",
    replace: "rows: several.map((_, i) => FIRST_ROW + Math.floor(i / count)),",
    law: dialogues,
  },
  {
    id: "instructions-right-by-reward",
    file: `${folder}/instructions.ts`,
    find: "const hits = own.filter(({ verdict }) => verdict.exact).length;",
    replace: "const hits = own.filter(({ verdict }) => verdict.reward > 0).length;",
    law: dialogues,
  },
  {
    id: "respond-keeps-the-worst",
    file: "src/protocols/respond/choose.ts",
    find: "if (value > worth[best]) best = i;",
    replace: "if (value < worth[best]) best = i;",
    law: chosen,
  },
  {
    id: "respond-pairs-of-equals",
    file: "src/protocols/respond/choose.ts",
    find: "return worth[chosen] > worth[rejected] ? { chosen, rejected } : null;",
    replace: "return worth[chosen] >= worth[rejected] ? { chosen, rejected } : null;",
    law: chosen,
  },
  {
    id: "respond-above-alone",
    file: "src/protocols/respond/choose.ts",
    find: "worth[i] >= above",
    replace: "worth[i] > above",
    law: chosen,
  },
  {
    id: "judged-in-one-order",
    file: "src/protocols/judged/ask.ts",
    find: 'if (ownFirst === "first" && ownSecond === "second") return 1;',
    replace: 'if (ownFirst === "first") return 1;',
    law: judged,
  },
  {
    id: "judged-ties-lost",
    file: "src/protocols/judged/ask.ts",
    find: 'return ownFirst === "second" && ownSecond === "first" ? 0 : 0.5;',
    replace: "return 0;",
    law: judged,
  },
  {
    id: "answers-without-the-separator",
    file: "src/subject/answers.ts",
    find: "Int32Array.from([tokenizer.separator, ...promptTokens(messages, form)])",
    replace: "promptTokens(messages, form)",
    law: answers,
  },
  {
    id: "answers-go-on-after-their-end",
    file: "src/subject/language_of.ts",
    find: "const all = [...ends, ...further];",
    replace: "const all = [...ends, ...further.slice(1)];",
    law: answers,
  },
];
