/** Texts that runs left, in Markdown: plain, in fences that they can't leave. @module */
import type { Block, Stretch, TextSheet } from "../show/passage/mod.ts";
import type { Gallery } from "./model/model.ts";
import { escapeMarkdown as escape, fence, fixed } from "../base/text/mod.ts";
import { pictureKey } from "./page/gallery_html.ts";
import type { Texts } from "./texts.ts";
import { visibleText } from "./visible.ts";

/** Bits from which they are written after a token. */
const TOLD = 8;

function plain({ text, special, bits }: Stretch): string {
  const shown = special ? `⟦${visibleText(text)}⟧` : visibleText(text);
  return bits === undefined || bits < TOLD ? shown : `${shown}⟨${fixed(bits, 1)}⟩`;
}

function blockMarkdown({ heading, stretches, note }: Block): string[] {
  return [
    ...(heading === undefined ? [] : [`${escape(heading)}:`]),
    fence(stretches.map(plain).join(""), "text"),
    ...(note === undefined ? [] : [escape(visibleText(note))]),
  ];
}

function sheetMarkdown({ passages }: TextSheet): string[] {
  return passages.flatMap(({ title, blocks }) => [
    `**${escape(title)}**`,
    ...blocks.flatMap(blockMarkdown),
  ]);
}

/** A section of texts: the first seed of every row, folded; nothing where their files are gone. */
export function textsMarkdown(gallery: Gallery, texts: Texts): string[] {
  const rows = gallery.rows.flatMap(({ pictures: [first] }) => {
    const sheet = texts.get(pictureKey(first));
    return sheet === undefined ? [] : [{ first, sheet }];
  });
  if (rows.length === 0) return [];
  const shaded = rows.some(({ sheet }) => sheet.shaded);
  return [
    `## ${escape(gallery.title)}`,
    `${escape(gallery.caption)}.` +
    (shaded ? ` Here bits stand after tokens of ${TOLD} bits and more.` : ""),
    ...rows.map(({ first, sheet }) =>
      [
        `<details><summary>${escape(first.label)}, seed ${first.seed}</summary>`,
        ...sheetMarkdown(sheet),
        "</details>",
      ].join("\n\n")
    ),
  ];
}
