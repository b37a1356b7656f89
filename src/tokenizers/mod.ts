/**
 * Text as tokens, and back.
 * @module
 */
export { bytesTokenizer } from "./bytes.ts";
export type { Tokenizer } from "./tokenizer.ts";
