/**
 * Texts that a stage compares documents with or learns from, as its settings name them: a split of
 * the data ("test", "judge"), or a file.
 * @module
 */
import { DataError } from "../base/mod.ts";
import { placed } from "../content/mod.ts";
import type { StageContext } from "./stage.ts";

/** Whether a name is a file's: a .jsonl, or a .txt. */
export const isFile = (name: string): boolean => /\.(?:jsonl|txt)$/.test(name);

/** The text of a line of a .jsonl: a string, or an object's `text`. */
function textOf(line: string, where: string): string {
  const found = JSON.parse(line) as unknown;
  const text = typeof found === "string" ? found : (found as { text?: unknown } | null)?.text;
  if (typeof text === "string") return text;
  throw new DataError(`${where} is neither a string nor an object with \`text\`, a string`);
}

async function* ofFile(path: string): AsyncGenerator<string> {
  const whole = await Deno.readTextFile(path);
  if (path.endsWith(".txt")) yield whole;
  else {
    const lines = whole.split("\n").filter((line) => line.trim() !== "");
    for (const [i, line] of lines.entries()) yield textOf(line, `${path}: text ${i + 1}`);
  }
}

/**
 * The texts of each name in turn. A .jsonl has a text a line, a string or an object's `text`; a .txt
 * is one text.
 * @throws DataError where there are no texts of a name
 */
export async function* namedTexts(
  names: readonly string[],
  { texts, path = (written) => placed(undefined, written) }: StageContext,
): AsyncGenerator<string> {
  for (const name of names) {
    if (isFile(name)) yield* ofFile(path(name));
    else if (texts !== undefined) yield* texts(name);
    else throw new DataError(`no texts are called \`${name}\` here; name a file: .jsonl or .txt`);
  }
}
