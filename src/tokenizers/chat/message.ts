/**
 * Dialogues: lists of messages.
 * @module
 */

/** A turn of a dialogue. */
export interface Turn {
  /** "system", "user", "assistant", or any other. */
  readonly role: string;
  readonly content: string;
}

/** A turn with whatever else its record has: calls of tools, a name. */
export interface Message extends Turn {
  readonly [more: string]: unknown;
}

/** Whose turns are answers. */
export const ANSWERS = "assistant";
