/**
 * Documents: read, written here, and seen as windows of tokens.
 * @module
 */
export { captions } from "./captions/captions.ts";
export { factorsOf, type Said } from "./captions/grammar.ts";
export {
  chatsOf,
  chatText,
  CHOSEN,
  FACTS,
  type Message,
  MESSAGES,
  PROMPT,
  REJECTED,
} from "./chat.ts";
export {
  askedIn,
  askingFor,
  type Attributes,
  attributesIn,
  attributesText,
  withoutAsking,
} from "./chats/asking.ts";
export { answerText, type Exchange, exchangesOf, givesDialogues } from "./chats/exchanges.ts";
export {
  bestAnswer,
  flattered,
  type GivenFacts,
  someAnswer,
  taskOf,
  type Verdict,
  verdictOf,
} from "./chats/verdict.ts";
export type { DialogueOptions } from "./chats/fit.ts";
export { judgedRows, NUMBER, pairRows, promptRows } from "./chats/rows.ts";
export { dialogueWindows } from "./chats/windows.ts";
export * from "./dialogues/mod.ts";
export { type MadeDocument, madeDocuments, madeLines, withTraining } from "./made.ts";
export { novel } from "./novel.ts";
export { speeches } from "./speeches.ts";
export { texts } from "./texts.ts";
export { type Packing, PACKINGS, tokenWindows, type WindowOptions } from "./windows.ts";
