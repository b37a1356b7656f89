/**
 * Dialogues answered by a served model that takes their messages as they are: its own template writes them.
 * @module
 */
import { z } from "zod";
import { sha256Hex } from "../../../base/digest/mod.ts";
import type { Subject } from "../../../subject/mod.ts";
import type { Server } from "./request.ts";

const answer = z.looseObject({
  choices: z.array(z.looseObject({
    message: z.looseObject({ content: z.string().nullish() }),
    finish_reason: z.string().nullish(),
  })).min(1),
  usage: z.looseObject({ completion_tokens: z.int().optional() }).nullish(),
});

/** A served model's answers, in the order of the questions; see the module. */
export function servedAnswers(
  { model, seed, server }: {
    readonly model: string;
    /** Of the run: drawn answers differ by it. */
    readonly seed: number;
    readonly server: Server;
  },
): NonNullable<Subject["answers"]> {
  return (questions, { most, temperature = 0, topP, topK }) =>
    Promise.all(questions.map(async ({ messages, row }) => {
      const body = {
        model,
        messages: messages.map(({ role, content }) => ({ role, content })),
        max_tokens: most,
        temperature,
        ...(temperature > 0 && {
          seed: parseInt(sha256Hex(`${seed} ${row}`).slice(0, 7), 16),
          ...(topP !== undefined && { top_p: topP }),
          ...(topK !== undefined && { top_k: topK }),
        }),
      };
      const { choices: [{ message, finish_reason }], usage } = await server.ask(
        "chat/completions",
        body,
        (found) => answer.parse(found),
      );
      return {
        text: (message.content ?? "").trim(),
        tokens: usage?.completion_tokens ?? 0,
        ended: finish_reason !== "length",
      };
    }));
}
