/**
 * What a suite may say of an objective: its name, and its settings under the key of its kind.
 * @module
 */
import { z } from "zod";

/** Objectives beside the one over all tokens, which has no name. */
export const objectiveNames = ["sft"] as const;
/** One of `objectiveNames`. */
export type ObjectiveName = typeof objectiveNames[number];

/** Keys of a config. They are left out where nothing is said, so that older runs keep their ids. */
export const objectiveKeys = {
  objective: z.enum(objectiveNames).optional().describe(
    "what is trained for: sft: the answers of dialogues; left out: all tokens of documents",
  ),
  template: z.string().min(1).optional().describe(
    "chat template of dialogues: chatml, plain, or Jinja text; default: the tokenizer's own",
  ),
};
