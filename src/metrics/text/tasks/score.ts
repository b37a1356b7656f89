/**
 * What one document's answers are worth, by the definitions of lm-evaluation-harness 0.4.13.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import type { ScoredContinuation } from "../../../subject/mod.ts";
import type { Task, TaskMetric, TaskMetricName } from "./definition.ts";
import { choicesOf, targetOf, textOfDocument } from "./prompt.ts";
import {
  bytesOf,
  isList,
  type Json,
  lengthOf,
  PUNCTUATION,
  splitAtSpaces,
  textOf,
  without,
} from "./python/mod.ts";
import type { Asked, TaskForm } from "./requests.ts";

/** A number, or a log-likelihood with what it is divided by over all documents. */
export type Score = number | { readonly sum: number; readonly weight: number };
/** Scores of one document by the names of the task's metrics. */
export type Scores = Partial<Record<TaskMetricName, Score>>;

/** The place of the largest; of equal ones the first, and of numbers that aren't any the first. */
export function largest(values: readonly number[]): number {
  const odd = values.findIndex(Number.isNaN);
  if (odd >= 0) return odd;
  let best = 0;
  values.forEach((value, i) => {
    if (value > values[best]) best = i;
  });
  return best;
}

const wants = (task: Task, name: TaskMetricName) =>
  task.metrics.some(({ metric }) => metric === name);

/** Only what the task lists. */
function listed(task: Task, scores: Scores): Scores {
  return Object.fromEntries(
    task.metrics.flatMap(({ metric }) => metric in scores ? [[metric, scores[metric]]] : []),
  );
}

/** A document whose answer isn't among its choices counts as wrong. */
const NOWHERE = -100;

function place(gold: Json, choices: readonly string[]): number {
  if (typeof gold === "string") {
    const at = choices.indexOf(gold);
    return at < 0 ? NOWHERE : at;
  }
  const at = typeof gold === "boolean" ? Number(gold) : gold;
  return typeof at === "number" && at < choices.length ? at : NOWHERE;
}

/** Of a document with choices. @param found scores of its pairs, in their order */
export function scoreChoices(
  task: Task,
  asked: Extract<Asked, { kind: "choices" }>,
  { found, form }: { readonly found: readonly ScoredContinuation[]; readonly form: TaskForm },
): Scores {
  const { choices, document } = asked, count = choices.length;
  const logs = found.map(({ logProbability }) => logProbability);
  const own = wants(task, "acc_mutual_info") ? logs.slice(0, logs.length - count) : logs;
  const alone = logs.slice(own.length);
  const target = form.several ? textOfDocument(task, document) : targetOf(task, document);
  const right = form.targets && isList(target)
    ? target.map((one) => place(one, choices))
    : [place(target, choices)];
  const hit = (values: readonly number[]) => right.includes(largest(values)) ? 1 : 0;
  const by = (length: (text: string) => number) => own.map((log, i) => log / length(choices[i]));
  return listed(task, {
    acc: hit(own),
    acc_norm: hit(by(lengthOf)),
    acc_bytes: hit(by(bytesOf)),
    exact_match: right.some((at) => at !== NOWHERE && found.at(at)?.greedy) ? 1 : 0,
    ...(alone.length === count && {
      acc_mutual_info: hit(choices.map((_, i) => own[i] - alone[i])),
    }),
  });
}

/** Of a document with one continuation. */
export function scoreContinuation(
  task: Task,
  { logProbability, greedy }: ScoredContinuation,
): Scores {
  return listed(task, { perplexity: logProbability, acc: greedy ? 1 : 0 });
}

/** Of a whole text: words are what spaces part, an empty one at an end counted too. */
export function scoreRolling(task: Task, text: string, logProbability: number): Scores {
  const over = (weight: number) => ({ sum: logProbability, weight });
  const bytes = over(bytesOf(text));
  return listed(task, {
    word_perplexity: over(splitAtSpaces(text).length),
    byte_perplexity: bytes,
    bits_per_byte: bytes,
  });
}

/** A text as `exact_match` compares it. */
function comparable(text: string, metric: TaskMetric): string {
  let kept = text;
  for (const pattern of metric.regexes_to_ignore ?? []) kept = without(pattern, kept);
  if (metric.ignore_case) kept = kept.toLowerCase();
  if (metric.ignore_punctuation) {
    kept = Array.from(kept).filter((c) => !PUNCTUATION.has(c)).join("");
  }
  return metric.ignore_numbers ? kept.replace(/[0-9]/g, "") : kept;
}

/** Of a document with a written answer, after a filter. */
export function scoreAnswer(
  task: Task,
  { document, target }: Asked,
  { answer, form }: { readonly answer: string | null; readonly form: TaskForm },
): Scores {
  let right: readonly string[];
  if (task.doc_to_choice !== null) {
    const choices = choicesOf(task, document);
    const chosen = typeof target === "number" ? choices.at(target) : undefined;
    if (chosen === undefined) {
      throw new DataError(
        `\`doc_to_target\` gives ${
          JSON.stringify(target)
        }; beside \`doc_to_choice\` the number of ` +
          "a choice was expected",
      );
    }
    right = [chosen];
  } else right = form.targets && isList(target) ? target.map(textOf) : [textOf(target)];
  const score = (metric: TaskMetric) => {
    if (answer === null) return 0;
    const own = comparable(answer, metric);
    return right.some((one) => comparable(one, metric) === own) ? 1 : 0;
  };
  return Object.fromEntries(task.metrics.map((metric) => [metric.metric, score(metric)]));
}
