/**
 * Control rows that answer dialogues: the most that can be had, and what needs no understanding.
 * @module
 */
import { MetricUnavailable } from "../../../base/mod.ts";
import type { Dataset, Split } from "../../../data/mod.ts";
import {
  answerText,
  bestAnswer,
  type Exchange,
  exchangesOf,
  type Message,
  taskOf,
  withoutAsking,
} from "../../../data/text/mod.ts";
import type { Answer, Question, Subject } from "../../../subject/mod.ts";
import { bytesTokenizer, type Tokenizer } from "../../../tokenizers/mod.ts";
import { type Control, type ControlContext, samplesAlone } from "../control.ts";

/** Exchanges of a split that are read at a time. */
const BLOCK = 512;

async function* exchanges(dataset: Dataset, split: Split): AsyncGenerator<Exchange> {
  const size = dataset.size(split);
  for (let from = 0; from < size; from += BLOCK) {
    const rows = Uint32Array.from({ length: Math.min(BLOCK, size - from) }, (_, i) => from + i);
    yield* await exchangesOf(dataset, { split, rows });
  }
}

/** A prompt as it is looked up: its messages, what they ask for left out. */
const keyOf = (prompt: readonly Message[]) =>
  JSON.stringify(withoutAsking(prompt).map(({ role, content }) => [role, content]));

const utf8 = new TextDecoder();

/** A text as an answer: cut where a model would have been. */
function answerOf(
  text: string,
  { most, tokenizer }: { readonly most: number; readonly tokenizer: Tokenizer },
): Answer {
  const tokens = tokenizer.encode(text);
  if (tokens.length <= most) return { text: text.trim(), tokens: tokens.length, ended: true };
  const cut = utf8.decode(tokenizer.decode(tokens.subarray(0, most)));
  return { text: cut.trim(), tokens: most, ended: false };
}

/** Says what to answer to a prompt. */
type Answerer = (prompt: readonly Message[]) => string;

/** A row that answers; what it answers by is read once, when it is first asked. */
function answering(
  about: Pick<Control, "name" | "about"> & { readonly from: Split },
  open: (dataset: Dataset) => Promise<Answerer>,
): Control {
  const { name, from } = about;
  return {
    name,
    version: 1,
    about: about.about,
    takes: ["text"],
    given: ["messages", "facts"],
    tokenizer: true,
    reads: () => [from],
    open({ dataset, tokenizer = bytesTokenizer }: ControlContext): Subject {
      let answerer: Promise<Answerer> | undefined;
      return {
        label: name,
        capabilities: { ...samplesAlone, samples: false },
        most: 0,
        sample: () =>
          Promise.reject(
            new MetricUnavailable("not-defined", `${name} answers, and writes no samples`),
          ),
        async answers(questions: readonly Question[], { most }) {
          const answer = await (answerer ??= open(dataset));
          return questions.map(({ messages }) => {
            const prompt = messages.map(({ role, content }) => ({ role, content }));
            return answerOf(answer(prompt), { most, tokenizer });
          });
        },
      };
    },
  };
}

const oracle = answering({
  name: "template-oracle",
  from: "test",
  about: "the best answer by the rule that judges: the most that can be had",
}, async (dataset) => {
  const best = new Map<string, string>();
  for await (const { prompt, facts } of exchanges(dataset, "test")) {
    if (facts !== null) best.set(keyOf(prompt), bestAnswer(facts));
  }
  return (prompt) => {
    const found = best.get(keyOf(prompt));
    if (found !== undefined) return found;
    throw new MetricUnavailable("not-measured", "a prompt was asked that no held-out dialogue has");
  };
});

/** The first of what is most often there. */
function mostFrequent(all: ReadonlyMap<string, number>): string {
  let best = "", most = 0;
  for (const [text, count] of all) if (count > most) [best, most] = [text, count];
  return best;
}

const taskIn = ({ facts }: Pick<Exchange, "facts">) => facts === null ? "" : taskOf(facts);

const majority = answering({
  name: "majority-answer",
  from: "train",
  about: "the most frequent training answer of the prompt's task, whatever the prompt says",
}, async (dataset) => {
  const counts = new Map<string, Map<string, number>>();
  for await (const exchange of exchanges(dataset, "train")) {
    const task = taskIn(exchange), text = answerText(exchange.answer);
    const own = counts.get(task) ?? new Map<string, number>();
    counts.set(task, own.set(text, (own.get(text) ?? 0) + 1));
  }
  const answers = new Map([...counts].map(([task, own]) => [task, mostFrequent(own)]));
  const tasks = new Map<string, string>();
  for await (const exchange of exchanges(dataset, "test")) {
    tasks.set(keyOf(exchange.prompt), taskIn(exchange));
  }
  return (prompt) => answers.get(tasks.get(keyOf(prompt)) ?? "") ?? "";
});

const wordsOf = (prompt: readonly Message[]) =>
  new Set(
    withoutAsking(prompt).flatMap(({ content }) =>
      content.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
    ),
  );

/** Shared words by all words (Jaccard 1901). */
export function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}

const nearest = answering({
  name: "training-answer",
  from: "train",
  about: "the answer of the training prompt that shares most words with the prompt, as it stands",
}, async (dataset) => {
  const known: { words: ReadonlySet<string>; text: string }[] = [];
  for await (const { prompt, answer } of exchanges(dataset, "train")) {
    known.push({ words: wordsOf(prompt), text: answerText(answer) });
  }
  return (prompt) => {
    const words = wordsOf(prompt);
    let best = "", most = -1;
    for (const one of known) {
      const own = likeness(words, one.words);
      if (own > most) [best, most] = [one.text, own];
    }
    return best;
  };
});

/** See the module. */
export const answerControls: readonly Control[] = [oracle, majority, nearest];
