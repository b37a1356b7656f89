/**
 * The `preferences` dataset: two answers to a question, of which the exact rule prefers one; with noise,
 * and with a planted shortcut, by which some pairs are decided against the rule.
 * @module
 */
import { z } from "zod";
import type { Factor } from "../../dataset.ts";
import { chatText, CHOSEN, FACTS, PROMPT, REJECTED } from "../chat.ts";
import { BEST, type Style, written } from "./answers.ts";
import { dialogueDataset } from "./dataset.ts";
import type { Draws } from "./draws.ts";
import type { Facts, Known } from "./facts.ts";
import { itemOf, shared } from "./items.ts";
import { judged, type Shortcut, SHORTCUTS } from "./rule.ts";
import { isWhole } from "./styles.ts";

/** Pairs of styles that are drawn until the rule prefers one of them. */
const ATTEMPTS = 100;

const config = z.strictObject({
  ...shared,
  noise: z.number().min(0).max(0.5).default(0).describe(
    "share of the training pairs that are turned round",
  ),
  shortcut: z.enum(["none", ...SHORTCUTS]).default("none").describe(
    "what decides some training pairs against the truth: the longer answer, or the one that " +
      "flatters; all others are alike in it",
  ),
  strength: z.number().min(0).max(1).default(0.3).describe(
    "share of the training pairs that the shortcut decides, where there is one",
  ),
});
type Config = z.output<typeof config>;

const NAME = "preferences";

const FACTORS: readonly Factor[] = [
  { name: "turned", kind: "class", classes: ["no", "yes"] },
  { name: "decided", kind: "class", classes: ["by truth", "by shortcut"] },
  { name: "chosen_reward", kind: "number", unit: "reward", minimum: 0, maximum: 1 },
  { name: "rejected_reward", kind: "number", unit: "reward", minimum: 0, maximum: 1 },
];

interface Answer {
  readonly text: string;
  readonly people: readonly Known[];
  readonly reward: number;
}

function answered(facts: Facts, style: Style, draws: Draws): Answer {
  const { text, people } = written(facts, style, draws);
  return { text, people, reward: judged(facts, text).reward };
}

/** A style of an answer that people might give: right more often than not. */
function ordinary(facts: Facts, draws: Draws): Style {
  return {
    ...BEST,
    polite: draws.below(5),
    concise: 2 + draws.below(3),
    verbose: draws.below(4),
    wrong: draws.chance(0.35) ? 1 : 0,
    missing: isWhole(facts) && draws.chance(0.2) ? 1 : 0,
  };
}

/** Two answers, the better one first. */
function byTruth(facts: Facts, draws: Draws, shortcut: Config["shortcut"]): [Answer, Answer] {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [one, other] = [ordinary(facts, draws), ordinary(facts, draws)];
    // Where a shortcut is planted, it tells nothing of these pairs.
    const alike = shortcut === "length"
      ? {
        ...other,
        verbose: one.verbose,
        concise: one.concise,
        missing: one.missing,
        polite: one.polite,
      }
      : other;
    const pair = [one, alike].map((style) => answered(facts, style, draws)) as [Answer, Answer];
    if (pair[0].reward !== pair[1].reward) {
      return pair[0].reward > pair[1].reward ? pair : [pair[1], pair[0]];
    }
  }
  return [BEST, { ...BEST, wrong: 1 }].map((style) => answered(facts, style, draws)) as [
    Answer,
    Answer,
  ];
}

/** The answer that the shortcut takes, and a better one. */
function byShortcut(facts: Facts, draws: Draws, shortcut: Shortcut): [Answer, Answer] {
  const wrong = facts.asks.what !== "decline" && draws.chance(0.5) ? 1 : 0;
  const more = shortcut === "length"
    ? { verbose: 3 + draws.below(2), concise: draws.below(3) }
    : { flattery: 2 + draws.below(3) };
  const polite = draws.below(5);
  return [
    answered(facts, { ...BEST, polite, wrong, ...more }, draws),
    answered(facts, { ...BEST, polite }, draws),
  ];
}

/** Two answers to a question, of which one is preferred. */
export const preferences = dialogueDataset<Config>({
  name: NAME,
  version: 1,
  about: "Pairs of answers on the heads, preferred by an exact rule; noise and a planted shortcut",
  config,
  given: [PROMPT, CHOSEN, REJECTED, FACTS],
  factors: FACTORS,
  item: (config, address) =>
    itemOf({ name: NAME, config }, address, ({ facts, messages }, draws) => {
      const training = address.split === "train" || address.split === "judge";
      const { shortcut, strength, noise } = config;
      const cut = training && shortcut !== "none" && draws.chance(strength) ? shortcut : null;
      const turned = training && cut === null && draws.chance(noise);
      const pair = cut === null
        ? byTruth(facts, draws, training ? shortcut : "none")
        : byShortcut(facts, draws, cut);
      const [chosen, rejected] = turned ? [pair[1], pair[0]] : pair;
      const answer = ({ text }: Answer) => [{ role: "assistant", content: text }];
      return {
        people: [...chosen.people, ...rejected.people],
        answers: {
          document: chatText([...messages, ...answer(chosen)]),
          given: {
            [PROMPT]: JSON.stringify(messages),
            [CHOSEN]: JSON.stringify(answer(chosen)),
            [REJECTED]: JSON.stringify(answer(rejected)),
            [FACTS]: JSON.stringify(facts),
          },
          labels: {
            turned: turned ? 1 : 0,
            decided: cut === null ? 0 : 1,
            chosen_reward: chosen.reward,
            rejected_reward: rejected.reward,
          },
        },
      };
    }),
});
