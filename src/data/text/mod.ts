/**
 * Documents: read, and seen as windows of tokens.
 * @module
 */
export { chatsOf, chatText, type Message, MESSAGES } from "./chat.ts";
export { texts } from "./texts.ts";
export { type Packing, PACKINGS, tokenWindows, type WindowOptions } from "./windows.ts";
