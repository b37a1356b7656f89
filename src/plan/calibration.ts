/**
 * Graph or XLA: chosen once by measurement and kept, so that the choice, which changes bits, is the
 * same whenever a suite is planned again on the machine.
 * @module
 */
import { z } from "zod";
import type { CompileMode } from "../engine/mod.ts";
import { readJson, StoreError, writeAtomic } from "../base/mod.ts";

/** What a way of running costs: once, and for each step. */
export interface Cost {
  readonly startSeconds: number;
  readonly secondsPerStep: number;
}

const cost = z.strictObject({ startSeconds: z.number(), secondsPerStep: z.number() });
const choice = z.strictObject({
  compile: z.enum(["graph", "xla"]),
  /** Why, in words. */
  reason: z.string(),
  /** Steps that it was chosen for. */
  steps: z.int(),
  graph: cost,
  /** Absent where the training is too short for XLA's compilation to pay. */
  xla: cost.optional(),
  /** ISO 8601, UTC. */
  date: z.string(),
});

/** A choice with what it rests on. */
export type Choice = z.infer<typeof choice>;

/** XLA compiles a training step for at least this long. */
const LEAST_COMPILATION_SECONDS = 5;
/** It has never made a step more than this share faster (FACTS: at best 2.1 times, MLPs). */
const MOST_SAVED = 0.55;

/** Whether XLA could make up for its compilation in a training of this length. */
export function worthTrying({ secondsPerStep }: Cost, steps: number): boolean {
  return steps * secondsPerStep * MOST_SAVED > LEAST_COMPILATION_SECONDS;
}

/** The way that takes a training of `steps` steps less time as a whole. */
export function choose(
  steps: number,
  { graph, xla }: { readonly graph: Cost; readonly xla?: Cost },
): { readonly compile: CompileMode; readonly reason: string } {
  const total = ({ startSeconds, secondsPerStep }: Cost) => startSeconds + steps * secondsPerStep;
  const told = (name: string, c: Cost) =>
    `${name} ${c.startSeconds.toFixed(1)} s + ${(1000 * c.secondsPerStep).toFixed(1)} ms a step`;
  if (xla === undefined) {
    return { compile: "graph", reason: `${told("graph", graph)}: too short for XLA to pay` };
  }
  const compile = total(xla) < total(graph) ? "xla" : "graph";
  return { compile, reason: `${told("graph", graph)}, ${told("xla", xla)}` };
}

/** Choices by configuration and machine, in a file. */
export class Calibration {
  readonly #path: string;
  readonly #choices: Map<string, Choice>;

  private constructor(path: string, choices: Map<string, Choice>) {
    this.#path = path;
    this.#choices = choices;
  }

  /**
   * Reads the file.
   * @throws StoreError where it isn't one of choices
   */
  static async open(path: string): Promise<Calibration> {
    const checked = z.record(z.string(), choice).safeParse(await readJson(path) ?? {});
    if (!checked.success) {
      const { path: at, message } = checked.error.issues[0];
      throw new StoreError(
        `${path} holds no engine choices (${at.join(".")}: ${message}); remove it, and they are ` +
          "measured anew",
      );
    }
    return new Calibration(path, new Map(Object.entries(checked.data)));
  }

  /** The choice for a configuration on a machine, if it was made. */
  get(key: string): Choice | undefined {
    return this.#choices.get(key);
  }

  /** Keeps a choice. */
  async set(key: string, made: Choice): Promise<void> {
    this.#choices.set(key, made);
    const sorted = [...this.#choices].sort(([a], [b]) => a < b ? -1 : 1);
    await writeAtomic(this.#path, JSON.stringify(Object.fromEntries(sorted), null, 2) + "\n");
  }
}
