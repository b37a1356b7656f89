/**
 * Text cut into words, by steps.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { gpt2Regex } from "./patterns.ts";
import { escapeRegex, translated } from "./regex.ts";
import type { Behavior, Stage } from "./stage.ts";

/** Cuts a text and hands its pieces on in order; none of them is empty. */
export type Splitter = (text: string, emit: (piece: string) => void) => void;

/** Hears of every stretch of a text in order, and whether the pattern matches it. */
type Heard = (from: number, to: number, matched: boolean) => void;

/**
 * Whether the pattern matches where it stands.
 * @throws DataError where it has to try more ways than the machine has room for: a word of many
 * millions of characters
 */
function matches(pattern: RegExp, text: string): boolean {
  const from = pattern.lastIndex;
  try {
    return pattern.test(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DataError(
      `a text of ${text.length} characters can't be cut into words behind character ${from}: a word ` +
        "there is too long; split the text, or leave it out",
    );
  }
}

/** Matches of a pattern and what lies between them. A match of nothing is none. */
function scanner(source: string): (text: string, heard: Heard) => void {
  const here = new RegExp(source, "yv"), onwards = new RegExp(source, "gv");
  return (text, heard) => {
    let from = 0, at = 0;
    while (at < text.length) {
      here.lastIndex = at;
      const matched = matches(here, text);
      const end = here.lastIndex;
      if (matched && end > at) {
        if (from < at) heard(from, at, false);
        heard(at, end, true);
        from = at = end;
        continue;
      }
      if (!matched) {
        onwards.lastIndex = at;
        const found = onwards.exec(text);
        if (found === null) break;
        if (found.index > at) {
          at = found.index;
          continue;
        }
      }
      at += text.codePointAt(at)! > 0xffff ? 2 : 1;
    }
    if (from < text.length) heard(from, text.length, false);
  };
}

/** Cuts by a pattern, and does with its matches as `behavior` says. */
function byPattern(
  source: string,
  { behavior, invert = false }: { readonly behavior: Behavior; readonly invert?: boolean },
): Splitter {
  const scan = scanner(source);
  if (behavior === "Isolated") {
    return (text, emit) => scan(text, (from, to) => emit(text.slice(from, to)));
  }
  if (behavior === "Removed") {
    return (text, emit) =>
      scan(text, (from, to, matched) => {
        if (matched === invert) emit(text.slice(from, to));
      });
  }
  // Whether a stretch is joined to the one before it.
  const joins = (before: boolean | null, now: boolean): boolean => {
    if (before === null) return false;
    if (behavior === "Contiguous") return before === now;
    return behavior === "MergedWithPrevious" ? now && !before : before && !now;
  };
  return (text, emit) => {
    let from = 0, end = 0, before: boolean | null = null;
    scan(text, (start, to, matched) => {
      const now = matched !== invert;
      if (!joins(before, now)) {
        if (from < start) emit(text.slice(from, start));
        from = start;
      }
      before = now;
      end = to;
    });
    if (from < end) emit(text.slice(from, end));
  };
}

function ofStage(stage: Stage): Splitter | null {
  if (stage.type === "Split") {
    const { pattern } = stage;
    const source = "Regex" in pattern ? translated(pattern.Regex) : escapeRegex(pattern.String);
    return byPattern(source, stage);
  }
  if (stage.type === "Digits") {
    return byPattern("\\p{N}", {
      behavior: stage.individual_digits ? "Isolated" : "Contiguous",
    });
  }
  const cut = stage.use_regex ? byPattern(translated(gpt2Regex), { behavior: "Isolated" }) : null;
  if (!stage.add_prefix_space) return cut;
  const prefixed = (text: string) => text.startsWith(" ") ? text : ` ${text}`;
  return (text, emit) => cut === null ? emit(prefixed(text)) : cut(prefixed(text), emit);
}

/** The steps as one. @throws DataError where a regular expression is not read here */
export function splitterOf(stages: readonly Stage[]): Splitter {
  return stages.map(ofStage).filter((one) => one !== null).reduceRight<Splitter>(
    (then, first) => (text, emit) => first(text, (piece) => then(piece, emit)),
    (text, emit) => emit(text),
  );
}
