/**
 * Documents: read, written here, and seen as windows of tokens.
 * @module
 */
export { captions } from "./captions/captions.ts";
export { factorsOf, type Said } from "./captions/grammar.ts";
export { chatsOf, chatText, type Message, MESSAGES } from "./chat.ts";
export { type MadeDocument, madeDocuments, madeLines, withTraining } from "./made.ts";
export { novel } from "./novel.ts";
export { speeches } from "./speeches.ts";
export { texts } from "./texts.ts";
export { type Packing, PACKINGS, tokenWindows, type WindowOptions } from "./windows.ts";
