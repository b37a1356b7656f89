/**
 * Stored figures: `baselines/figures/<group>/<figure>.json`, written only by a measurement, and
 * small enough to be committed.
 * @module
 */
import { dirname, join } from "@std/path";
import { z } from "zod";
import type { Figure, Measured } from "./figure.ts";
import { readReport } from "./report.ts";
import { type FigureSource, sourceSchema } from "./source.ts";

const storedSchema = z.strictObject({
  format: z.literal(1),
  group: z.string(),
  figure: z.string(),
  unit: z.string(),
  value: z.number(),
  detail: z.record(z.string(), z.unknown()),
  source: sourceSchema,
});

/** Where a figure is stored. */
export function figurePath(
  folder: string,
  { group, name }: Pick<Figure, "group" | "name">,
): string {
  return join(folder, group, `${name}.json`);
}

/**
 * Reads a stored figure; null where there is none.
 * @throws UsageError for a file that isn't this figure's
 */
export async function readFigure(folder: string, figure: Figure): Promise<Measured | null> {
  return await readReport(figurePath(folder, figure), {
    fault: "not this figure's file",
    parse(json): Measured {
      const stored = storedSchema.parse(json);
      if (stored.figure !== figure.name || stored.group !== figure.group) {
        throw new Error(`it holds ${stored.group}/${stored.figure}`);
      }
      if (stored.unit !== figure.unit) {
        throw new Error(`it is in ${stored.unit}, the figure in ${figure.unit}: --measure again`);
      }
      return { value: stored.value, detail: stored.detail, source: stored.source };
    },
  });
}

/** Stores a measurement, whole or not at all. */
export async function writeFigure(
  folder: string,
  { figure, measured, source }: {
    readonly figure: Figure;
    readonly measured: Measured & { readonly value: number };
    readonly source: FigureSource;
  },
): Promise<string> {
  const path = figurePath(folder, figure);
  await Deno.mkdir(dirname(path), { recursive: true });
  const stored: z.infer<typeof storedSchema> = {
    format: 1,
    group: figure.group,
    figure: figure.name,
    unit: figure.unit,
    value: measured.value,
    detail: { ...measured.detail },
    source,
  };
  const partial = `${path}.${crypto.randomUUID()}.partial`;
  await Deno.writeTextFile(partial, JSON.stringify(storedSchema.parse(stored), null, 1) + "\n");
  await Deno.rename(partial, path);
  return path;
}
