/**
 * Text as tokens, and back.
 * @module
 */
export type { BpeParts } from "./bpe/parts.ts";
export { bytesTokenizer } from "./bytes.ts";
export { bytesJson } from "./file/write.ts";
export { type GgufVocabulary, partsOfGguf } from "./gguf.ts";
export { type Made, makeBpe } from "./make.ts";
export { openTokenizer, type ReadOptions, readTokenizer } from "./open.ts";
export { type PatternName, patternNames, patterns } from "./split/patterns.ts";
export type { Stage } from "./split/stage.ts";
export type { Tokenizer } from "./tokenizer.ts";
export { WordCounts } from "./train/count.ts";
export { learn, learning, type Training } from "./train/train.ts";
