/**
 * The model of tests/golden/tasks/make_tasks.py: it answers by the sha256 of what it is asked. Its
 * log-likelihoods are eighths, many of them equal, so that counts of both sides are to agree exactly.
 */
import { createHash } from "node:crypto";
import type { LanguageModel } from "../../../src/subject/mod.ts";

const digest = (...texts: readonly string[]) =>
  createHash("sha256").update(texts.join("\x00")).digest();
const eighths = (byte: number) => -(1 + byte % 24) / 8;
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

/** What it was asked, as the golden file has it: a text; two; or a text and the texts that end it. */
export type AskedText = readonly [string, (string | readonly string[])?];

/** The model, and all that it was asked. */
export function hashedModel(
  { words, chatTemplate }: { readonly words: readonly string[]; readonly chatTemplate?: string },
): LanguageModel & { readonly asked: AskedText[] } {
  const asked: AskedText[] = [];
  return {
    asked,
    tokenizer: null,
    context: 64,
    ...(chatTemplate !== undefined && { chatTemplate }),
    loglikelihood: (pairs) =>
      Promise.resolve(pairs.map(({ context, continuation }) => {
        asked.push([context, continuation]);
        const bytes = digest(context, continuation);
        return { logProbability: eighths(bytes[0]), greedy: bytes[1] % 2 === 0, tokens: 1 };
      })),
    rolling: (texts) =>
      Promise.resolve(texts.map((text) => {
        asked.push([text]);
        return { logProbability: eighths(digest(text)[0]) * bytesOf(text), tokens: bytesOf(text) };
      })),
    generate: (prompts) =>
      Promise.resolve(prompts.map(({ text, until = [] }) => {
        asked.push([text, until]);
        let answer = words[digest(text)[0] % words.length];
        for (const end of until) answer = answer.split(end)[0];
        return { text: answer, tokens: 1, ended: "until" };
      })),
  };
}
