/**
 * The same models in PyTorch: read from `equivalence.json`, which `deno task peers:equivalence`
 * writes, and nothing else.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import type { Figure, Measured } from "../figure.ts";
import { readReport, type Reporter, reportFigure } from "../report.ts";
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
export function readEquivalence(figures: string): Promise<Equivalence | null> {
  return readReport(equivalencePath(figures), {
    fault: "no report of equivalence",
    parse: (json) => report.parse(json),
  });
}

/** Steps over which losses are compared. */
const STEPS = 200;

const reporter: Reporter = {
  group: "image-families",
  task: "peers:equivalence",
  program: "src/proof/peers/equivalence/main.ts",
  takes: "a quarter of an hour",
};

function figure(
  name: string,
  { read, model, ...rest }: Pick<Figure, "about" | "unit" | "target"> & {
    readonly read: (model: Equivalence["models"][string]) => Measured;
    readonly model: string;
  },
): Figure {
  return reportFigure(reporter, {
    name,
    ...rest,
    async stored({ figures }) {
      const found = await readEquivalence(figures);
      const own = found?.models[model];
      if (!found || !own) {
        return {
          value: null,
          reason: `${model} has not been compared: no such entry in equivalence.json`,
        };
      }
      return { ...read(own), source: found.source };
    },
  });
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
