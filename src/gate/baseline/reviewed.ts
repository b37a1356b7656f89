/**
 * Files that a reviewer accepted: baselines and noise floors. They are read whole and checked, or
 * refused with the file, the fault and what to do. A file that is half right would compare half of
 * the numbers and call that a pass.
 * @module
 */
import { z } from "zod";
import { UsageError } from "../../base/mod.ts";
import { parseJson, readTextIfThere } from "../../base/text/mod.ts";
import { rowKey } from "../verdict/rows.ts";

/** What every such file says of itself. */
interface Head {
  readonly suite: string;
  readonly machineClass: string;
}

/** How a file is read. */
export interface Reviewed<T> {
  readonly schema: z.ZodType<T>;
  /** "a baseline file". */
  readonly what: string;
  /** How it is written again. */
  readonly anew: string;
  /** What it must be of. */
  readonly of: Head;
  /** Formats that are read. Default: 1. */
  readonly formats?: readonly number[];
}

/** Rows of a file: one or more, and none of them twice. */
export function rowsSchema<R extends { readonly label: string; readonly metric: string }>(
  row: z.ZodType<R>,
): z.ZodType<R[]> {
  return z.array(row).min(1, "a file without rows").superRefine((rows, context) => {
    const seen = new Map<string, number>();
    for (const [i, { label, metric }] of rows.entries()) {
      const key = rowKey({ label, name: metric });
      const first = seen.get(key);
      if (first === undefined) seen.set(key, i);
      else {
        context.addIssue({
          code: "custom",
          path: [i],
          message: `${label} ${metric} appears twice (first as row ${first})`,
        });
      }
    }
  });
}

/**
 * Reads such a file; null where there is none.
 * @throws UsageError where it can't be read, is another kind of file, or of another suite or class
 */
export async function readReviewed<T extends Head>(
  path: string,
  { schema, what, anew, of, formats = [1] }: Reviewed<T>,
): Promise<T | null> {
  const remedy = `restore it (git checkout -- ${path}), or ${anew}`;
  const refuse = (why: string, then = remedy) => new UsageError(`${path}: ${why}; ${then}`);
  let text: string | null;
  try {
    text = await readTextIfThere(path);
  } catch (error) {
    throw refuse(`can't be read: ${(error as Error).message}`, "a file should be there");
  }
  if (text === null) return null;
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw refuse(`not ${what}: ${(error as Error).message}`);
  }
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === "number" && !formats.includes(format)) {
    throw refuse(
      `${what} of format ${format}, and this version of Likeness reads format ${
        formats.join(" and ")
      }`,
      "use the version that wrote it",
    );
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw refuse(`not ${what}: ${z.prettifyError(parsed.error)}`);
  const { suite, machineClass } = parsed.data;
  if (suite !== of.suite || machineClass !== of.machineClass) {
    throw refuse(
      `holds suite ${suite} of class ${machineClass}, asked for ${of.suite} of ${of.machineClass}`,
    );
  }
  return parsed.data;
}
