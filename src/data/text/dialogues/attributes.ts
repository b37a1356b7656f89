/**
 * The `attributes` dataset: answers of all qualities with exact grades of each, as SteerLM wants them
 * (Dong et al. 2023, arXiv:2310.05344).
 * @module
 */
import { z } from "zod";
import type { Factor } from "../../dataset.ts";
import { chatText, FACTS, MESSAGES } from "../chat.ts";
import { written } from "./answers.ts";
import { dialogueDataset } from "./dataset.ts";
import { TASKS } from "./facts.ts";
import { itemOf, shared } from "./items.ts";
import { ATTRIBUTES, HIGHEST, judged } from "./rule.ts";
import { drawnStyle } from "./styles.ts";

const config = z.strictObject({
  ...shared,
  // Two answers, of which one is long, would make dialogues long.
  tasks: shared.tasks.unwrap().default(TASKS.filter((task) => task !== "edits")).describe(
    "what is asked, all alike often",
  ),
  wrong: z.number().min(0).max(1).default(0.4).describe(
    "share of the answers in which something is false",
  ),
  missing: z.number().min(0).max(1).default(0.3).describe(
    "share of the descriptions that leave something out",
  ),
  unsafe: z.number().min(0).max(1).default(0.1).describe("share of the answers that insult"),
});
type Config = z.output<typeof config>;

const NAME = "attributes";

const FACTORS: readonly Factor[] = [
  ...ATTRIBUTES.map((name): Factor => ({
    name,
    kind: "number",
    unit: "grade",
    minimum: 0,
    maximum: HIGHEST,
  })),
  { name: "safe", kind: "class", classes: ["no", "yes"] },
];

/** Answers of all qualities, graded. */
export const attributes = dialogueDataset<Config>({
  name: NAME,
  version: 1,
  about: "Dialogues on the heads with answers of all qualities, graded exactly in 5 attributes",
  config,
  given: [MESSAGES, FACTS],
  factors: FACTORS,
  item: (config, address) =>
    itemOf({ name: NAME, config }, address, (question, draws) => {
      const { facts, messages } = question;
      const { text, people } = written(facts, drawnStyle(facts, draws, config), draws);
      const whole = [...messages, { role: "assistant", content: text }];
      const { grades, safe } = judged(facts, text);
      return {
        people,
        answers: {
          document: chatText(whole),
          given: { [MESSAGES]: JSON.stringify(whole), [FACTS]: JSON.stringify(facts) },
          labels: { ...grades, safe: safe ? 1 : 0 },
        },
      };
    }),
});
