/**
 * Unicode repair: text that was read in the wrong encoding, line ends, controls, normal form.
 *
 * Line ends and controls are those of ftfy 6 (`fix_line_breaks`, `remove_control_chars`), exactly, and
 * the normal form is the standard's; for text in the wrong encoding see `mojibake.ts`.
 * @module
 */
import { z } from "zod";
import { type Decision, defineStage } from "../stage.ts";
import { withoutMojibake } from "./mojibake.ts";

const config = z.strictObject({
  mojibake: z.boolean().default(true).describe(
    "put right what was UTF-8 and was read as windows-1252: Ã© is é",
  ),
  lines: z.boolean().default(true).describe("every line ends in LF"),
  controls: z.boolean().default(true).describe(
    "remove control characters, byte order marks and marks of interlinear text",
  ),
  form: z.enum(["NFC", "NFKC", "none"]).default("NFC").describe("Unicode's normal form"),
  mostBroken: z.number().min(0).max(1).default(0.01).describe(
    "share of characters that are U+FFFD, which no repair brings back, above which a document is dropped",
  ),
});
type Config = z.output<typeof config>;

/** CR LF, CR, NEL, and the separators of lines and paragraphs. */
const LINE_ENDS = /\r\n|[\r\u0085\u2028\u2029]/g;

/** C0 but for tab, LF, FF and CR; DEL; deprecated format characters; BOM; interlinear marks. */
// deno-lint-ignore no-control-regex -- these are what is looked for
const CONTROLS = /[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;

/** A text with all that the settings ask for put right. */
export function repaired(
  text: string,
  { mojibake, lines, controls, form }: Omit<Config, "mostBroken">,
): string {
  let now = text.toWellFormed();
  if (mojibake) now = withoutMojibake(now);
  if (lines) now = now.replace(LINE_ENDS, "\n");
  if (controls) now = now.replace(CONTROLS, "");
  return form === "none" ? now : now.normalize(form);
}

/** Characters of a text that stand for lost ones, as a share; 0 of no text. */
function brokenShare(text: string): number {
  let broken = 0;
  for (let at = text.indexOf("\ufffd"); at >= 0; at = text.indexOf("\ufffd", at + 1)) broken++;
  return broken === 0 ? 0 : broken / [...text].length;
}

/** The stage. */
export const unicode = defineStage<Config>({
  name: "unicode",
  about: "repairs text: wrong encodings, line ends, control characters, normal form",
  papers: ["https://doi.org/10.5281/zenodo.2591652"],
  config,
  limits: { mostBroken: "most" },
  make: (settings) =>
    Promise.resolve({
      name: "unicode",
      kind: "map" as const,
      decide({ text }): Decision {
        const now = repaired(text, settings), broken = brokenShare(now);
        if (broken > settings.mostBroken) {
          return { keep: false, why: "unicode: broken", value: broken, limit: settings.mostBroken };
        }
        return { keep: true, text: now, values: { broken } };
      },
    }),
});
