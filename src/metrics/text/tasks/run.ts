/**
 * A task done: its documents asked of a model, the answers scored.
 * @module
 */
import { MetricUnavailable } from "../../../base/mod.ts";
import type { LanguageModel } from "../../../subject/mod.ts";
import { renderChat } from "../../../tokenizers/chat/mod.ts";
import { aggregate, type Aggregated } from "./aggregate.ts";
import { askedSplit, type Task, type TaskMetricName } from "./definition.ts";
import type { Document } from "./documents.ts";
import { filtered } from "./filters.ts";
import { examplesOf } from "./prompt.ts";
import { type Asked, formOf, requestsOf, type WriteChat } from "./requests.ts";
import {
  type Score,
  scoreAnswer,
  scoreChoices,
  scoreContinuation,
  scoreRolling,
  type Scores,
} from "./score.ts";

/** A number of a task. */
export interface TaskValue extends Aggregated {
  readonly metric: TaskMetricName;
  /** Name of the filter that its answers went through: "none". */
  readonly filter: string;
  readonly documents: number;
}

/** How conversations are written for a model. @throws MetricUnavailable where it has no template */
export function chatOf({ chatTemplate, chatTokens = {} }: LanguageModel): WriteChat {
  if (chatTemplate === undefined) {
    throw new MetricUnavailable("not-defined", "its tokenizer has no chat template");
  }
  const missing = ["bos_token", "eos_token"]
    .filter((name) => chatTemplate.includes(name) && chatTokens[name] === undefined);
  if (missing.length > 0) {
    throw new MetricUnavailable(
      "not-defined",
      `its chat template asks for ${missing.join(" and ")}, which its tokenizer doesn't tell`,
    );
  }
  return (turns, asks) =>
    renderChat(chatTemplate, turns, { asks, begun: !asks, names: chatTokens });
}

/** Documents that examples come of: of the split that is named, or else of the first there is. */
export function examplePool(task: Task, splits: Readonly<Record<string, readonly Document[]>>) {
  const { fewshot, num_fewshot } = task;
  if (num_fewshot === 0) return [];
  if (fewshot.split === null && fewshot.samples !== null) return fewshot.samples as Document[];
  const split = fewshot.split ?? task.training_split ?? task.validation_split ?? task.test_split!;
  return splits[split];
}

const of = <K extends Asked["kind"]>(all: readonly Asked[], kind: K) =>
  all.filter((one): one is Extract<Asked, { kind: K }> => one.kind === kind);

/** Scores of each document, a list a filter. All that is asked of one kind is asked at once. */
async function scored(
  task: Task,
  asked: readonly Asked[],
  { language, form }: { language: LanguageModel; form: ReturnType<typeof formOf> },
): Promise<Readonly<Record<string, readonly Scores[]>>> {
  const [{ name: only }] = task.filters;
  if (task.output_type === "generate_until") {
    const written = await language.generate(of(asked, "answer").map(({ prompt }) => prompt));
    return Object.fromEntries(task.filters.map((filter) => [
      filter.name,
      asked.map((one, i) =>
        scoreAnswer(task, one, { answer: filtered(written[i].text, filter), form })
      ),
    ]));
  }
  if (task.output_type === "loglikelihood_rolling") {
    const texts = of(asked, "rolling").map(({ text }) => text);
    const found = await language.rolling(texts);
    return { [only]: texts.map((text, i) => scoreRolling(task, text, found[i].logProbability)) };
  }
  const pairs = asked.map((one) => "pairs" in one ? one.pairs : []);
  const found = await language.loglikelihood(pairs.flat());
  let at = 0;
  return {
    [only]: asked.map((one, i) => {
      const own = found.slice(at, at += pairs[i].length);
      return one.kind === "choices"
        ? scoreChoices(task, one, { found: own, form })
        : scoreContinuation(task, own[0]);
    }),
  };
}

/**
 * The numbers of a task, in the order of its metrics, filter by filter.
 * @param splits documents by the names of splits
 * @throws DataError for a document that doesn't fit; MetricUnavailable where the model can't be asked
 */
export async function runTask(
  task: Task,
  splits: Readonly<Record<string, readonly Document[]>>,
  { language, limit, chat }: {
    readonly language: LanguageModel;
    readonly limit: number | null;
    readonly chat: boolean;
  },
): Promise<TaskValue[]> {
  const documents = splits[askedSplit(task)];
  const form = formOf(task, documents[0]);
  const asked = requestsOf(task, documents.slice(0, limit ?? documents.length), {
    examples: examplesOf(task, examplePool(task, splits)),
    chat: chat ? chatOf(language) : null,
    form,
  });
  const scores = await scored(task, asked, { language, form });
  return task.filters.flatMap(({ name: filter }) =>
    task.metrics.map(({ metric, aggregation }) => ({
      metric,
      filter,
      documents: asked.length,
      ...aggregate(scores[filter].map((one) => one[metric] as Score), aggregation),
    }))
  );
}
