/** Texts for made records: as a run on texts leaves them, some of them hostile. @module */
import type { RunRecord } from "../../src/record/record.ts";
import { sheetBytes, type TextSheet } from "../../src/show/passage/sheet.ts";
import { wobble } from "./fixture.ts";

const words =
  "It was the whale that came up from the deep and looked at us with one great eye , as if to ask why"
    .split(" ");

/** `count` words that look random and are a function of `seed`. */
function prose(count: number, seed: number): string {
  return Array.from({ length: count }, (_, i) => {
    const word = words[Math.floor((wobble(seed, i) + 1) / 2 * words.length)];
    return i % 23 === 22 ? `${word}.\n` : i % 41 === 40 ? `${word}.\n\n` : `${word} `;
  }).join("");
}

/** What writes itself into pages that let it. */
export const HOSTILE_TEXT =
  '<script>alert(1)</script> </div></details> <img src=x onerror="alert(1)"> ' +
  "&amp; ``` ~~~~ | \u202egnp.exe\u202c \u0000\u0007\u001b[31m \u200bend\r\n<!-- ]]> 😀 日本語 עברית";

/** The sheets of a run on texts by their files. */
export function sheetsOf(seed: number): Readonly<Record<string, TextSheet>> {
  const shades = (text: string) =>
    (text.match(/\s?\S+|\s+/g) ?? []).map((text, i) => ({
      text,
      bits: Math.round(1000 * 8 * (1 + wobble(seed, i)) ** 2 / 2) / 1000,
    }));
  return {
    "samples.json": {
      format: 1,
      shaded: false,
      passages: Array.from({ length: 6 }, (_, i) => ({
        title: `Sample ${i + 1}`,
        blocks: [{
          stretches: [
            { text: "<|endoftext|>", special: true as const },
            { text: i === 1 ? HOSTILE_TEXT : prose(40 + 30 * i, 10 * seed + i) },
          ],
          note: `${40 + 30 * i} tokens`,
        }],
      })),
    },
    "continuations.json": {
      format: 1,
      shaded: false,
      passages: Array.from({ length: 4 }, (_, i) => ({
        title: `Held-out text ${i + 1}`,
        blocks: [
          { heading: "Prompt", stretches: [{ text: prose(20, i) }] },
          {
            heading: "The model goes on",
            stretches: i === 2 ? [] : [{ text: prose(40, 100 * seed + i) }],
            note: "cut after 96 tokens",
          },
          { heading: "The text goes on", stretches: [{ text: prose(40, 50 + i) }] },
        ],
      })),
    },
    "probabilities.json": {
      format: 1,
      shaded: true,
      passages: Array.from({ length: 3 }, (_, i) => ({
        title: i === 2 ? "Sample 1" : `Held-out text ${i + 1}`,
        blocks: [{
          stretches: shades(i === 1 ? HOSTILE_TEXT : prose(90, i)),
          note: "90 tokens, 5.12 bits a token, 1.31 bits a byte",
        }],
      })),
    },
  };
}

/** A record of a run on texts in place of pictures; controls have their samples alone. */
export function withTexts(record: RunRecord): RunRecord {
  const sheets = Object.keys(sheetsOf(0)).filter((file) =>
    record.spec.protocol !== "control" || file === "samples.json"
  );
  return {
    ...record,
    artefacts: sheets.map((file) => ({
      name: file.replace(".json", ""),
      file,
      sha256: "0".repeat(64),
      about: `What ${file.replace(".json", "")} show`,
      shows: {
        what: file.replace(".json", "") as "samples",
        medium: "text",
        kind: "text",
      },
    })),
  };
}

/** The bytes of the files of `withTexts`. */
export function textOf(
  { file, seed }: { readonly file: string; readonly seed: number },
): Promise<Uint8Array> {
  return Promise.resolve(sheetBytes(sheetsOf(seed)[file]));
}
