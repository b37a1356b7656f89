/**
 * Texts asked of a model over tokens. How texts become tokens, and long ones windows, is as in
 * lm-evaluation-harness 0.4, so that its numbers can be compared with these.
 * @module
 */
import { chatTokensOf } from "../tokenizers/chat/mod.ts";
import type { Tokenizer } from "../tokenizers/mod.ts";
import type {
  Continuation,
  LanguageModel,
  Prompt,
  ScoredContinuation,
  TokenModel,
  TokenPrompt,
  TokenScores,
  Written,
} from "./language.ts";

function joined(first: Int32Array, second: Int32Array): Int32Array {
  const both = new Int32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** A row of tokens whose last `targets` are scored, each given all before it. */
export interface Window {
  readonly row: Int32Array;
  readonly targets: number;
}

/**
 * Windows of a text that together score each of its tokens once: the first begins with the separator,
 * later ones with what comes before; the last is as long as the others, so that its targets are given
 * as much.
 * @param context T: a row has at most T + 1 tokens
 */
export function rollingWindows(
  tokens: Int32Array,
  { separator, context }: { readonly separator: number; readonly context: number },
): Window[] {
  if (tokens.length === 0) return [];
  const first = Math.min(context, tokens.length);
  const windows = [{
    row: joined(Int32Array.of(separator), tokens.subarray(0, first)),
    targets: first,
  }];
  for (let scored = first; scored < tokens.length;) {
    const targets = Math.min(tokens.length - scored, context), end = scored + targets;
    windows.push({ row: tokens.slice(end - context - 1, end), targets });
    scored = end;
  }
  return windows;
}

/** What Python's `str.rstrip` takes away, U+FEFF not among it. */
const kinds =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const spaces = new RegExp(`[${kinds}]+$`);

/**
 * The two texts that a pair is tokenised as: the context without the spaces at its end, which go to the
 * continuation, and both as one text, since that is how the model has seen them. `bare` is null where
 * the token before documents stands for the context.
 */
export function textsOfPair(
  { context, continuation }: Pick<Continuation, "context" | "continuation">,
): { readonly bare: string | null; readonly whole: string } {
  if (context === "") return { bare: null, whole: continuation };
  return { bare: context.replace(spaces, ""), whole: context + continuation };
}

/** Tokens of a context and of what follows it: see `textsOfPair`. */
export function tokensOfPair(
  pair: Continuation,
  tokenizer: Tokenizer,
): { readonly before: Int32Array; readonly after: Int32Array } {
  const { bare, whole } = textsOfPair(pair), { special } = pair;
  const all = tokenizer.encode(whole, { special });
  if (bare === null) return { before: Int32Array.of(tokenizer.separator), after: all };
  const before = tokenizer.encode(bare, { special });
  return { before, after: all.slice(before.length) };
}

/** The row that scores a pair: its last T + 1 tokens. */
function windowOf(asked: Continuation, { tokenizer, context }: TokenModel): Window {
  const { before, after } = tokensOfPair(asked, tokenizer);
  if (after.length > context) {
    throw new RangeError(
      `a continuation of ${after.length} tokens was to be scored; the model sees ${context} at once`,
    );
  }
  const whole = joined(before, after);
  return { row: whole.slice(-(context + 1)), targets: after.length };
}

const sum = (values: Iterable<number>) => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** Scores of the targets of windows, in their order. */
async function scoresOf(model: TokenModel, windows: readonly Window[]) {
  const found = await model.score(windows.map(({ row }) => row));
  return windows.map(({ targets }, i) => ({
    logProbabilities: found[i].logProbabilities.slice(found[i].logProbabilities.length - targets),
    greedy: found[i].greedy.slice(found[i].greedy.length - targets),
  }));
}

/**
 * Scores of windows of which several may differ in their last token alone, which is the one that is
 * asked for: a question with answers of a token each is read once, if the model can.
 */
async function scoresOfPairs(model: TokenModel, windows: readonly Window[]) {
  const { choices } = model;
  if (choices === undefined) return await scoresOf(model, windows);
  const questions = [
    ...Map.groupBy(windows.keys(), (i) => {
      const { row, targets } = windows[i];
      return targets === 1 ? row.subarray(0, -1).join() : i;
    }).values(),
  ];
  const shared = questions.filter(({ length }) => length > 1);
  const alone = questions.filter(({ length }) => length === 1).flat();
  const scores: TokenScores[] = [];
  const others = await scoresOf(model, alone.map((i) => windows[i]));
  alone.forEach((i, at) => scores[i] = others[at]);
  const found = await choices(shared.map((own) => ({
    before: windows[own[0]].row.slice(0, -1),
    choices: Int32Array.from(own, (i) => windows[i].row.at(-1)!),
  })));
  shared.forEach((own, at) =>
    own.forEach((i, k) =>
      scores[i] = {
        logProbabilities: found[at].logProbabilities.slice(k, k + 1),
        greedy: found[at].greedy.slice(k, k + 1),
      }
    )
  );
  return scores;
}

/** Where the first of some texts begins in another; −1 where none is in it. */
function firstOf(text: string, ends: readonly string[]): number {
  const places = ends.filter((end) => end !== "").map((end) => text.indexOf(end))
    .filter((place) => place >= 0);
  return places.length === 0 ? -1 : Math.min(...places);
}

const utf8 = new TextDecoder();

/** A prompt in tokens: its last ones, so that what is written still fits. */
function promptOf(
  { text, until = [], special, ends = [], tokens, ...asked }: Prompt,
  model: TokenModel,
): TokenPrompt {
  const { tokenizer, context } = model;
  const most = Math.min(asked.most, context - 1);
  const all = tokens ??
    (text === "" ? Int32Array.of(tokenizer.separator) : tokenizer.encode(text, { special }));
  return {
    ...asked,
    most,
    tokens: all.slice(-(context - most)),
    ...((until.length > 0 || ends.length > 0) && {
      done: (written: Int32Array) =>
        written.some((token) => ends.includes(token)) ||
        firstOf(utf8.decode(tokenizer.decode(written)), until) >= 0,
    }),
  };
}

/** What a prompt was gone on with, as text. */
function writtenOf(
  tokens: Int32Array,
  { until = [], ends: further = [] }: Prompt,
  { tokenizer, ends = [tokenizer.separator] }: TokenModel,
): Written {
  const all = [...ends, ...further];
  const end = tokens.findIndex((token) => all.includes(token));
  const own = end < 0 ? tokens : tokens.subarray(0, end);
  const text = utf8.decode(tokenizer.decode(own)), cut = firstOf(text, until);
  if (cut >= 0) return { text: text.slice(0, cut), tokens: own.length, ended: "until" };
  return { text, tokens: own.length, ended: end < 0 ? "length" : "document" };
}

/** A language model of a model over tokens; see the module. */
export function languageOf(model: TokenModel): LanguageModel {
  const { tokenizer, context, chatTemplate = tokenizer.chatTemplate } = model;
  const windowsOf = (text: string) =>
    rollingWindows(tokenizer.encode(text), { separator: tokenizer.separator, context });
  return {
    tokenizer,
    context,
    ...(chatTemplate !== undefined && { chatTemplate }),
    chatTokens: chatTokensOf(tokenizer),
    async loglikelihood(asked) {
      const scores = await scoresOfPairs(model, asked.map((one) => windowOf(one, model)));
      return scores.map(({ logProbabilities, greedy }): ScoredContinuation => ({
        logProbability: sum(logProbabilities),
        greedy: greedy.every((likeliest) => likeliest === 1),
        tokens: greedy.length,
      }));
    },
    async rolling(texts) {
      const windows = texts.map(windowsOf);
      const scores = await scoresOf(model, windows.flat());
      let at = 0;
      return windows.map((own) => {
        const parts = scores.slice(at, at += own.length);
        return {
          logProbability: sum(parts.map(({ logProbabilities }) => sum(logProbabilities))),
          tokens: sum(own.map(({ targets }) => targets)),
        };
      });
    },
    async generate(prompts) {
      const written = await model.write(prompts.map((prompt) => promptOf(prompt, model)));
      return written.map((tokens, i) => writtenOf(tokens, prompts[i], model));
    },
    async tokens(text) {
      const windows = windowsOf(text);
      const scores = await scoresOf(model, windows);
      return windows.flatMap(({ row, targets }, i) =>
        Array.from(row.subarray(row.length - targets), (token, t) => ({
          token,
          logProbability: scores[i].logProbabilities[t],
        }))
      );
    },
  };
}
