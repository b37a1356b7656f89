/**
 * Chats: lists of messages. A dataset of chats has them as documents in a plain form, and gives their
 * messages with each, as JSON, for what needs to tell questions from answers.
 * @module
 */
import { stringsOf, type TextSet } from "../../kinds/text/mod.ts";

/** A message. Whatever else its record has (calls of tools, a name) is kept. */
export interface Message {
  /** "system", "user", "assistant", or any other. */
  readonly role: string;
  readonly content: string;
  readonly [more: string]: unknown;
}

/** The name under which messages are given with samples. */
export const MESSAGES = "messages";

/** A chat as a document: `role: content`, and an empty line between messages. */
export function chatText(messages: readonly Message[]): string {
  return messages.map(({ role, content }) => `${role}: ${content}`).join("\n\n");
}

/** The messages of each row of what is given as `messages`. */
export function chatsOf(given: TextSet): Message[][] {
  return stringsOf(given).map((text) => JSON.parse(text));
}
