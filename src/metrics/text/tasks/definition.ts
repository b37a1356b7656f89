/**
 * A task as lm-evaluation-harness 0.4 writes it in YAML: the keys that are understood, with its
 * defaults. A key that it has and this hasn't is refused by name, so that no number rests on half of a
 * task.
 * @module
 */
import { z } from "zod";

/** What is asked of a model. */
export const OUTPUT_TYPES = [
  "loglikelihood",
  "multiple_choice",
  "loglikelihood_rolling",
  "generate_until",
] as const;
/** See `OUTPUT_TYPES`. */
export type OutputType = typeof OUTPUT_TYPES[number];

/** How the numbers of documents become one. */
export const AGGREGATIONS = [
  "mean",
  "perplexity",
  "weighted_perplexity",
  "bits_per_byte",
] as const;
/** See `AGGREGATIONS`. */
export type Aggregation = typeof AGGREGATIONS[number];

/** A metric that a task may list. */
interface MetricFact {
  readonly of: readonly OutputType[];
  readonly aggregation: Aggregation;
  readonly higher: boolean;
  /** What its name means where it is the only one that may be aggregated so. */
  readonly pairs?: true;
}

const choice = { of: ["multiple_choice"], aggregation: "mean", higher: true } as const;
const rolling = { of: ["loglikelihood_rolling"], higher: false, pairs: true } as const;

/** Metrics by name: where each is defined and what it is by default. */
export const METRICS = {
  acc: { ...choice, of: ["multiple_choice", "loglikelihood"] },
  acc_norm: choice,
  acc_bytes: choice,
  acc_mutual_info: choice,
  exact_match: { ...choice, of: ["generate_until", "multiple_choice"] },
  perplexity: { of: ["loglikelihood"], aggregation: "perplexity", higher: false },
  word_perplexity: { ...rolling, aggregation: "weighted_perplexity" },
  byte_perplexity: { ...rolling, aggregation: "weighted_perplexity" },
  bits_per_byte: { ...rolling, aggregation: "bits_per_byte" },
} as const satisfies Readonly<Record<string, MetricFact>>;

/** Name of a metric of tasks. */
export type TaskMetricName = keyof typeof METRICS;

/** Facts of a metric. */
export const metricFact = (name: TaskMetricName): MetricFact => METRICS[name];

/** What a task lists where it lists nothing. */
const byDefault: Readonly<Record<OutputType, readonly TaskMetricName[]>> = {
  loglikelihood: ["perplexity", "acc"],
  multiple_choice: ["acc", "acc_norm"],
  loglikelihood_rolling: ["word_perplexity", "byte_perplexity", "bits_per_byte"],
  generate_until: ["exact_match"],
};

/** Keys that tasks of lm-evaluation-harness may have and that are refused, with the reason. */
export const REFUSED: Readonly<Record<string, string>> = {
  group: "groups of tasks aren't read: list the tasks themselves",
  dataset_name: "only files of JSON lines are read: `dataset_path: json`",
  custom_dataset: "functions of Python aren't run",
  process_docs: "functions of Python aren't run: prepare the file instead",
  process_results: "functions of Python aren't run",
  use_prompt: "collections of prompts aren't fetched: write `doc_to_text`",
  doc_to_image: "only text is asked",
  doc_to_audio: "only text is asked",
  unsafe_code: "code of models isn't run",
};
/** Keys that change no number. */
export const IGNORED = [
  "tag",
  "task_alias",
  "metadata",
  "should_decontaminate",
  "doc_to_decontamination_query",
] as const;

const choices = z.union([z.string(), z.array(z.string()), z.record(z.string(), z.string())]);
const target = z.union([z.string(), z.int(), z.array(z.string())]);
const files = z.union([z.string(), z.array(z.string()).min(1)]);

const metric = z.strictObject({
  metric: z.enum(Object.keys(METRICS) as [TaskMetricName, ...TaskMetricName[]]),
  aggregation: z.enum(AGGREGATIONS).optional(),
  higher_is_better: z.boolean().optional(),
  ignore_case: z.boolean().default(false),
  ignore_punctuation: z.boolean().default(false),
  ignore_numbers: z.boolean().default(false),
  regexes_to_ignore: z.array(z.string()).nullable().default(null),
});

const step = z.discriminatedUnion("function", [
  z.strictObject({ function: z.literal("take_first") }),
  z.strictObject({ function: z.literal("majority_vote") }),
  z.strictObject({ function: z.literal("remove_whitespace") }),
  z.strictObject({ function: z.literal("lowercase") }),
  z.strictObject({ function: z.literal("uppercase") }),
  z.strictObject({
    function: z.literal("map"),
    mapping_dict: z.record(z.string(), z.string()),
    default_value: z.string().nullable().default(null),
  }),
  z.strictObject({
    function: z.literal("regex"),
    regex_pattern: z.string().default("#### (\\-?[0-9\\.\\,]+)"),
    group_select: z.int().default(0),
    fallback: z.string().default("[invalid]"),
  }),
]);
/** A step of a filter. */
export type FilterStep = z.output<typeof step>;

const filter = z.strictObject({ name: z.string().min(1), filter: z.array(step).min(1) });

const fewshot = z.strictObject({
  sampler: z.enum(["default", "first_n"]).default("default"),
  split: z.string().nullable().optional(),
  samples: z.array(z.record(z.string(), z.unknown())).nullable().optional(),
  doc_to_text: z.string().optional(),
  doc_to_target: target.optional(),
  doc_to_choice: choices.optional(),
  gen_prefix: z.string().optional(),
  fewshot_delimiter: z.string().optional(),
  target_delimiter: z.string().optional(),
});

const generation = z.strictObject({
  until: z.union([z.string(), z.array(z.string())]).optional(),
  max_gen_toks: z.int().min(1).default(256),
  temperature: z.number().min(0).default(0),
  do_sample: z.boolean().optional(),
  top_k: z.int().min(1).optional(),
  top_p: z.number().gt(0).max(1).optional(),
});

/** The keys of a task as it is written, without those that are ignored. */
export const written = z.strictObject({
  task: z.string().min(1),
  include: z.string().optional(),
  dataset_path: z.literal("json"),
  dataset_kwargs: z.strictObject({
    data_files: z.union([files, z.record(z.string(), files)]),
  }),
  output_type: z.enum(OUTPUT_TYPES).default("generate_until"),
  training_split: z.string().nullable().optional(),
  validation_split: z.string().nullable().optional(),
  test_split: z.string().nullable().optional(),
  fewshot_split: z.string().nullable().optional(),
  doc_to_text: z.union([z.string(), z.int()]).optional(),
  doc_to_target: target.optional(),
  doc_to_choice: choices.nullable().optional(),
  description: z.string().default(""),
  target_delimiter: z.string().default(" "),
  fewshot_delimiter: z.string().default("\n\n"),
  fewshot_config: fewshot.nullable().optional(),
  num_fewshot: z.int().min(0).nullable().default(0),
  metric_list: z.array(metric).min(1).optional(),
  generation_kwargs: generation.nullable().optional(),
  filter_list: z.array(filter).min(1).nullable().optional(),
  repeats: z.literal(1).default(1),
  gen_prefix: z.string().nullable().optional(),
}).superRefine((task, context) => {
  const wrong = (message: string, ...path: (string | number)[]) =>
    context.addIssue({ code: "custom", message, path });
  const { output_type: type, metric_list = [], filter_list } = task;
  metric_list.forEach(({ metric: name, aggregation }, i) => {
    const fact = metricFact(name), at = ["metric_list", i] as const;
    if (!fact.of.includes(type)) {
      wrong(`\`${name}\` isn't defined for \`output_type: ${type}\``, ...at, "metric");
    }
    const paired = aggregation === "weighted_perplexity" || aggregation === "bits_per_byte";
    if (aggregation !== undefined && paired !== (fact.pairs ?? false)) {
      wrong(`\`${name}\` can't be aggregated by \`${aggregation}\``, ...at, "aggregation");
    }
    if (metric_list.findIndex((other) => other.metric === name) < i) {
      wrong(`\`${name}\` stands twice`, ...at, "metric");
    }
  });
  (filter_list ?? []).forEach(({ filter: steps, name }, i) => {
    const first = steps.findIndex((one) => one.function === "take_first");
    if (first !== steps.length - 1) {
      wrong("a filter ends with `take_first`, and has it nowhere else", "filter_list", i);
    }
    if (type !== "generate_until" && steps.length > 1) {
      wrong(`answers of \`${type}\` are no texts to be filtered`, "filter_list", i);
    }
    if (filter_list!.findIndex((other) => other.name === name) < i) {
      wrong(`two filters are called \`${name}\``, "filter_list", i, "name");
    }
  });
  const needed = {
    multiple_choice: ["doc_to_text", "doc_to_target", "doc_to_choice"],
    loglikelihood: ["doc_to_text", "doc_to_target"],
    generate_until: ["doc_to_text", "doc_to_target"],
    loglikelihood_rolling: ["doc_to_target"],
  } as const;
  for (const key of needed[type]) {
    if (task[key] === undefined || task[key] === null) wrong(`\`${type}\` wants \`${key}\``);
  }
  if ((task.test_split ?? task.validation_split ?? null) === null) {
    wrong("wants `test_split` or `validation_split`");
  }
  if (task.fewshot_config?.samples && (task.fewshot_config.split ?? task.fewshot_split)) {
    wrong("has examples and a split of them: leave one out", "fewshot_config", "samples");
  }
});
/** A task as it is written. */
export type WrittenTask = z.output<typeof written>;

/** A file of documents: where it lies, and what was in it when the run was planned. */
export interface DataFile {
  /** As a suite would write it, relative to the suite's folder; "built-in:NAME" of our own. */
  readonly file: string;
  readonly sha256: string;
  readonly rows: number;
}

/** A metric of a task. */
export type TaskMetric = Required<z.output<typeof metric>>;

/** A task with all defaults filled in and its files named: what a run's id holds of it. */
export interface Task {
  readonly task: string;
  readonly output_type: OutputType;
  /** Names of splits; the first that is named is asked. */
  readonly test_split: string | null;
  readonly validation_split: string | null;
  readonly training_split: string | null;
  readonly doc_to_text: string | number;
  readonly doc_to_target: string | number | readonly string[];
  readonly doc_to_choice: z.output<typeof choices> | null;
  readonly description: string;
  readonly target_delimiter: string;
  readonly fewshot_delimiter: string;
  readonly gen_prefix: string | null;
  readonly num_fewshot: number;
  readonly fewshot: Fewshot;
  readonly metrics: readonly TaskMetric[];
  readonly filters: readonly z.output<typeof filter>[];
  readonly generation: Generation;
  readonly files: Readonly<Record<string, readonly DataFile[]>>;
}

/** How examples are chosen and written. */
export interface Fewshot {
  readonly sampler: "default" | "first_n";
  readonly split: string | null;
  readonly samples: readonly Readonly<Record<string, unknown>>[] | null;
  readonly doc_to_text: string | number;
  readonly doc_to_target: string | number | readonly string[];
  readonly doc_to_choice: z.output<typeof choices> | null;
  readonly gen_prefix: string | null;
  readonly fewshot_delimiter: string;
  readonly target_delimiter: string;
}

/** How answers are written. */
export interface Generation {
  readonly until: readonly string[];
  readonly max_gen_toks: number;
  readonly temperature: number;
  readonly top_k?: number;
  readonly top_p?: number;
}

/** Temperature counts only where answers are drawn: `do_sample: false` is greedy. */
function generationOf(task: WrittenTask): Generation {
  const { until, do_sample, temperature, ...rest } = task.generation_kwargs ??
    { max_gen_toks: 256, temperature: 0, do_sample: false, until: undefined };
  const ends = until ?? task.fewshot_delimiter;
  return {
    until: typeof ends === "string" ? [ends] : ends,
    ...rest,
    temperature: do_sample === false
      ? 0
      : do_sample === true && temperature === 0
      ? 1
      : temperature,
  };
}

/** A written task with the files of its splits, all defaults filled in. */
export function taskOf(task: WrittenTask, files: Task["files"]): Task {
  const { fewshot_config: few, fewshot_split } = task;
  const listed = task.metric_list ??
    byDefault[task.output_type].map((name) => metric.parse({ metric: name }));
  const shared = {
    doc_to_text: task.doc_to_text ?? "",
    doc_to_target: task.doc_to_target ?? "",
    doc_to_choice: task.doc_to_choice ?? null,
    target_delimiter: task.target_delimiter,
    fewshot_delimiter: task.fewshot_delimiter,
    gen_prefix: task.gen_prefix ?? null,
  };
  return {
    task: task.task,
    output_type: task.output_type,
    test_split: task.test_split ?? null,
    validation_split: task.validation_split ?? null,
    training_split: task.training_split ?? null,
    ...shared,
    description: task.description,
    num_fewshot: task.num_fewshot ?? 0,
    fewshot: {
      sampler: few?.sampler ?? "default",
      split: few?.split ?? fewshot_split ?? null,
      samples: few?.samples ?? null,
      doc_to_text: few?.doc_to_text ?? shared.doc_to_text,
      doc_to_target: few?.doc_to_target ?? shared.doc_to_target,
      doc_to_choice: few?.doc_to_choice ?? shared.doc_to_choice,
      gen_prefix: few?.gen_prefix ?? shared.gen_prefix,
      fewshot_delimiter: few?.fewshot_delimiter ?? shared.fewshot_delimiter,
      target_delimiter: few?.target_delimiter ?? shared.target_delimiter,
    },
    metrics: listed.map((one) => ({
      ...one,
      aggregation: one.aggregation ?? metricFact(one.metric).aggregation,
      higher_is_better: one.higher_is_better ?? metricFact(one.metric).higher,
    })),
    filters: task.filter_list ?? [{ name: "none", filter: [{ function: "take_first" }] }],
    generation: generationOf(task),
    files,
  };
}

/** The split whose documents are asked. */
export const askedSplit = ({ test_split, validation_split }: Task) =>
  (test_split ?? validation_split)!;

/** Documents of a task that are asked, at most `limit` of them. */
export function askedCount(task: Task, limit: number | null): number {
  const rows = (task.files[askedSplit(task)] ?? []).reduce((sum, { rows }) => sum + rows, 0);
  return limit === null ? rows : Math.min(rows, limit);
}
