/**
 * What is scored, as metrics see it.
 * @module
 */
export { type Answer, type Answering, answersTo, type Question } from "./answers.ts";
export type { Capabilities } from "./capabilities.ts";
export type { Codes, Judge, RenderedMaps, SampleOptions, Subject } from "./subject.ts";
export { judgeOf } from "./judge_of.ts";
export type {
  Choosing,
  Continuation,
  LanguageModel,
  Prompt,
  ScoredContinuation,
  ScoredText,
  TokenChoices,
  TokenJudge,
  TokenModel,
  TokenPrompt,
  TokenScores,
  Written,
} from "./language.ts";
export {
  languageOf,
  rollingWindows,
  textsOfPair,
  tokensOfPair,
  type Window,
} from "./language_of.ts";
export { chatTokensOf } from "../tokenizers/chat/mod.ts";
