/**
 * Chats: lists of messages. A dataset of chats has them as documents in a plain form, and gives their
 * messages with each, as JSON, for what needs to tell questions from answers.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { stringsOf, type TextSet } from "../../kinds/text/mod.ts";
import type { Message, Turn } from "../../tokenizers/chat/mod.ts";

export type { Message } from "../../tokenizers/chat/mod.ts";

/** The name under which whole dialogues are given with samples: JSON lists of messages. */
export const MESSAGES = "messages";
/** The name under which dialogues without their last answer are given. */
export const PROMPT = "prompt";
/** The name under which the better answer is given: the messages after the prompt. */
export const CHOSEN = "chosen";
/** The name under which the worse answer is given. */
export const REJECTED = "rejected";
/** The name under which what an answer is judged by is given: a JSON object. */
export const FACTS = "facts";

/** A chat as a document: `role: content`, and an empty line between messages. */
export function chatText(messages: readonly Turn[]): string {
  return messages.map(({ role, content }) => `${role}: ${content}`).join("\n\n");
}

/**
 * The messages of each row of what is given as `messages`, `prompt`, `chosen` or `rejected`.
 * @throws DataError where a row is no list of messages
 */
export function chatsOf(given: TextSet): Message[][] {
  return stringsOf(given).map((text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    const isMessage = (one: unknown) =>
      typeof one === "object" && one !== null && "role" in one && "content" in one &&
      typeof one.role === "string" && typeof one.content === "string";
    if (Array.isArray(value) && value.every(isMessage)) return value;
    throw new DataError(
      `a JSON list of messages with \`role\` and \`content\` was expected, not ${
        JSON.stringify(text.slice(0, 80))
      }`,
    );
  });
}
