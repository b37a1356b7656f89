/** Which metric stands where: the tables by theme, and the columns that are read first. @module */
import type { Group, Table } from "../model.ts";
import { type FilledColumn, table } from "./tables.ts";

/** Tables by theme: id, title, metrics of the suite. Metrics named nowhere go to the last. */
const THEMES: readonly { id: string; title: string; about: string; metrics: readonly string[] }[] =
  [
    {
      id: "samples",
      title: "Samples",
      about:
        "How close samples are to held-out data. N stands after @ and is the same in every row.",
      metrics: [
        ...["frechet", "frechet_infinity", "kernel", "sliced", "coverage", "clipped"],
        ...["duplicates", "class_score"],
      ],
    },
    {
      id: "diversity",
      title: "Diversity and memory",
      about:
        "How many different samples there are, and whether they know the training set better " +
        "than new data; each is read beside held-out data.",
      metrics: ["vendi", "similarity", "feature_likelihood", "authenticity"],
    },
    {
      id: "few-steps",
      title: "Samples at few evaluations",
      about:
        "The same distance where the sampler may evaluate its network so often, and no more; the " +
        "seconds that N samples took are indicative.",
      metrics: ["few_steps"],
    },
    {
      id: "shares",
      title: "Shares of classes",
      about: "How often the judge sees each class among unconditional samples.",
      metrics: ["shares"],
    },
    {
      id: "likelihood",
      title: "Reconstruction and likelihood",
      about: "Of held-out images. Likelihoods compare only where their measure is the same; each " +
        "says whether it is exact, an ELBO or an importance-weighted bound; the true value behind a " +
        "bound may be better.",
      metrics: ["reconstruction", "likelihood"],
    },
    {
      id: "control",
      title: "Control and latents",
      about:
        "What the latent code holds, by reading it and by moving it; and how often the judge " +
        "sees the class that a conditional model was asked for, beside the judge's own ceiling.",
      metrics: ["control", "conditional", "disentanglement", "path_length"],
    },
    {
      id: "codes",
      title: "Discrete codes",
      about: "How many codes are used over the test set, and what they hold.",
      metrics: ["codes"],
    },
    {
      id: "discriminator",
      title: "Discriminators",
      about: "What an adversary says of data that it trained on, of new data and of samples.",
      metrics: ["discriminator"],
    },
    {
      id: "speed",
      title: "Throughput",
      about:
        "Of this machine only. The run is the unit: each value is the median of a run's repeats.",
      metrics: ["throughput"],
    },
  ];

/** The detailed tables, a theme each; a column without any number is left to the list of gaps. */
export function themeTables(groups: readonly Group[], columns: readonly FilledColumn[]): Table[] {
  const named = new Set(THEMES.flatMap((theme) => theme.metrics));
  const others = [...new Set(columns.map((c) => c.column.metric))].filter((m) => !named.has(m));
  const other = { id: "other", title: "Other metrics", about: "Of this suite.", metrics: others };
  return [...THEMES, other].flatMap(({ id, title, about, metrics }) => {
    const own = columns.filter((c) => metrics.includes(c.column.metric) && hasValue(c));
    return own.length === 0 ? [] : [table({ id, title, caption: about }, groups, own)];
  });
}

function hasValue({ cells }: FilledColumn): boolean {
  return cells.some((cell) => cell.kind === "value");
}

type Choice = (own: readonly FilledColumn[]) => readonly (FilledColumn | null)[];

const named = (pattern: RegExp): Choice => (own) =>
  own.filter(({ column }) => pattern.test(column.name));

/** Which columns of a metric stand in the leaderboard; of others the first, or what is made of it. */
const HEADLINES: { readonly [metric: string]: Choice } = {
  // One a distance: the normalised one where the controls are there.
  frechet: (own) =>
    own.filter(({ column }) => !column.derived)
      .map((c) => own.find(({ column }) => column.name === `d(${c.column.name})`) ?? c),
  few_steps: () => [],
  coverage: named(/^coverage-/),
  clipped: named(/^clipped-coverage-/),
  likelihood: named(/^bits\/dim/),
  control: named(/^read-/),
  conditional: named(/-of-ceiling@\d+$/),
  throughput: (own) => [trainRate(own), sampleRate(own)],
};

/** The columns that stand for their metric in the leaderboard: a few that are read first. */
export function headlineColumns(columns: readonly FilledColumn[]): FilledColumn[] {
  const measured = columns.filter((c) => c.column.direction !== "none" && hasValue(c));
  const metrics = [...new Set(measured.map((c) => c.column.metric))];
  return metrics.flatMap((metric) => {
    const own = measured.filter((c) => c.column.metric === metric);
    const chosen = (HEADLINES[metric]?.(own) ?? []).filter((c) => c !== null);
    if (chosen.length > 0 || metric === "few_steps" || metric === "throughput") return chosen;
    return [own.find((c) => c.column.derived) ?? own[0]];
  });
}

/** The sampling-rate column at the largest batch, or null. */
export function sampleRate(columns: readonly FilledColumn[]): FilledColumn | null {
  return largestBatch(columns, /sampl/i);
}

function trainRate(columns: readonly FilledColumn[]): FilledColumn | null {
  return largestBatch(columns, /train/i);
}

/** A rate's name holds what is timed and, after @, its batch. */
function largestBatch(columns: readonly FilledColumn[], what: RegExp): FilledColumn | null {
  const rates = columns.filter((c) =>
    c.column.metric === "throughput" && c.column.direction === "higher" &&
    what.test(c.column.name) && hasValue(c)
  );
  const batch = ({ column }: FilledColumn) => Number(/(\d+)\D*$/.exec(column.name)?.[1] ?? 0);
  return rates.reduce<FilledColumn | null>((a, b) => a && batch(a) >= batch(b) ? a : b, null);
}
