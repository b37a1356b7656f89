/**
 * The `instructions` dataset: questions on persons, and edits of what is said of them, with answers.
 * @module
 */
import { z } from "zod";
import { chatText, FACTS, MESSAGES } from "../chat.ts";
import { BEST, written } from "./answers.ts";
import { dialogueDataset } from "./dataset.ts";
import { itemOf, shared } from "./items.ts";
import { drawnStyle } from "./styles.ts";

const config = z.strictObject({
  ...shared,
  answers: z.enum(["best", "mixed"]).default("best").describe(
    "mixed: of all manners and lengths, some of them wrong, as `attributes` has them",
  ),
  wrong: z.number().min(0).max(1).default(0).describe(
    "share of the answers in which something is false, where they are mixed",
  ),
});
type Config = z.output<typeof config>;

const NAME = "instructions";

/** Questions on persons, with answers. */
export const instructions = dialogueDataset<Config>({
  name: NAME,
  version: 1,
  about: "Dialogues on the heads: describe, ask, compare, JSON, edit; each answer judged exactly",
  config,
  given: [MESSAGES, FACTS],
  factors: [],
  item: (config, address) =>
    itemOf({ name: NAME, config }, address, (question, draws) => {
      const { facts, messages } = question;
      const style = config.answers === "best"
        ? BEST
        : drawnStyle(facts, draws, { wrong: config.wrong, unsafe: 0 });
      const { text, people } = written(facts, style, draws);
      const whole = [...messages, { role: "assistant", content: text }];
      return {
        people,
        answers: {
          document: chatText(whole),
          given: { [MESSAGES]: JSON.stringify(whole), [FACTS]: JSON.stringify(facts) },
          labels: {},
        },
      };
    }),
});
