/**
 * Language models after equal budgets here and in PyTorch: read from `budget.json`, which `deno task
 * peers:language` writes, a seed at a time.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { meanInterval } from "../../../stats/mod.ts";
import type { Figure } from "../figure.ts";
import { readReport, type Reporter, reportFigure } from "../report.ts";
import { sourceSchema } from "../source.ts";

const side = z.strictObject({
  bits: z.number(),
  steps: z.int(),
  /** What the steps took. */
  seconds: z.number(),
  firstSeconds: z.number(),
  /** Those that it ran on, by number. */
  processors: z.array(z.int()).min(1),
  /** For how long they worked for the steps, all together; null where the system doesn't tell. */
  processorSeconds: z.number().nullable(),
  /** For how long it trained when the other side was done. */
  aloneSeconds: z.number(),
  versions: z.record(z.string(), z.string()),
});

const budget = z.strictObject({
  /** In 1 the sides took turns on all processors. */
  format: z.literal(2),
  source: sourceSchema,
  /** Bits a byte; stated before any measurement. */
  margin: z.number().positive(),
  /** Of training, both sides at the same time. */
  seconds: z.number().positive(),
  data: z.strictObject({ name: z.string(), digest: z.string() }),
  /** sha256 of its tokenizer.json. */
  tokenizer: z.string(),
  /** The family's settings, as a suite writes them. */
  config: z.record(z.string(), z.unknown()),
  batch: z.int(),
  /** Of each side. */
  threads: z.int(),
  about: z.string(),
  heldOut: z.strictObject({ documents: z.int(), bytes: z.int() }),
  /** Bits a byte of a 5-gram of the training documents in the same tokens. */
  fiveGram: z.number(),
  seeds: z.record(z.string(), z.strictObject({ ours: side, torch: side })),
});

/** See the module. */
export type Budget = z.infer<typeof budget>;

/** What has to be equal for seeds to stand in one file. */
export type BudgetTerms = Omit<Budget, "format" | "source" | "seeds">;

/** Where it lies. */
export function budgetPath(figures: string): string {
  return join(figures, "language", "budget.json");
}

/** Reads it; null where there is none. @throws UsageError for a file that is none */
export function readBudget(path: string): Promise<Budget | null> {
  return readReport(path, {
    fault: "no report of equal budgets",
    parse: (json) => budget.parse(json),
  });
}

/** Fewest seeds, and seconds of training each, that a figure may rest on. */
const SEEDS = 3, SECONDS = 1200;
/** By how much ours may have been trained longer. */
const LONGER = 1.05;

/** In what the budgets of a seed differ too much to be compared, or null: a machine with other work. */
export function unequalBudgets({ ours, torch }: Budget["seeds"][string]): string | null {
  return ours.seconds <= LONGER * torch.seconds
    ? null
    : `unequal budgets, ${ours.seconds.toFixed(0)} s here and ${torch.seconds.toFixed(0)} s there`;
}

/** Why a report says nothing of the figure, or null. */
export function budgetFault({ seconds, seeds }: Budget): string | null {
  const count = Object.keys(seeds).length;
  if (seconds < SECONDS) return `trained for ${seconds} s; ${SECONDS} s are asked for`;
  if (count < SEEDS) return `${count} of the ${SEEDS} seeds that it must rest on`;
  const faults = Object.entries(seeds).flatMap(([seed, sides]) => {
    const fault = unequalBudgets(sides);
    return fault === null ? [] : [`seed ${seed}: ${fault}`];
  });
  return faults[0] ?? null;
}

const reporter: Reporter = {
  group: "language",
  task: "peers:language",
  program: "src/proof/peers/language/main.ts",
  takes: "20 minutes a seed and some to score",
};

function figure(
  name: string,
  { of, ...rest }: Pick<Figure, "about" | "target"> & {
    readonly of: (seed: Budget["seeds"][string], whole: Budget) => number;
  },
): Figure {
  return reportFigure(reporter, {
    name,
    unit: "bits a byte",
    ...rest,
    async stored({ figures }) {
      const found = await readBudget(budgetPath(figures));
      if (found === null) return { value: null, reason: "never compared: no budget.json" };
      const fault = budgetFault(found);
      if (fault !== null) return { value: null, reason: fault };
      const seeds = Object.fromEntries(
        Object.entries(found.seeds).map(([seed, sides]) => [seed, of(sides, found)]),
      );
      const values = Object.values(seeds), interval = meanInterval(values);
      const { about, seconds, margin, fiveGram, heldOut } = found;
      return {
        value: Math.max(...values),
        detail: {
          seeds,
          ...(interval !== null && { low: interval.low, high: interval.high }),
          bits: found.seeds,
          fiveGram,
          margin,
          seconds,
          heldOut,
          about,
        },
        source: found.source,
      };
    },
  });
}

/** Rows of equal budgets; the margin is the one stated with the measurement. */
export function budgetFigures(margin: number): Figure[] {
  return [
    figure("bits-above-pytorch", {
      about: "Bits a byte of held-out speeches above those of the same model trained in PyTorch " +
        "for as long (20 minutes at the same time, each on half of a machine), in the worst seed of 3",
      target: { is: "<=", value: margin },
      of: ({ ours, torch }) => ours.bits - torch.bits,
    }),
    figure("bits-above-five-gram", {
      about: "Bits a byte of held-out speeches, after those 20 minutes, above those of a 5-gram " +
        "with Kneser–Ney smoothing of the same tokens, in the worst seed of 3",
      target: { is: "<", value: 0 },
      of: ({ ours }, { fiveGram }) => ours.bits - fiveGram,
    }),
  ];
}
