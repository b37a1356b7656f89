/**
 * A JSON file, checked.
 * @module
 */
import type { z } from "zod";

/**
 * The file's value; null where there is no file.
 * @throws Error naming file and field where it isn't what the schema says
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const parsed = schema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${path}: ${issue.path.join(".")}: ${issue.message}`);
}
