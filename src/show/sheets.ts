/**
 * Sheets of passages: what showers of texts share.
 * @module
 */
import { count } from "../base/text/mod.ts";
import { shownName, type Shows } from "../record/mod.ts";
import { type Block, cutText, type Passage, sheetBytes } from "./passage/mod.ts";
import type { Keep, ShowParts } from "./shower.ts";

/** Writes passages and notes what they show. */
export type Write = (
  what: Shows["what"],
  about: string,
  sheet: { readonly shaded?: boolean; readonly passages: readonly Passage[] },
) => Promise<void>;

/** One kind of sheet: writes it where it can be had. */
export type Texts = (parts: ShowParts, write: Write) => Promise<void>;

/** Keeps sheets. */
export function sheets(keep: Keep): Write {
  return async (what, about, { shaded = false, passages }) => {
    const shows = { what, medium: "text" } as const, name = shownName(shows);
    const bytes = sheetBytes({ format: 1, shaded, passages: [...passages] });
    await keep({ name, file: `${name}.json`, about, shows, bytes });
  };
}

/** How much of a text is shown, for its note; undefined where it is whole. */
export function leftNote(shown: number, left: number): string | undefined {
  return left === 0 ? undefined : `the first ${count(shown, "character")} of ${shown + left}`;
}

/** A text under a heading, cut after so many characters. */
export function textBlock(
  text: string,
  { heading, most }: { readonly heading?: string; readonly most: number },
): Block {
  const cut = cutText(text, most), note = leftNote(cut.text.length, cut.left);
  return {
    ...(heading !== undefined && { heading }),
    stretches: cut.text === "" ? [] : [{ text: cut.text }],
    ...(note !== undefined && { note }),
  };
}
