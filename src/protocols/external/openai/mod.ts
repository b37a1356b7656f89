/**
 * A language model that is served elsewhere.
 * @module
 */
export { executeServed } from "./execute.ts";
export { servedAnswers } from "./chat.ts";
export { servedLanguage, type ServedModel } from "./language.ts";
export { openServer, type RequestOptions, type Server, ServerError } from "./request.ts";
export { type ServerTokens, tokensOfServer } from "./tokens.ts";
