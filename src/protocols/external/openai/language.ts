/**
 * A served model as metrics of text ask it: by OpenAI's completions with `echo` and `logprobs`, as
 * lm-evaluation-harness' `local-completions` asks, or, to write alone, by its chat completions.
 * @module
 */
import { z } from "zod";
import { MetricUnavailable } from "../../../base/mod.ts";
import { sha256Hex } from "../../../base/digest/mod.ts";
import {
  type Continuation,
  type LanguageModel,
  type Prompt,
  rollingWindows,
  textsOfPair,
  type Written,
} from "../../../subject/mod.ts";
import { isUnknown, type Server } from "./request.ts";
import type { ServerTokens } from "./tokens.ts";

/** What is asked of it. */
export interface ServedModel {
  readonly model: string;
  readonly api: "completions" | "chat";
  /** Tokens that it sees at once, those that it writes counted. */
  readonly window: number;
  /** Of the run: drawn answers differ by it. */
  readonly seed: number;
  /** null: nobody tells. */
  readonly tokens: ServerTokens | null;
  readonly server: Server;
}

const scores = z.looseObject({
  choices: z.array(z.looseObject({
    logprobs: z.looseObject({
      token_logprobs: z.array(z.number().nullable()),
      top_logprobs: z.array(z.record(z.string(), z.number()).nullable()),
    }).nullish(),
  })).min(1),
});
const answers = z.looseObject({
  choices: z.array(z.looseObject({
    text: z.string().optional(),
    message: z.looseObject({ content: z.string().nullish() }).optional(),
    finish_reason: z.string().nullish(),
  })).min(1),
  usage: z.looseObject({ completion_tokens: z.int().optional() }).nullish(),
});

/** OpenAI takes no more texts that end an answer; the answer is cut here anyway. */
const MOST_ENDS = 4;

/** ln p of the last tokens of a row, and whether each was the likeliest. */
interface RowScore {
  readonly logProbability: number;
  readonly greedy: boolean;
}

const unscored = (why: string) => new MetricUnavailable("not-defined", why);

/** A served model; see the module. Its answers to one question are those that are kept. */
export function servedLanguage(
  { model, api, window, seed, tokens, server }: ServedModel,
): LanguageModel {
  // The server writes one token more than it is scored for.
  const context = window - 2;

  function tokensOrRefuse(): ServerTokens {
    if (api === "chat") {
      throw unscored(`${model}: chat completions give no probabilities of a text`);
    }
    if (tokens !== null) return tokens;
    throw unscored(
      `${model}: its server has no /tokenizer_info and /tokenize: name its \`tokenizer\`, so that ` +
        "a text's tokens are known",
    );
  }

  async function score(row: Int32Array, targets: number): Promise<RowScore> {
    if (targets === 0) return { logProbability: 0, greedy: true };
    const body = {
      model,
      prompt: [...row],
      temperature: 0,
      max_tokens: 1,
      logprobs: 1,
      echo: true,
      seed: 1234,
    };
    try {
      return await server.ask("completions", body, (answer) => read(answer, row.length, targets));
    } catch (error) {
      if (!isUnknown(error)) throw error;
      throw unscored(`${model} gives no probabilities of a text: ${error.message}`);
    }
  }

  function read(answer: unknown, length: number, targets: number): RowScore {
    const parsed = scores.safeParse(answer);
    const found = parsed.data?.choices[0].logprobs ?? null;
    if (found === null) {
      throw unscored(`${model}: the server's answer to \`echo\` and \`logprobs\` has no logprobs`);
    }
    const { token_logprobs, top_logprobs } = found;
    if (token_logprobs.length < length) {
      throw unscored(
        `${model}: ${length} tokens were asked for and the server gave logprobs of ` +
          `${token_logprobs.length}: it doesn't \`echo\``,
      );
    }
    let logProbability = 0, greedy = true;
    for (let t = length - targets; t < length; t++) {
      const own = token_logprobs[t];
      if (own === null) throw unscored(`${model}: the server gave no logprob of token ${t}`);
      logProbability += own;
      greedy &&= own === Math.max(...Object.values(top_logprobs[t] ?? { none: Infinity }));
    }
    return { logProbability, greedy };
  }

  async function pair(asked: Continuation) {
    const { encode, prefix } = tokensOrRefuse();
    const { bare, whole } = textsOfPair(asked);
    const before = bare === null ? Int32Array.of(prefix) : await encode(bare, asked.special);
    const all = await encode(whole, asked.special);
    const after = bare === null ? all : all.slice(before.length);
    if (after.length > context) {
      throw new RangeError(
        `a continuation of ${after.length} tokens was to be scored; ${model} sees ${context}`,
      );
    }
    const row = Int32Array.from([...before, ...after]).slice(-(context + 1));
    return { ...await score(row, after.length), tokens: after.length };
  }

  async function text(whole: string) {
    const { encode, prefix } = tokensOrRefuse();
    const windows = rollingWindows(await encode(whole), { separator: prefix, context });
    const found = await Promise.all(windows.map(({ row, targets }) => score(row, targets)));
    return {
      logProbability: found.reduce((sum, one) => sum + one.logProbability, 0),
      tokens: windows.reduce((sum, { targets }) => sum + targets, 0),
    };
  }

  async function write(prompt: Prompt): Promise<Written> {
    const { temperature = 0, topP, topK, until = [], most, row } = prompt;
    const ends = until.filter((end) => end !== "");
    const drawn = temperature === 0 ? {} : {
      seed: parseInt(sha256Hex(`${seed} ${row}`).slice(0, 7), 16),
      ...(topP !== undefined && { top_p: topP }),
      ...(topK !== undefined && { top_k: topK }),
    };
    const how = {
      model,
      max_tokens: most,
      temperature,
      ...drawn,
      ...(ends.length > 0 && { stop: ends.slice(0, MOST_ENDS) }),
    };
    const begins = prompt.text === "" && tokens !== null ? [tokens.prefix] : prompt.text;
    const found = api === "chat"
      ? await server.ask(
        "chat/completions",
        { ...how, messages: [{ role: "user", content: prompt.text }] },
        (answer) => answers.parse(answer),
      )
      : await server.ask("completions", { ...how, prompt: begins }, (a) => answers.parse(a));
    const [{ text: plain, message, finish_reason }] = found.choices;
    const said = plain ?? message?.content ?? "";
    const cuts = ends.map((end) => said.indexOf(end)).filter((at) => at >= 0);
    const stopped = cuts.length > 0 || (finish_reason === "stop" && ends.length > 0);
    return {
      text: cuts.length === 0 ? said : said.slice(0, Math.min(...cuts)),
      tokens: found.usage?.completion_tokens ?? 0,
      ended: stopped ? "until" : finish_reason === "length" ? "length" : "document",
    };
  }

  return {
    tokenizer: tokens?.tokenizer ?? null,
    context,
    ...(tokens?.chatTemplate !== undefined && { chatTemplate: tokens.chatTemplate }),
    ...(tokens?.chatTokens !== undefined && { chatTokens: tokens.chatTokens }),
    loglikelihood: (asked) => all(asked, pair),
    rolling: (texts) => all(texts, text),
    generate: (prompts) => all(prompts, write),
  };
}

/** All answers in order. The first error in order is told, once none is under way. */
async function all<Q, A>(asked: readonly Q[], answer: (one: Q) => Promise<A>): Promise<A[]> {
  const settled = await Promise.allSettled(asked.map(answer));
  return settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}
