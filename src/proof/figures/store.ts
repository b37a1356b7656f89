/**
 * Stored figures: `baselines/figures/<group>/<figure>.json`, written only by a measurement, and
 * small enough to be committed.
 * @module
 */
import { dirname, join } from "@std/path";
import { z } from "zod";
import { UsageError } from "../../base/mod.ts";
import type { Figure, Measured } from "./figure.ts";
import { type FigureSource, sourceSchema } from "./source.ts";
import { readTextIfThere } from "../../base/text/mod.ts";

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
  const path = figurePath(folder, figure);
  const text = await readTextIfThere(path);
  if (text === null) return null;
  try {
    const stored = storedSchema.parse(JSON.parse(text));
    if (stored.figure !== figure.name || stored.group !== figure.group) {
      throw new Error(`it holds ${stored.group}/${stored.figure}`);
    }
    if (stored.unit !== figure.unit) {
      throw new Error(`it is in ${stored.unit}, the figure in ${figure.unit}: --measure again`);
    }
    return { value: stored.value, detail: stored.detail, source: stored.source };
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new UsageError(`${path}: not this figure's file: ${what}`);
  }
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
