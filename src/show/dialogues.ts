/**
 * Dialogues that a run leaves for its report: held-out questions, what the model answers, and the answer
 * that the data have.
 * @module
 */
import {
  answerText,
  chatText,
  type Exchange,
  exchangesOf,
  type Verdict,
  verdictOf,
} from "../data/text/mod.ts";
import { DataError, MetricUnavailable } from "../base/mod.ts";
import { count, fixed } from "../base/text/mod.ts";
import { type Answer, answersTo } from "../subject/mod.ts";
import { textBlock, type Texts } from "./sheets.ts";

/** Dialogues that are shown, characters of each part, and tokens that are written. */
const DIALOGUES = 6, CHARACTERS = 1000, WRITTEN = 96;

/** The first held-out dialogues, none picked out, answered by the likeliest tokens. */
export const answered: Texts = async ({ subject, dataset }, write) => {
  const { answers, language } = subject, number = Math.min(DIALOGUES, dataset.size("test"));
  if ((answers === undefined && language === undefined) || number === 0) return;
  const rows = Uint32Array.from({ length: number }, (_, i) => i);
  const exchanges = await exchangesOf(dataset, { split: "test", rows });
  const questions = exchanges.map(({ prompt: messages }, row) => ({ messages, row }));
  const given = await (answers?.(questions, { most: WRITTEN }) ??
    answersTo(language!, questions, { most: WRITTEN })).catch((error) => {
      if (!(error instanceof DataError)) throw error;
      // Its chat template refuses these dialogues.
      throw new MetricUnavailable("not-defined", error.message);
    });
  await write(
    "continuations",
    "Held-out dialogues: what is asked, what the model answers, and the answer that the data have",
    {
      passages: exchanges.map((exchange, i) => ({
        title: `Held-out dialogue ${i + 1}`,
        blocks: [
          textBlock(chatText(exchange.prompt), { heading: "Asked", most: CHARACTERS }),
          {
            ...textBlock(given[i].text, { heading: "The model answers", most: CHARACTERS }),
            note: noteOf(exchange, given[i]),
          },
          textBlock(answerText(exchange.answer), { heading: "The data answer", most: CHARACTERS }),
        ],
      })),
    },
  );
};

/** What the rule says; null of facts that are another rule's. */
function known(facts: NonNullable<Exchange["facts"]>, text: string): Verdict | null {
  try {
    return verdictOf(facts, text);
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

/** How an answer ended, and what it is worth where that can be told. */
function noteOf({ facts }: Exchange, { text, tokens, ended }: Answer): string {
  const length = ended ? count(tokens, "token") : `cut after ${count(tokens, "token")}`;
  if (facts === null) return length;
  const verdict = known(facts, text);
  if (verdict === null) return length;
  const { exact, reward } = verdict;
  return `${exact ? "right" : "not right"}; worth ${fixed(reward, 2)} of 1; ${length}`;
}
