/**
 * What a model is asked for a document.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import type { Continuation, Prompt } from "../../../subject/mod.ts";
import type { Turn } from "../../../tokenizers/chat/mod.ts";
import type { Task } from "./definition.ts";
import type { Document } from "./documents.ts";
import {
  choicesOf,
  type Examples,
  plainText,
  promptOf,
  targetOf,
  textOfDocument,
} from "./prompt.ts";
import { endsWithSpace, isList, type Json, textOf } from "./python/mod.ts";

/** A document with what is asked of it. */
export type Asked =
  & { readonly document: Document; readonly target: Json }
  & (
    /** A continuation a choice; after them, where they are wanted, the same without a context. */
    | { readonly kind: "choices"; readonly choices: readonly string[]; readonly pairs: Pairs }
    | { readonly kind: "continuation"; readonly pairs: Pairs }
    | { readonly kind: "rolling"; readonly text: string }
    | { readonly kind: "answer"; readonly prompt: Prompt }
  );
type Pairs = readonly Continuation[];

/** How a conversation is written. */
export type WriteChat = (turns: readonly Turn[], asks: boolean) => string;

/** What the first document tells of all, as lm-evaluation-harness takes it. */
export interface TaskForm {
  /** Each choice is a context of its own. */
  readonly several: boolean;
  /** Any of several answers is right. */
  readonly targets: boolean;
}

/** See `TaskForm`. */
export function formOf(task: Task, first: Document): TaskForm {
  return {
    several: task.doc_to_choice !== null && task.output_type !== "loglikelihood_rolling" &&
      typeof textOfDocument(task, first) === "number",
    targets: isList(targetOf(task, first)),
  };
}

function text(value: Json, what: string): string {
  if (typeof value === "string") return value;
  throw new DataError(`${what} is ${JSON.stringify(value)}; a text was expected`);
}

/**
 * What is asked of the documents of a task, in their order.
 * @param options `chat`: writes a conversation; null: all is one text
 * @throws DataError with the number of the document that doesn't fit
 */
export function requestsOf(
  task: Task,
  documents: readonly Document[],
  { examples, chat, form }: {
    readonly examples: Examples;
    readonly chat: WriteChat | null;
    readonly form: TaskForm;
  },
): Asked[] {
  return documents.map((document, row) => {
    try {
      return asked(task, document, { shown: examples.of(document), chat, form, row });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      throw new DataError(`${task.task}, document ${row}: ${error.message}`);
    }
  });
}

function asked(task: Task, document: Document, { shown, chat, form, row }: {
  readonly shown: readonly Document[];
  readonly chat: WriteChat | null;
  readonly form: TaskForm;
  readonly row: number;
}): Asked {
  const target = targetOf(task, document), own = { document, target };
  if (task.output_type === "loglikelihood_rolling") {
    return { ...own, kind: "rolling", text: text(target, "`doc_to_target`") };
  }
  const { contexts } = promptOf(task, document, { examples: shown, several: form.several });
  const begun = task.gen_prefix !== null && task.gen_prefix !== "";
  const said = contexts.map((turns) => chat === null ? plainText(turns) : chat(turns, !begun));
  const special = chat === null ? {} : { special: true };
  if (task.output_type === "generate_until") {
    const { until, max_gen_toks: most, temperature, top_k, top_p } = task.generation;
    return {
      ...own,
      kind: "answer",
      prompt: {
        text: said[0],
        most,
        until,
        row,
        temperature,
        ...(top_k !== undefined && { topK: top_k }),
        ...(top_p !== undefined && { topP: top_p }),
        ...special,
      },
    };
  }
  if (task.output_type === "loglikelihood") {
    const continuation = text(target, "`doc_to_target`");
    return {
      ...own,
      kind: "continuation",
      pairs: [{ context: said[0], continuation, ...special }],
    };
  }
  const choices = choicesOf(task, document);
  // A conversation has its own delimiter before an answer, but not after the beginning of one.
  const delimiter = chat === null || (begun && !endsWithSpace(task.gen_prefix!))
    ? task.target_delimiter
    : "";
  const pairs: Continuation[] = form.several
    ? said.map((context) => ({ context, continuation: delimiter + textOf(target), ...special }))
    : choices.map((one) => ({ context: said[0], continuation: delimiter + one, ...special }));
  if (task.metrics.some(({ metric }) => metric === "acc_mutual_info")) {
    pairs.push(
      ...choices.map((one) => ({ context: "", continuation: delimiter + one, ...special })),
    );
  }
  return { ...own, kind: "choices", choices, pairs };
}
