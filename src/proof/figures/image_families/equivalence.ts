/**
 * The same models in PyTorch: read from `equivalence.json`, which `deno task peers:equivalence`
 * writes, and nothing else.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { UsageError } from "../../../base/mod.ts";
import { readTextIfThere } from "../../../base/text/mod.ts";
import { lastWords } from "../process.ts";
import type { Figure, Measured } from "../figure.ts";
import { sourceSchema } from "../source.ts";

const report = z.strictObject({
  format: z.literal(1),
  source: sourceSchema,
  models: z.record(
    z.string(),
    z.strictObject({
      /** Losses compared, from equal weights and batches. */
      steps: z.int().min(1),
      /** max over steps of |ours − theirs| / |theirs|. */
      maxRelativeDifference: z.number(),
      /** After equal budgets: the difference of a score with its 90 % interval, and the margin. */
      end: z.strictObject({
        score: z.string(),
        margin: z.number().positive(),
        difference: z.number(),
        low: z.number(),
        high: z.number(),
      }).optional(),
      /** Values a seed. */
      detail: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/** See the module. */
export type Equivalence = z.infer<typeof report>;

/** Where it lies. */
export function equivalencePath(figures: string): string {
  return join(figures, "image-families", "equivalence.json");
}

/**
 * Reads the report; null where there is none.
 * @throws UsageError for a file that is none
 */
export async function readEquivalence(figures: string): Promise<Equivalence | null> {
  const path = equivalencePath(figures);
  const text = await readTextIfThere(path);
  if (text === null) return null;
  try {
    return report.parse(JSON.parse(text));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new UsageError(`${path}: no report of equivalence: ${what}`);
  }
}

/** Steps over which losses are compared. */
const STEPS = 200;

const command = "deno task figures image-families --measure";

function figure(
  name: string,
  rest: Pick<Figure, "about" | "unit" | "target"> & {
    read: (model: Equivalence["models"][string]) => Measured;
    model: string;
  },
): Figure {
  const { read, model, ...figure } = rest;
  const stored = async ({ figures }: { figures: string }): Promise<Measured> => {
    const found = await readEquivalence(figures);
    const own = found?.models[model];
    if (!found || !own) {
      return {
        value: null,
        reason: `${model} has not been compared: no such entry in equivalence.json`,
      };
    }
    return { ...read(own), source: found.source };
  };
  return {
    group: "image-families",
    name,
    ...figure,
    cost: "long",
    command,
    stored,
    async measure({ once, run, note, figures }) {
      const ran = await once("equivalence", () => {
        note("running peers:equivalence: a quarter of an hour; leave the machine alone");
        return run(["run", "-A", "src/proof/peers/equivalence/main.ts", "--engine", "tensorflow"]);
      });
      // 1: measured, and one of them doesn't hold.
      return [0, 1].includes(ran.code)
        ? await stored({ figures })
        : { value: null, reason: `peers:equivalence: ${lastWords(ran)}` };
    },
  };
}

/** Rows of one model. */
export function equivalenceFigures(model: string): Figure[] {
  return [
    figure(`${model}-loss-against-pytorch`, {
      about: `Largest relative difference of the loss of ${model} and of the same model in ` +
        `PyTorch over ${STEPS} steps, from equal weights and batches`,
      unit: "relative",
      target: { is: "<=", value: 1e-3 },
      model,
      read: ({ steps, maxRelativeDifference, detail }) =>
        steps < STEPS
          ? { value: null, reason: `only ${steps} of ${STEPS} steps were compared` }
          : { value: maxRelativeDifference, detail: { steps, ...detail } },
    }),
    figure(`${model}-end-against-pytorch`, {
      about: `Farther end of the 90 % interval of the difference between ${model} and the same ` +
        "model in PyTorch after equal budgets, over the margin stated beforehand",
      unit: "of the margin",
      target: { is: "<=", value: 1 },
      model,
      read: ({ end }) =>
        end === undefined ? { value: null, reason: "their ends have not been compared" } : {
          value: Math.max(Math.abs(end.low), Math.abs(end.high)) / end.margin,
          detail: { ...end },
        },
    }),
  ];
}
