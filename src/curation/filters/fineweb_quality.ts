/**
 * FineWeb's own filter: lists, menus and repeated lines that the earlier filters let pass.
 *
 * Penedo et al. 2024 (arXiv:2406.17557), section 3.6, as datatrove 0.10.1 counts. Lines of nothing
 * but space are none.
 * @module
 */
import { z } from "zod";
import { characters, occurrences, terminal } from "../words/mod.ts";
import { type Check, filterStage } from "./check.ts";
import { isBlank, repeats, type TextView, viewOf } from "./view.ts";

const more = {
  shortLine: z.int().min(0).default(30).describe("characters of the longest line that is short"),
};

type More = { readonly shortLine: number };

interface View {
  readonly text: TextView;
  readonly lines: readonly string[];
}

const share = ({ lines }: View, takes: (line: string) => boolean) =>
  lines.filter(takes).length / lines.length;

/** Whether the last character ends a sentence, of those above U+FFFF too. */
function ends(line: string): boolean {
  const last = line.charCodeAt(line.length - 1);
  return terminal.has(last >= 0xdc00 && last <= 0xdfff ? line.slice(-2) : line.slice(-1));
}

/** See the module. */
const checks: readonly Check<View, More>[] = [
  { value: "lines", drops: "below", limit: 1, of: ({ lines }) => lines.length },
  {
    setting: "minTerminalLines",
    value: "terminal_lines",
    drops: "below",
    limit: 0.12,
    about: "least share of lines that end a sentence",
    of: (view) => share(view, ends),
  },
  {
    setting: "maxShortLines",
    value: "short_lines",
    drops: "above",
    limit: 0.67,
    about: "largest share of short lines",
    of: (view, { shortLine }) =>
      share(
        view,
        (line) =>
          line.length <= shortLine ||
          (line.length <= 2 * shortLine && characters(line) <= shortLine),
      ),
  },
  {
    setting: "maxRepeatedCharacters",
    value: "repeated_characters",
    drops: "above",
    limit: 0.01,
    about: "largest share of characters in lines that were there before",
    of: ({ text, lines }) =>
      repeats(lines).characters / (text.characters - occurrences(text.text, "\n")),
  },
  {
    setting: "maxNewLinesPerWord",
    value: "new_lines_per_word",
    drops: "above",
    limit: 0.3,
    about: "most ends of lines a word",
    of: ({ text }) => occurrences(text.text, "\n") / text.words.numbers.length,
  },
];

/** See the module. */
export const finewebQuality = filterStage({
  name: "fineweb_quality",
  about: "drops lists, menus and texts of repeated lines (FineWeb)",
  papers: ["arXiv:2406.17557"],
  checks,
  more,
  moreLimits: { shortLine: "least" },
  view: ({ text }) => ({
    text: viewOf(text),
    lines: text.split("\n").filter((line) => !isBlank(line)),
  }),
});
