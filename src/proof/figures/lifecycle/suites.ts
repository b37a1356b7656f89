/**
 * Figures of the suite `lifecycle`: what each step from captions to an aligned model bought.
 * @module
 */
import { builtInMetrics } from "../../../metrics/table/mod.ts";
import { mean, winInterval } from "../../../stats/mod.ts";
import type { Figure, Measured } from "../figure.ts";
import { recordSource } from "../records.ts";
import {
  figuresOfSuite,
  isNumber,
  type MeasuredSuite,
  metricsOf,
  type Reader,
  type SmallRecord,
  value,
} from "../suites/mod.ts";

/** What is run. */
const measured: MeasuredSuite = { group: "lifecycle", suite: "lifecycle", engine: "tensorflow" };
const SEEDS = 3;
const suite = figuresOfSuite(measured);

const { instructions, reward, best_of, steerability, attributes_judged } = builtInMetrics;
const right = value(instructions.values.right), worth = value(reward.values.reward);

/** Numbers of one row, a seed each. */
interface Row {
  readonly numbers: readonly { readonly record: SmallRecord; readonly value: number }[];
}

function row(records: readonly SmallRecord[], label: string, read: Reader): Row {
  const own = records.filter((record) => record.label === label);
  return {
    numbers: own.flatMap((record) => {
      const found = read(record, records);
      return isNumber(found) ? [{ record, value: found }] : [];
    }),
  };
}

/** A number of rows paired seed by seed: its mean over the seeds that all of them have. */
function paired(
  rows: readonly Row[],
  of: (numbers: readonly number[]) => number,
  names: readonly string[],
): Measured {
  const [first, ...others] = rows;
  const seeds = first.numbers.flatMap(({ record, value }) => {
    const { seed } = record.spec;
    const more = others.map(({ numbers }) => numbers.find((one) => one.record.spec.seed === seed));
    const whole = more.filter((one) => one !== undefined);
    return whole.length < others.length ? [] : [{
      seed,
      records: [record, ...whole.map((one) => one.record)],
      numbers: [value, ...whole.map((one) => one.value)],
    }];
  });
  if (seeds.length < SEEDS) {
    return {
      value: null,
      reason: `${seeds.length} of the ${SEEDS} seeds that it must rest on have ${names.join(", ")}`,
    };
  }
  return {
    value: mean(seeds.map(({ numbers }) => of(numbers))),
    detail: {
      seeds: Object.fromEntries(seeds.map(({ seed, numbers }) => [seed, of(numbers)])),
      ...Object.fromEntries(
        names.map((name, i) => [name, mean(seeds.map(({ numbers }) => numbers[i]))]),
      ),
    },
    source: recordSource(seeds.flatMap(({ records }) => records)),
  };
}

type Told = Pick<Figure, "about" | "unit" | "target">;

/** A number of one row. */
function ofRow(
  name: string,
  { label, read, ...told }: Told & { label: string; read: Reader },
): Figure {
  return suite.figure(name, {
    ...told,
    about: `lifecycle: ${told.about}, mean over ${SEEDS} seeds`,
    read: (records) => paired([row(records, label, read)], ([own]) => own, [label]),
  });
}

/** A number of two rows. */
function ofRows(
  name: string,
  { rows, of, ...told }: Told & {
    rows: readonly { readonly label: string; readonly read: Reader; readonly as?: string }[];
    of: (numbers: readonly number[]) => number;
  },
): Figure {
  return suite.figure(name, {
    ...told,
    about: `lifecycle: ${told.about}, mean over ${SEEDS} seeds`,
    read: (records) =>
      paired(
        rows.map(({ label, read }) => row(records, label, read)),
        of,
        rows.map(({ label, as }) => as ?? label),
      ),
  });
}

/** The rewards of each prompt. */
function each(record: SmallRecord): readonly number[] | undefined {
  return metricsOf(record, reward.values.reward)[0]?.each;
}

/** The win rate of a row over another, prompt by prompt and seed by seed. */
export function winRateOf(
  records: readonly SmallRecord[],
  { own, other }: { readonly own: string; readonly other: string },
): Measured {
  const duels = records.filter(({ label }) => label === own).flatMap((record) => {
    const rival = records.find((one) => one.label === other && one.spec.seed === record.spec.seed);
    const mine = each(record), theirs = rival && each(rival);
    return mine === undefined || theirs === undefined
      ? []
      : [{ records: [record, rival!], own: mine, other: theirs }];
  });
  if (duels.length < SEEDS) {
    return {
      value: null,
      reason:
        `${duels.length} of the ${SEEDS} seeds that it must rest on have rewards of each prompt ` +
        `of ${own} and ${other}`,
    };
  }
  const { estimate, low, high, n } = winInterval(duels);
  return {
    value: estimate,
    detail: { low, high, prompts: n, seeds: duels.length },
    source: recordSource(duels.flatMap((one) => one.records)),
  };
}

/** A number that a step found out. */
const found = (name: string): Reader => (record) => record.measured?.[name] ?? null;

const gain = ([own, other]: readonly number[]) => own - other;

/** The mean reward over that of the best of four drawn answers of the model that it began from. */
function overBestOfFour(label: string): Figure {
  return ofRows(`${label}-over-best-of-4`, {
    about:
      `true reward of ${label}'s likeliest answers less that of the best of four that sft draws`,
    unit: "reward",
    target: { is: ">", value: 0 },
    rows: [
      { label, read: worth },
      { label: "sft", read: value(best_of.values.best), as: "best of 4" },
    ],
    of: gain,
  });
}

/** See the module. */
export const suiteFigures: readonly Figure[] = [
  ofRow("base-instructions", {
    about: "held-out instructions that the base follows exactly before it is taught any",
    unit: "share",
    target: { is: "<=", value: 0.2 },
    label: "base-asked",
    read: right,
  }),
  ofRow("sft-instructions", {
    about: "held-out instructions that are followed exactly after supervised fine-tuning",
    unit: "share",
    target: { is: ">=", value: 0.8 },
    label: "sft",
    read: right,
  }),
  ofRows("lora-gap", {
    about: "instructions followed by full fine-tuning less those by LoRA at equal steps",
    unit: "share",
    target: { is: "<=", value: 0.02 },
    rows: [{ label: "sft", read: right }, { label: "lora", read: right }],
    of: gain,
  }),
  suite.figure("dpo-win-rate", {
    about:
      `lifecycle: share of held-out prompts on which the exact rule prefers DPO's answer to SFT's, ` +
      `ties half, ${SEEDS} seeds`,
    unit: "share",
    target: { is: ">=", value: 0.7 },
    read: (records) => winRateOf(records, { own: "dpo", other: "sft" }),
  }),
  ofRow("steerability", {
    about:
      "correlation of attributes asked for with those that the rule finds, of the steered model",
    unit: "",
    target: { is: ">=", value: 0.7 },
    label: "steered",
    read: value(steerability.values.steerability),
  }),
  ...["ppo", "grpo"].flatMap((label) => [
    ofRows(`${label}-gain`, {
      about: `true reward of ${label}'s answers to held-out prompts less that of sft's`,
      unit: "reward",
      target: { is: ">", value: 0 },
      rows: [{ label, read: worth }, { label: "sft", read: worth }],
      of: gain,
    }),
    overBestOfFour(label),
  ]),
  ofRows("distilled-gain", {
    about: "true reward after training on the best of four less that before",
    unit: "reward",
    target: { is: ">", value: 0 },
    rows: [{ label: "distilled", read: worth }, { label: "sft", read: worth }],
    of: gain,
  }),
  ofRow("shortcut-taken", {
    about:
      "rise of the learned reward for flattery alone, in standard deviations; the rule's beside it " +
      "isn't above 0",
    unit: "SD",
    target: { is: ">", value: 0 },
    label: "reward-model on preferences",
    read: value(attributes_judged.values.shortcut),
  }),
  ofRows("flattery-learnt", {
    about:
      "flattery in answers of the model trained against the learned reward, less that of sft's",
    unit: "",
    target: { is: ">", value: 0 },
    rows: [
      { label: "flattered", read: value(reward.values.flattery) },
      { label: "sft", read: value(reward.values.flattery) },
    ],
    of: gain,
  }),
  ofRows("steerlm-gain", {
    about:
      "true reward of SteerLM's answers when its best attributes are asked for, less that of sft's",
    unit: "reward",
    target: { is: ">", value: 0 },
    rows: [{ label: "steerlm", read: worth }, { label: "sft", read: worth }],
    of: gain,
  }),
  ofRows("best-by-judge", {
    about:
      "true reward of the best of four held-out answers by the learned judge, less the first one's",
    unit: "reward",
    target: { is: ">", value: 0 },
    rows: [
      { label: "best", read: found("test reward, best by judge"), as: "by judge" },
      { label: "best", read: found("test reward, first"), as: "first" },
      { label: "best", read: found("test reward, best by rule"), as: "by rule" },
    ],
    of: gain,
  }),
];
