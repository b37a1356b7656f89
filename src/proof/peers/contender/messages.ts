/**
 * The messages between the driver and a contender: one JSON command on a line, one JSON answer on a
 * line. tests/peers/worker.py uses the same.
 * @module
 */
import { z } from "zod";

/** A contender is asked to… */
export type Command =
  | { readonly do: "load"; readonly folder: string }
  /** …make the first step, compilation included. */
  | { readonly do: "first" }
  | { readonly do: "run"; readonly steps: number }
  /** …go back to the start and give each step's loss. */
  | { readonly do: "losses"; readonly steps: number }
  /** …write its weights, of a training, as a tree of the harness's own layout. */
  | { readonly do: "save"; readonly file: string }
  | { readonly do: "matmul"; readonly size: number; readonly repeats: number }
  | { readonly do: "memory" }
  /** Ours only: floating-point operations of a step, counted on the kernels that run. */
  | { readonly do: "flops" }
  | { readonly do: "quit" };

const memory = z.object({
  now: z.number().nullable(),
  peak: z.number().nullable(),
  devicePeak: z.number().optional(),
});

/** Answers by command. */
export const answers = {
  ready: memory.extend({
    ready: z.literal(true),
    versions: z.record(z.string(), z.string()),
    device: z.string(),
    threads: z.number().nullable(),
  }),
  load: z.object({ parameters: z.number() }),
  first: z.object({ seconds: z.number() }),
  run: z.object({ seconds: z.number() }),
  losses: z.object({ losses: z.array(z.number()) }),
  save: z.object({ saved: z.string() }),
  matmul: z.object({ seconds: z.number() }),
  memory,
  flops: z.object({ flops: z.number() }),
} as const;

/** An answer that says what went wrong. */
export const failure = z.object({ error: z.string() });
