/**
 * What both sides of the comparison with PEFT train: a named checkpoint's LoRA on rows of tokens.
 * @module
 */
import { hostIntegers, hostKey } from "../../../random/mod.ts";

/** A job as both sides read it. */
export interface LoraJob {
  /** The checkpoint's file. */
  readonly gguf: string;
  readonly threads: number;
  readonly steps: number;
  readonly rank: number;
  readonly rate: number;
  /** Our side alone: the weights in few bits. */
  readonly base?: "int8" | "nf4";
  /** Rows of a step, a token longer than what the model sees; steps go round through them. */
  readonly rows: readonly (readonly number[])[];
  readonly batch: number;
}

/** What a side found. */
export interface LoraSide {
  /**
   * Bytes in memory before the first step, the model included; most while it trained; and most since its
   * process began.
   */
  readonly before: number;
  readonly peak: number;
  readonly whole: number;
  readonly seconds: number;
  readonly losses: readonly number[];
  /** Numbers that were trained. */
  readonly trained: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly engine?: string;
  readonly machineClass?: string;
}

/** Rows of a step, tokens that the model sees, and rank: PEFT's default rank and maps. */
export const SIZE = { batch: 4, context: 256, rank: 8, rate: 1e-3 } as const;

/** Rows that steps go round through. */
const COUNT = 32;
/** Words of SmolLM2's vocabulary: none of them begins or ends a text. */
const WORDS = { first: 1000, count: 40_000 } as const;

/** A job on uniform tokens: how much memory steps take hangs on their number alone. */
export function loraJob(own: Pick<LoraJob, "gguf" | "threads" | "steps">): LoraJob {
  const { context, ...size } = SIZE;
  return {
    ...own,
    ...size,
    rows: Array.from(
      { length: COUNT },
      (_, i) =>
        Array.from(
          hostIntegers(hostKey(i, "lora", "row"), context + 1, WORDS.count),
          (token) => WORDS.first + token,
        ),
    ),
  };
}
