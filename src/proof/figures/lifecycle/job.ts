/**
 * What both sides of a comparison of fine-tuning train on: one model, one set of rows, one optimiser.
 * @module
 */
import { z } from "zod";
import { hostIntegers, hostKey } from "../../../random/mod.ts";

/** Sizes of the model: 5.8 million numbers in Llama's form. */
export const MODEL = {
  vocabulary: 4096,
  layers: 6,
  width: 256,
  heads: 4,
  hidden: 688,
  rotaryBase: 10_000,
} as const;

/** AdamW at a constant rate, alike on both sides. */
export const OPTIMISER = { rate: 1e-4, beta2: 0.95, decay: 0.1, clip: 1 } as const;

/** Tokens of the vocabulary that no row has but at its end, or not at all. */
const END = MODEL.vocabulary - 2, NONE = MODEL.vocabulary - 1;

/** What is trained for. */
export type Trained = "sft" | "dpo";

/** Rows of a step, and tokens of a prompt and of an answer with its end. All rows are full. */
export const ROWS = {
  sft: { batch: 8, prompt: 64, answer: 193 },
  dpo: { batch: 8, prompt: 32, answer: 97 },
} as const;

/** Rows or pairs of the training split: steps go round through them in their order. */
const COUNT = 64;

/** A job as both sides read it. */
export interface TrainJob {
  readonly objective: Trained;
  readonly threads: number;
  readonly model: typeof MODEL;
  readonly optimiser: typeof OPTIMISER;
  readonly batch: number;
  /** The token after an answer, and one that is nowhere. */
  readonly end: number;
  readonly none: number;
  readonly prompts: readonly (readonly number[])[];
  /** Answers without their ends; of SFT one to a prompt, else the chosen and the rejected one. */
  readonly answers: readonly (readonly (readonly number[])[])[];
  /** Where the weights lie that both begin with, as transformers reads them. */
  readonly weights: string;
}

/** A job on uniform tokens. */
export function trainJob(
  objective: Trained,
  { threads, weights }: Pick<TrainJob, "threads" | "weights">,
): TrainJob {
  const { batch, prompt, answer } = ROWS[objective];
  const drawn = (purpose: string, i: number, count: number) =>
    Array.from(hostIntegers(hostKey(i, "lifecycle", purpose), count, END));
  const each = objective === "sft" ? ["chosen"] : ["chosen", "rejected"];
  return {
    objective,
    threads,
    model: MODEL,
    optimiser: OPTIMISER,
    batch,
    end: END,
    none: NONE,
    prompts: Array.from({ length: COUNT }, (_, i) => drawn("prompt", i, prompt)),
    answers: Array.from(
      { length: COUNT },
      (_, i) => each.map((side) => drawn(side, i, answer - 1)),
    ),
    weights,
  };
}

/** Tokens that a step sees. */
export function tokensOfStep(objective: Trained): number {
  const { batch, prompt, answer } = ROWS[objective];
  return batch * (prompt + answer) * (objective === "sft" ? 1 : 2);
}

/** What a side says once it can train. */
export const readySide = z.object({
  ready: z.literal(true),
  parameters: z.int(),
  versions: z.record(z.string(), z.string()),
  /** Seconds of what is done once before the first step: the reference asked of all pairs. */
  begin: z.number(),
  engine: z.string().optional(),
  machineClass: z.string().optional(),
});

/** What it says of steps. */
export const steps = z.object({ seconds: z.number(), losses: z.array(z.number()) });
