/**
 * Figures that are read from a report which another command writes.
 * @module
 */
import { z } from "zod";
import { exitCodes, UsageError } from "../../base/mod.ts";
import { readTextIfThere } from "../../base/text/mod.ts";
import type { Figure } from "./figure.ts";
import { lastWords } from "./process.ts";

/**
 * Reads a JSON file; null where there is none.
 * @param options.fault what a file that `parse` refuses is, in words
 * @throws UsageError for such a file
 */
export async function readReport<T>(
  path: string,
  { parse, fault }: { readonly parse: (json: unknown) => T; readonly fault: string },
): Promise<T | null> {
  const text = await readTextIfThere(path);
  if (text === null) return null;
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new UsageError(`${path}: ${fault}: ${what}`);
  }
}

/** A command that writes a report. */
export interface Reporter {
  readonly group: string;
  /** Its task: `peers:language`. */
  readonly task: string;
  /** Its program, from the root of the repository. */
  readonly program: string;
  /** How long it takes, in words. */
  readonly takes: string;
}

/** A figure that `stored` reads from the report, and that making the report measures. */
export function reportFigure(
  { group, task, program, takes }: Reporter,
  figure:
    & Pick<Figure, "name" | "about" | "unit" | "target">
    & Required<Pick<Figure, "stored">>,
): Figure {
  return {
    group,
    ...figure,
    cost: "long",
    command: `deno task figures ${group} --measure`,
    async measure({ once, run, note, figures }) {
      const ran = await once(task, () => {
        note(`running ${task}: ${takes}; leave the machine alone`);
        return run(["run", "-A", program, "--engine", "tensorflow"]);
      });
      // Also measured where what it measures doesn't hold.
      const measured = ran.code === exitCodes.pass || ran.code === exitCodes.regressed;
      return measured
        ? await figure.stored({ figures, once })
        : { value: null, reason: `${task}: ${lastWords(ran)}` };
    },
  };
}
