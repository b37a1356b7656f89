/**
 * Metric `tasks`: tasks in the form of lm-evaluation-harness, scored on a run.
 * @module
 */
import { z } from "zod";
import { sha256 } from "../../../base/digest/mod.ts";
import { DataError, MetricUnavailable } from "../../../base/mod.ts";
import { didYouMean } from "../../../base/text/mod.ts";
import type { KindName } from "../../../kinds/mod.ts";
import type { MetricValue } from "../../../record/mod.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../../metric.ts";
import { languageOfSubject } from "../documents.ts";
import { askedCount, type Task, type TaskMetric } from "./definition.ts";
import { type Document, readDocuments } from "./documents.ts";
import { BUILT_IN, type ReadFile, readTask } from "./read.ts";
import { runTask } from "./run.ts";

/** Tasks of our own, by name: `built_in/NAME.yaml`. */
export const builtInTasks: readonly string[] = [
  "faces_age",
  "faces_expression",
  "faces_cloze",
  "faces_say",
];

const config = z.strictObject({
  include: z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).default([]).describe(
    "tasks: files of YAML, relative to the suite's, or names of built-in ones (" +
      `${builtInTasks.join(", ")})`,
  ),
  limit: z.int().min(1).nullable().default(null).describe(
    "documents of a task at most, the first; null: all",
  ),
  chat: z.boolean().default(false).describe(
    "ask by the model's chat template, examples as turns of their own",
  ),
});
type Config = z.infer<typeof config>;

/** Our own files stand beside this one; others where the suite says. */
function reader(path: (written: string) => string): ReadFile {
  return async (file) => {
    const place = file.startsWith(BUILT_IN)
      ? new URL(`built_in/${file.slice(BUILT_IN.length)}`, import.meta.url)
      : path(file);
    try {
      return await Deno.readFile(place);
    } catch (error) {
      throw new DataError(`${file} can't be read: ${(error as Error).message}`);
    }
  };
}

/** The file that a suite means: a path, or a built-in task's name. */
function fileOf(name: string): string {
  if (/[/\\]|\.ya?ml$/.test(name)) return name;
  if (builtInTasks.includes(name)) return `${BUILT_IN}${name}.yaml`;
  throw new DataError(
    `no built-in task is called ${name}${
      didYouMean(name, builtInTasks)
    }; a file is named with its ` +
      "ending: `my/task.yaml`",
  );
}

const settledTasks = ({ include }: Config) =>
  include.filter((one) => typeof one !== "string").map((one) => one as unknown as Task);

const units: Readonly<Partial<Record<TaskMetric["metric"], string>>> = {
  perplexity: "",
  word_perplexity: "",
  byte_perplexity: "",
  bits_per_byte: "bits/byte",
};

/** Values of a task, with the metric and the filter that each is of. */
function declared(task: Task, { limit, chat }: Config) {
  const samples = askedCount(task, limit);
  return task.filters.flatMap(({ name: filter }) =>
    task.metrics.map(({ metric, higher_is_better }) => ({
      metric,
      filter,
      value: {
        name: `${metric}(${
          [
            task.task,
            ...(filter === "none" ? [] : [filter]),
            ...(chat ? ["chat"] : []),
          ].join(",")
        })@${samples}`,
        metric: "tasks",
        unit: units[metric] ?? "share",
        direction: higher_is_better ? "higher" as const : "lower" as const,
        kind: "quality" as const,
        samples,
      },
    }))
  );
}

/** Documents of a task's splits. @throws DataError where a file is another than was planned */
async function splitsOf(task: Task, read: ReadFile): Promise<Record<string, Document[]>> {
  const splits: Record<string, Document[]> = {};
  for (const [split, files] of Object.entries(task.files)) {
    splits[split] = [];
    for (const { file, sha256: planned } of files) {
      const bytes = await read(file);
      if (await sha256(bytes) !== planned) {
        throw new DataError(
          `${file} of task ${task.task} has changed since this run was planned: run the suite ` +
            "again to plan it again",
        );
      }
      splits[split].push(...readDocuments(bytes, file));
    }
  }
  return splits;
}

async function valuesOf(
  task: Task,
  { context, options }: { context: EvaluationContext; options: Config },
): Promise<MetricValue[]> {
  const names = declared(task, options);
  const language = languageOfSubject(context);
  const path = context.path ?? ((written: string) => written);
  try {
    const found = await runTask(task, await splitsOf(task, reader(path)), { language, ...options });
    return names.map(({ metric, filter, value }) => {
      const own = found.find((one) => one.metric === metric && one.filter === filter)!;
      return {
        ...value,
        value: own.value,
        ...(own.stderr !== null && { beside: { stderr: own.stderr } }),
      };
    });
  } catch (error) {
    if (!(error instanceof MetricUnavailable)) throw error;
    const { status, message: reason } = error;
    return names.map(({ value }) => ({ ...value, value: null, status, reason }));
  }
}

/**
 * `acc(TASK)@N` and so on: each metric of each task, over the N documents that are asked, with its
 * standard error. Files and definitions of tasks are part of a run's id.
 */
export const tasks: Metric<Config> = defineMetric<Config, KindName>({
  name: "tasks",
  version: 1,
  about: "tasks in the form and by the definitions of lm-evaluation-harness",
  papers: ["arXiv:2405.14782"],
  takes: ["text"],
  phase: "quality",
  config,
  async settle(config, { path }) {
    if (config.include.length === 0) {
      throw new DataError(`\`include\` names no task; built in are ${builtInTasks.join(", ")}`);
    }
    const include: Config["include"] = [];
    for (const one of config.include) {
      if (typeof one === "string") include.push({ ...await readTask(fileOf(one), reader(path)) });
      else if ("files" in one && "metrics" in one) include.push(one); // settled before
      else throw new DataError("a task is named by its file, or by its name where it is built in");
    }
    const names = settledTasks({ ...config, include }).map(({ task }) => task);
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) throw new DataError(`two tasks are called ${twice}`);
    return { ...config, include };
  },
  // Of tasks that weren't read nothing is known.
  declares: (options) =>
    settledTasks(options).flatMap((task) => declared(task, options).map(({ value }) => value)),
  async compute(context, options) {
    const values: MetricValue[] = [];
    for (const task of settledTasks(options)) {
      context.progress?.(`tasks: ${task.task}`);
      values.push(...await valuesOf(task, { context, options }));
    }
    return values;
  },
});
