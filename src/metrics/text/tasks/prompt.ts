/**
 * From a document of a task to the text that a model is given: description, examples, question. As
 * lm-evaluation-harness 0.4.13 joins them, delimiters between.
 * @module
 */
import { canonicalJson } from "../../../base/text/mod.ts";
import { DataError } from "../../../base/mod.ts";
import type { Turn } from "../../../tokenizers/chat/mod.ts";
import type { Fewshot, Task } from "./definition.ts";
import type { Document } from "./documents.ts";
import {
  endsWithSpace,
  isDigits,
  isList,
  type Json,
  literal,
  PythonRandom,
  startsWithSpace,
} from "./python/mod.ts";
import { render } from "./template.ts";

/** Seed of lm-evaluation-harness for examples, unless it is told another. */
const SEED = 1234;

/** What a field of a task says of a document. */
interface Fields {
  readonly doc_to_text: string | number;
  readonly doc_to_target: string | number | readonly string[];
  readonly doc_to_choice: Task["doc_to_choice"];
}

/** The field of that name, or the template's text. */
function field(name: string, document: Document): { value: Json; own: boolean } {
  return Object.hasOwn(document, name)
    ? { value: document[name], own: true }
    : { value: render(name, document), own: false };
}

/** The question; a number where each choice is a context of its own. */
export function textOfDocument(
  { doc_to_text, doc_to_choice }: Fields,
  document: Document,
): Json {
  if (typeof doc_to_text === "number") return doc_to_text;
  const { value, own } = field(doc_to_text, document);
  return !own && isDigits(value as string) && doc_to_choice !== null ? Number(value) : value;
}

/** The answer: a text, the number of a choice, or several of either. */
export function targetOf({ doc_to_target, doc_to_choice }: Fields, document: Document): Json {
  if (typeof doc_to_target !== "string") return doc_to_target;
  const { value, own } = field(doc_to_target, document);
  if (own || typeof value !== "string") return value;
  if (isDigits(value) && doc_to_choice !== null) return Number(value);
  if (!(value.length >= 2 && value.startsWith("[") && value.endsWith("]"))) return value;
  try {
    return literal(value);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return value;
  }
}

/** The choices. @throws DataError where they are no list of texts */
export function choicesOf({ doc_to_choice }: Fields, document: Document): string[] {
  if (doc_to_choice === null) throw new DataError("choices were asked for and there are none");
  if (typeof doc_to_choice !== "string") return Object.values(doc_to_choice);
  const { value, own } = field(doc_to_choice, document);
  const list = own ? value : literal(value as string);
  if (isList(list) && list.every((one) => typeof one === "string")) return [...list] as string[];
  throw new DataError(
    `\`doc_to_choice\` gives ${JSON.stringify(list)}; a list of texts was expected`,
  );
}

/** A turn with what follows it where all is one text. */
interface Part extends Turn {
  readonly delimiter: string;
}

/** Whether a delimiter is wanted between two texts: not where a space is there already. */
const unspaced = (first: string, second: string) =>
  !(endsWithSpace(first) || startsWithSpace(second));

/** An answer after the text that it begins with. */
function begun(prefix: string | null, text: string): string {
  if (prefix === null || prefix === "") return text;
  if (text === "") return prefix;
  return prefix + (unspaced(prefix, text) ? " " : "") + text;
}

/** A question with its answer, or with the beginning of one. */
function turnsOf({ question, choices, answer = null, prefix, between, after }: {
  readonly question: Json;
  readonly choices: readonly string[] | null;
  readonly answer?: Json;
  readonly prefix: string | null;
  readonly between: string;
  readonly after: string;
}): Part[] {
  if (typeof question !== "string") {
    throw new DataError(`the question is ${JSON.stringify(question)}; a text was expected`);
  }
  const begins = prefix !== null && prefix !== "", answered = answer !== null && answer !== "";
  const parted = begins ? question !== "" && unspaced(question, prefix) : answered;
  const user: Part = { role: "user", content: question, delimiter: parted ? between : "" };
  if (!answered) {
    return begins ? [user, { role: "assistant", content: prefix, delimiter: "" }] : [user];
  }
  const text = choices !== null && choices.length > 0 && typeof answer === "number"
    ? choices.at(answer)
    : isList(answer)
    ? answer[0]
    : answer;
  if (typeof text !== "string") {
    throw new DataError(`the answer is ${JSON.stringify(answer)}; a text was expected`);
  }
  return [user, { role: "assistant", content: begun(prefix, text), delimiter: after }];
}

/** A field's text of a document; null where it is left out. */
function optional(source: string | null, document: Document): string | null {
  if (source === null || source === "") return null;
  const { value } = field(source, document);
  if (value === null || typeof value === "string") return value;
  throw new DataError(`${source} is ${JSON.stringify(value)}; a text was expected`);
}

/** Examples before each document, one document after the other. */
export interface Examples {
  of(document: Document): readonly Document[];
}

/**
 * Draws examples. The stream of draws runs on from document to document, so that they are asked for in
 * their order, each once.
 * @param pool documents that examples are taken of
 */
export function examplesOf(task: Task, pool: readonly Document[]): Examples {
  const { num_fewshot: count, fewshot } = task;
  if (count === 0) return { of: () => [] };
  const random = new PythonRandom(SEED);
  const texts = pool.map((one) => canonicalJson(one));
  const few = (there: number) =>
    new DataError(
      `${task.task}: ${count} examples are wanted and there are ${there}: lower \`num_fewshot\``,
    );
  const drawn = (from: number, wanted: number) => {
    if (from < wanted) throw few(from);
    return random.sample(from, wanted);
  };
  // What is asked isn't shown where examples come of the same split.
  const shares = fewshot.split === task.test_split;
  return {
    of(document) {
      const own = shares ? canonicalJson(document) : null;
      const others = (places: readonly number[]) => places.filter((place) => texts[place] !== own);
      if (fewshot.sampler === "first_n") {
        const first = others(texts.map((_, i) => i));
        if (first.length < count) throw few(first.length);
        return first.slice(0, count).map((place) => pool[place]);
      }
      let places = own === null
        ? drawn(pool.length, count)
        : others(drawn(pool.length, count + 1)).slice(0, count);
      if (places.length < count) {
        const rest = others(texts.map((_, i) => i));
        places = drawn(rest.length, count).map((place) => rest[place]);
      }
      return places.map((place) => pool[place]);
    },
  };
}

/** What a model is given before its answer, as turns of a conversation. */
export interface Prompted {
  /** One, or one a choice where each is a context of its own. */
  readonly contexts: readonly (readonly Part[])[];
}

function exampleTurns(
  few: Fewshot,
  document: Document,
  several: boolean,
): Part[] {
  const choices = few.doc_to_choice === null ? null : choicesOf(few, document);
  const text = textOfDocument(few, document);
  const picked = several && choices !== null && typeof text === "number" ? choices.at(text) : text;
  return turnsOf({
    question: picked ?? null,
    choices: several ? null : choices,
    answer: targetOf(few, document),
    prefix: optional(few.gen_prefix, document),
    between: few.target_delimiter,
    after: few.fewshot_delimiter,
  });
}

/**
 * The contexts of a document.
 * @param several whether each choice is a context of its own
 */
export function promptOf(
  task: Task,
  document: Document,
  { examples, several }: { readonly examples: readonly Document[]; readonly several: boolean },
): Prompted {
  const description = optional(task.description, document) ?? "";
  const before: Part[] = description === ""
    ? []
    : [{ role: "system", content: description, delimiter: "" }];
  for (const example of examples) before.push(...exampleTurns(task.fewshot, example, several));
  const prefix = optional(task.gen_prefix, document);
  const questions = several ? choicesOf(task, document) : [textOfDocument(task, document)];
  return {
    contexts: questions.map((question) => [
      ...before,
      ...turnsOf({
        question,
        choices: null,
        prefix,
        between: several ? "" : task.target_delimiter,
        after: "",
      }),
    ]),
  };
}

/** Turns as one text. */
export function plainText(turns: readonly Part[]): string {
  return turns.map(({ content, delimiter }) => content + delimiter).join("");
}
