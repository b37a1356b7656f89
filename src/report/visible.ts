/** Text whose every character can be seen: what texts of models are shown as. @module */

/**
 * Characters that have no look of their own, or change how others look: controls but tab and line feed,
 * marks that turn the direction of writing or join nothing, tags, lone surrogates.
 */
const ODD =
  // deno-lint-ignore no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff]|[\u{e0000}-\u{e0fff}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/u;

/** A run of a text: characters that are seen as they are, or the number of one that isn't. */
export type Run = { readonly text: string } | { readonly odd: number };

/** A text as runs, in order; all of it is in them. */
export function visibleRuns(text: string): Run[] {
  const runs: Run[] = [];
  let plain = "";
  for (const character of text) {
    if (!ODD.test(character)) {
      plain += character;
      continue;
    }
    if (plain !== "") runs.push({ text: plain });
    plain = "";
    runs.push({ odd: character.codePointAt(0)! });
  }
  if (plain !== "") runs.push({ text: plain });
  return runs;
}

/** "U+202E". */
export function codeName(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** A text with its odd characters by their names, in plain text. */
export function visibleText(text: string): string {
  return visibleRuns(text).map((run) => "text" in run ? run.text : `⟨${codeName(run.odd)}⟩`).join(
    "",
  );
}
